//! Where policy meets the message: the attribute vocabulary, facts over an envelope, and route tables.
//!
//! [`Policy::compile`] makes from the tree of a document the routes it declares, each with the programs of its phases,
//! and [`Policy::find`] gives the one route an operation matches. The crate is pure: a checker or a prover uses it without
//! any runtime.

mod attribute;
pub mod code;
mod declared;
mod facts;
pub mod pattern;
mod policy;
mod vocabulary;

pub use attribute::{Attribute, Field, Holding, Key, Tree};
pub use declared::{Declaration, Declarations, Role};
pub use facts::Facts;
pub use policy::{Authenticator, Policy, Response, Route};
pub use vocabulary::Vocabulary;
