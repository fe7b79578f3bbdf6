//! What most hosts need, in one line: `use cpex::prelude::*;`.

pub use crate::cmf::{Identity, NameSet, Subject};
pub use crate::{Answer, Call, Caller, Decision, FromYaml, Operation, Outcome, Permit, PluginManager, Violation};
