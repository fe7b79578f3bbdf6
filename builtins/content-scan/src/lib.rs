//! Deterministic detectors: of personal data ([`PiiScanner`]) and of text that tries to instruct a model
//! ([`InjectionScanner`]).
//!
//! There is no model in them. A detector is a set of linear-time regular expressions, compiled once, each with the check
//! that tells a number of its kind from other digits. It says where in a text something was found; what becomes of it is
//! for the policy to say. What no pattern describes is not found: a scan is one fence among others.
//!
//! Stages of field pipelines ask the detectors about one field. The plugins `validator/pii-scan` and
//! `validator/injection-scan` ask them about all that a hook's payload holds.

mod config;
mod detect;
mod disguise;
mod factory;
mod injection;
mod inspection;
mod json_text;
mod pii;
mod redaction;
mod stream;
mod validator;

pub use detect::{Detect, Finding};
pub use factory::{INJECTION_KIND, InjectionFactory, PII_KIND, PiiFactory};
pub use injection::{InjectionScanner, RULES, Rule};
pub use pii::{Kind, PiiScanner, UnknownKind};
pub use stream::{HeldTooLong, RedactionStream};
