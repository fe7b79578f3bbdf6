//! One question in the languages of all engines gets one answer: asked of many operations through the road, with the real
//! engines. Where they differ, they differ in a way that the documentation says, or this fails; and so does a difference
//! that the documentation says and that there is not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod engines {
    mod agree;
    mod asked;
    mod differences;
    mod operations;
    mod page;
    mod questions;
}
