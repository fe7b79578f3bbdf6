//! Where policy meets the message: the attribute vocabulary, facts over an envelope, and route tables.
//!
//! [`Policy::compile`] makes from the tree of a document one [`Plan`] for each route and one for the operations that no
//! route matches, and [`Policy::find`] gives the one plan that is in force for an operation. The crate is pure: a checker or a prover uses it without
//! any runtime.

mod attribute;
pub mod code;
mod declared;
mod facts;
mod http;
pub mod lint;
pub mod pattern;
mod policy;
mod reads;
mod restriction;
mod uri;
mod vocabulary;

pub use attribute::{Access, Attribute, Field, Holding, Key, Row, Tree, ValueKind};
pub use declared::{Declaration, Declarations, Role};
pub use facts::Facts;
pub use http::{is_method, read_path};
pub use policy::{Authenticator, Matched, Override, Plan, Policy, Response};
pub use reads::Reads;
pub use restriction::{Backend, Narrowing, Restriction, Tier};
pub use uri::has_dot_segments;
pub use vocabulary::Vocabulary;
