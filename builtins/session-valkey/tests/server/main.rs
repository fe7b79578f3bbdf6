//! The stores over servers that are not ours: every test runs over Redis and over Valkey, each a process of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

/// The same tests over both servers: a module for each, named as the test.
macro_rules! over_both {
    ($(async fn $name:ident($kind:ident: Kind) $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn test($kind: Kind) $body

                #[tokio::test]
                async fn redis() {
                    test(Kind::Redis).await;
                }

                #[tokio::test]
                async fn valkey() {
                    test(Kind::Valkey).await;
                }
            }
        )+
    };
}

mod bench;
mod config;
mod failures;
mod labels;
mod page;
mod processes;
mod refusals;
mod secure;
mod users;
mod waits;
