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

/// What one layer says of authentication.
#[derive(Debug)]
pub(super) struct Authentication {
    entries: Vec<Authenticator>,
    /// Whether the entries of the layers before it are dropped.
    replaces: bool,
}

impl Authentication {
    /// The authenticators in force under layers, the most general first. One that several layers name runs once, where it
    /// is named first, and is optional only if all of them say so.
    pub(super) fn in_force<'l>(layers: impl Iterator<Item = &'l Self>) -> Box<[Authenticator]> {
        let mut entries: Vec<Authenticator> = Vec::new();
        for layer in layers {
            if layer.replaces {
                entries.clear();
            }
            for entry in &layer.entries {
                match entries.iter_mut().find(|earlier| earlier.plugin() == entry.plugin()) {
                    Some(earlier) if earlier.is_optional() => *earlier = *entry,
                    Some(_) => {}
                    None => entries.push(*entry),
                }
            }
        }
        entries.into()
    }
}

pub(super) fn compile(node: &Node, declared: &Declarations, faults: &mut Vec<Diagnostic>) -> Authentication {
    let entries = node.get("use").unwrap_or(node).one_or_many();
    Authentication {
        entries: entries.iter().filter_map(|entry| authenticator(entry, declared, faults)).collect(),
        replaces: node.get("replace_inherited").is_some_and(is_true),
    }
}

fn authenticator(node: &Node, declared: &Declarations, faults: &mut Vec<Diagnostic>) -> Option<Authenticator> {
    let name = node.text().or_else(|| node.get("name").and_then(Node::text))?;
    let optional = node.get("optional").is_some_and(is_true);
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

const fn is_true(node: &Node) -> bool {
    matches!(node.value, Value::Bool(true))
}
