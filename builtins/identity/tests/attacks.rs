//! Tokens as an attacker sends them, through the resolver as a host builds it. Every refused token is an accepted one with
//! one change, and the accepted one is shown to be accepted first. Keys are made when the tests start.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod attacks {
    mod algorithms;
    mod bytes;
    mod door;
    mod places;
    mod principals;
    mod providers;
    mod published;
    mod signer;
    mod table;
    mod times;
}
