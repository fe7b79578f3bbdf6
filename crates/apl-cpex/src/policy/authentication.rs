//! `authentication`: who must be identified.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Value};

use crate::code;
use crate::declared::Declarations;

/// The entry by which a document lets the host vouch for the caller.
const HOST: &str = "host";

/// One entry of `authentication`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticator {
    /// The host vouches.
    Host {
        /// Whether an operation may go on without it.
        optional: bool,
    },
    /// An identity plugin verifies.
    Plugin {
        /// Its index among the declared plugins.
        index: usize,
        /// Whether an operation may go on without a credential of its kind.
        optional: bool,
    },
}

impl Authenticator {
    /// The index of its plugin.
    #[must_use]
    pub const fn plugin(&self) -> Option<usize> {
        match self {
            Self::Host { .. } => None,
            Self::Plugin { index, .. } => Some(*index),
        }
    }

    /// Whether an operation may go on when it yields nothing.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        match self {
            Self::Host { optional } | Self::Plugin { optional, .. } => *optional,
        }
    }
}

pub(super) fn compile(node: &Node, declared: &Declarations, faults: &mut Vec<Diagnostic>) -> Box<[Authenticator]> {
    // `{use: [..], replace_inherited: true}` and a plain list say the same where nothing is inherited.
    let entries = node.get("use").unwrap_or(node);
    entries.one_or_many().iter().filter_map(|entry| authenticator(entry, declared, faults)).collect()
}

fn authenticator(node: &Node, declared: &Declarations, faults: &mut Vec<Diagnostic>) -> Option<Authenticator> {
    let name = node.text().or_else(|| node.get("name").and_then(Node::text))?;
    let optional = node.get("optional").is_some_and(|node| matches!(node.value, Value::Bool(true)));
    if name.value == HOST {
        return Some(Authenticator::Host { optional });
    }
    match declared.authenticator(&name.value) {
        Ok(index) => Some(Authenticator::Plugin { index, optional }),
        Err(unresolved) => {
            let fault = Diagnostic::new(code::AUTHENTICATION, name.span, unresolved.message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
            None
        }
    }
}
