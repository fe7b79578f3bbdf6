//! `cpex fmt` over every document of the repository: laid out again nothing changes, what is laid out says and is compiled to
//! the same, and every comment survives, those of the documents and others put wherever one may stand.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod format {
    mod comments;
    mod digest;
    mod documents;
    mod sameness;
}
