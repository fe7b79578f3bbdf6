//! What holds for any bytes, as plain functions: fuzzers call them with what they find, a test with seeds and mutations of
//! them.
//!
//! Each asserts more than that nothing panics. What a body takes as input stands in its own file; input of any other form
//! is accepted and says nothing.

#![expect(clippy::panic, reason = "a body says by panicking what does not hold")]

mod approved;
mod biscuit;
mod decided;
mod document;
mod expression;
mod findings;
mod key_set;
mod minted;
mod monitor;
pub mod mutation;
mod peer;
mod pipeline;
mod redaction;
mod rego;
mod request;
mod token;
mod tree;
mod wire;

/// Bytes in; it panics where something does not hold.
pub type Body = fn(&[u8]);

/// Every body, by the name of its target and of the folder of its seeds.
pub const BODIES: [(&str, Body); 13] = [
    ("approved", approved::check),
    ("biscuit", biscuit::check),
    ("decided", decided::check),
    ("document", document::check),
    ("expression", expression::check),
    ("key_set", key_set::check),
    ("minted", minted::check),
    ("pipeline", pipeline::check),
    ("redaction", redaction::check),
    ("rego", rego::check),
    ("request", request::check),
    ("token", token::check),
    ("wire", wire::check),
];

/// The body of that name.
#[must_use]
pub fn body(name: &str) -> Option<Body> {
    BODIES.iter().find(|(known, _)| *known == name).map(|(_, body)| *body)
}
