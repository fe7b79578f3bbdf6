//! Labels are added through `apply`, and read.
use std::sync::Arc;

use apl_cmf::{Author, Change, Envelope, LabelScope};

fn change(envelope: &mut Envelope, author: &Author) {
    let _ = envelope.apply(author, Change::label(Arc::from("secret"), LabelScope::Session));
}

fn main() {
    let _ = change;
}
