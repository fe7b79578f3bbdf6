//! Cedar as a decision engine for CPEX: [Cedar](https://www.cedarpolicy.com) policies say whether a principal may do an
//! action to a resource, and are asked where a step of policy says so.
//!
//! Everything that can be done once is done at load. Policies are parsed, checked against the schema if there is one, and
//! for each step those are set apart that can apply to it; entities of the config are built. An operation builds its
//! principal, its resource and its context, with the attributes that these policies can look at.
//!
//! Cedar leaves out a policy that fails. Where that leads to a permit, this engine does not decide, since the policy may be
//! the one that forbids.
//!
//! Left out on purpose: templates, which nothing would link; partial evaluation; floats and null, which Cedar has none of.

mod config;
mod engine;
mod entities;
mod factory;
mod fault;
mod given;
mod mentions;
mod nesting;
mod policies;
mod question;
mod schema;
mod slice;
mod source;
mod stack;
mod step;
mod subject;
mod value;

pub use factory::{CedarFactory, KIND};
