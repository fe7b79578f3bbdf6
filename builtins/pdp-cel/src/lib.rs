//! Decisions for CPEX by expressions of [CEL](https://cel.dev), the Common Expression Language.
//!
//! An expression is compiled when the document loads, into a tree that names attributes by number: every path of the
//! vocabulary that stands in it (`args.amount`, `role.hr`, `claim['https://acme.example/team']`) is one attribute, read
//! from the operation when the evaluation comes to it and converted once. What is not mentioned is not read.
//!
//! | what a caller could make expensive | what bounds it |
//! |---|---|
//! | a list to loop over | [`MAX_STEPS`] iterations of all loops, each counted by what it looks at |
//! | loops in loops | two, refused at load beyond |
//! | a pattern | is a literal, compiled at load, matched in linear time |
//!
//! An error, one of these bounds included, is no answer: the operation is denied `pdp.error`. Left out on purpose:
//! timestamps and durations (`request.time` counts seconds), optional values, messages, the extension libraries.

mod budget;
mod engine;
mod factory;
mod function;
mod lower;
mod parse;
mod path;
mod pattern;
mod place;
mod question;
mod scan;
mod scope;
mod slot;
mod value;

pub use budget::MAX_STEPS;
pub use factory::{CelFactory, KIND};
