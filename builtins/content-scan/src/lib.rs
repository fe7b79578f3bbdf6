//! Deterministic detectors: of personal data ([`PiiScanner`]) and of text that tries to instruct a model
//! ([`InjectionScanner`]).
//!
//! There is no model in them. A detector is a set of linear-time regular expressions, compiled once, each with the check
//! that tells a number of its kind from other digits. It says where in a text something was found; what becomes of it is
//! for the policy to say. What no pattern describes is not found: a scan is one fence among others.

mod injection;
mod pii;

pub use injection::{InjectionScanner, RULES, Rule};
pub use pii::{Kind, PiiScanner, UnknownKind};
