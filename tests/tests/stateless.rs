//! Processes without state of their own over one store: what one learns all know, whichever of them serves a call.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod stateless {
    mod load;
    mod outage;
    mod replica;
    mod worker;
}
