//! Changes of an envelope and the ledger they leave.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::{Capabilities, Capability, ContentPart, Elicitation, Grant, Hop};

/// Who changes an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// A rule of the policy, by its id.
    Policy(Arc<str>),
    /// A plugin, by its name, with what its declaration grants.
    Plugin(Arc<str>, Capabilities),
    /// The runtime itself.
    Runtime,
}

impl Author {
    /// The name that records show.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Policy(rule) => rule,
            Self::Plugin(name, _) => name,
            Self::Runtime => "runtime",
        }
    }
}

/// The part of an envelope a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Arguments of the operation.
    Args,
    /// Result of the operation.
    Result,
    /// Taint labels.
    Labels,
    /// Minted credentials, and the chain of delegation.
    Delegation,
    /// Approvals.
    Elicitation,
    /// Headers of the request that carried the operation.
    Http,
    /// What the host attached.
    Custom,
}

impl Slot {
    /// The spelling of records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Args => "args",
            Self::Result => "result",
            Self::Labels => "security.labels",
            Self::Delegation => "delegation",
            Self::Elicitation => "elicitation",
            Self::Http => "http",
            Self::Custom => "custom",
        }
    }
}

/// Which payload of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What goes to the capability.
    Args,
    /// What comes back from it.
    Result,
}

/// What kind of change it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Something was added to a slot that only grows.
    Append,
    /// A value was edited or replaced.
    Modify,
}

impl ChangeKind {
    /// The spelling of records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Modify => "modify",
        }
    }
}

/// How long a label lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelScope {
    /// The life of the session.
    Session,
    /// This operation.
    Message,
}

/// A change an author asks for.
pub enum Change<'c> {
    /// Adds a taint label. There is no change that removes one.
    Label(Arc<str>, LabelScope),
    /// Changes an extension, as a plugin asks for.
    Extension(ExtensionChange),
    /// States the credential that was minted. Policy alone does.
    Grant(Grant),
    /// States how far an approval is. Policy alone does.
    Elicit(Elicitation),
    /// Edits the parts of a payload in place; the edit answers whether it changed anything.
    Edit {
        /// Which payload.
        side: Side,
        /// The field path, for the ledger.
        path: Arc<str>,
        /// The edit.
        edit: &'c mut dyn FnMut(&mut [ContentPart]) -> bool,
    },
    /// Replaces the parts of a payload by what a plugin returned.
    Replace {
        /// Which payload.
        side: Side,
        /// The new parts.
        content: Vec<ContentPart>,
    },
}

/// A change of the context of an operation. Each needs its capability.
#[derive(Clone, Debug, PartialEq)]
pub enum ExtensionChange {
    /// Adds a taint label (`append_labels`). Nothing removes one.
    Label(Arc<str>, LabelScope),
    /// Sets a header of the request that carried the operation, or removes it (`write_headers`).
    RequestHeader(String, Option<String>),
    /// Sets a header of the response, or removes it (`write_headers`).
    ResponseHeader(String, Option<String>),
    /// Adds a hop to the chain of delegation: the subject that acts from here on (`append_delegation`).
    Hop(Hop),
    /// Sets a member of what the host attached, or removes it (`write_custom`).
    Custom(String, Option<Json>),
}

impl ExtensionChange {
    /// The capability it needs.
    #[must_use]
    pub const fn needs(&self) -> Capability {
        match self {
            Self::Label(..) => Capability::AppendLabels,
            Self::RequestHeader(..) | Self::ResponseHeader(..) => Capability::WriteHeaders,
            Self::Hop(_) => Capability::AppendDelegation,
            Self::Custom(..) => Capability::WriteCustom,
        }
    }

    /// The slot it changes.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        match self {
            Self::Label(..) => Slot::Labels,
            Self::RequestHeader(..) | Self::ResponseHeader(..) => Slot::Http,
            Self::Hop(_) => Slot::Delegation,
            Self::Custom(..) => Slot::Custom,
        }
    }

    pub(crate) const fn kind(&self) -> ChangeKind {
        match self {
            Self::Label(..) | Self::Hop(_) => ChangeKind::Append,
            Self::RequestHeader(..) | Self::ResponseHeader(..) | Self::Custom(..) => ChangeKind::Modify,
        }
    }

    /// Where in the slot; names that are anybody's to choose, never values.
    pub(crate) fn path(&self) -> Arc<str> {
        match self {
            Self::Label(label, _) => Arc::clone(label),
            Self::RequestHeader(name, _) => format!("request_headers.{}", name.to_ascii_lowercase()).into(),
            Self::ResponseHeader(name, _) => format!("response_headers.{}", name.to_ascii_lowercase()).into(),
            Self::Hop(_) => Arc::from("chain"),
            Self::Custom(key, _) => Arc::from(key.as_str()),
        }
    }
}

/// Why a change was not made: the author's tier or capabilities forbid it. The envelope is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a change of {} by this author is not allowed", slot.name())]
pub struct Refused {
    /// What it would have changed.
    pub slot: Slot,
}

/// One change that was made. Values are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who made it.
    pub author: Author,
    /// What it touched.
    pub slot: Slot,
    /// Where in the slot.
    pub path: Arc<str>,
    /// What kind it was.
    pub kind: ChangeKind,
}

/// The changes of one operation, in order. "Was it modified?" is read here.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Vec<Entry>);

impl Ledger {
    /// The changes, first to last.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    pub(crate) fn note(&mut self, entry: Entry) {
        self.0.push(entry);
    }
}

impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label, scope) => f.debug_tuple("Label").field(label).field(scope).finish(),
            Self::Grant(grant) => f.debug_tuple("Grant").field(grant).finish(),
            // What a plugin attaches may be anything.
            Self::Extension(change) => f.debug_tuple("Extension").field(&change.slot()).finish(),
            Self::Elicit(elicitation) => f.debug_tuple("Elicit").field(elicitation).finish(),
            Self::Edit { side, path, .. } => f.debug_struct("Edit").field("side", side).field("path", path).finish(),
            Self::Replace { side, .. } => f.debug_struct("Replace").field("side", side).finish_non_exhaustive(),
        }
    }
}
