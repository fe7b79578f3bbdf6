//! The engine through its port: what a config may be, what steps may ask, and what is answered.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod engine {
    mod configs;
    mod deep;
    mod entities;
    mod questions;
    mod schemas;
    mod slices;
    mod support;
}
