//! Decisions for CPEX by Rego policies, evaluated in the process by [regorus](https://docs.rs/regorus).
//!
//! A policy is compiled when the document is loaded. An ask clones what was compiled, gives it `input` and evaluates one
//! rule: true permits, false and undefined deny, anything else decides nothing.
//!
//! | what could go wrong | what is done |
//! |---|---|
//! | a policy nests so deep that the parser or the evaluation runs out of stack | its extent is measured before it is parsed, what its rules take before it is asked; an ask gets the stack it may take |
//! | an ask never ends | it is cut off after 100,000 steps, which is an error |
//! | a function is called with what it does not take | an error, and not undefined as in OPA: a rule that ought to deny must not fall silent |
//! | `input.subjcet.id` is undefined for ever | the mentions of `input` are compared with the attributes, or with the `input` of the step |
//! | the same question gets two answers | no network, no clock, no randomness |
//!
//! Left out on purpose: bundles and management of OPA, partial evaluation, `with` in what decides, Rego before version 1.

mod attributes;
mod config;
mod definition;
mod engine;
mod extent;
mod factory;
mod functions;
mod nearest;
mod policy;
mod query;
mod question;
mod rules;
mod source;
mod syntax;

pub use factory::{KIND, OpaFactory};
