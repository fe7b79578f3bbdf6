//! Changes of an envelope and the ledger they leave.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::credential::Minted;
use crate::slot::Slot;
use crate::{Capabilities, ContentPart, Elicitation, Hop};

/// Who changes an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// A rule of the policy, by its id.
    Policy(Arc<str>),
    /// A plugin, by its name, with what its declaration grants.
    Plugin(Arc<str>, Capabilities),
    /// The host's governance, by its place in the context, such as `security.data.salaries`.
    Host(Arc<str>),
    /// The runtime itself.
    Runtime,
}

impl Author {
    /// The name that records show.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Policy(rule) => rule,
            Self::Host(place) => place,
            Self::Plugin(name, _) => name,
            Self::Runtime => "runtime",
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

impl Side {
    /// The slot of that payload.
    #[must_use]
    pub const fn slot(self) -> Slot {
        match self {
            Self::Args => Slot::Args,
            Self::Result => Slot::Result,
        }
    }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelScope {
    /// The life of the session.
    Session,
    /// This operation.
    Message,
}

/// A change an author asks for.
pub enum Change<'c> {
    /// Changes an extension. Policy adds labels; the rest is for plugins to ask for.
    Extension(ExtensionChange),
    /// Adds the credential that was minted for the backend, in the place of one for the same header. Policy alone does.
    Mint(Minted),
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
    /// Adds a credential for the backend, for a header that policy minted none for (`write_delegated_tokens`). Policy does
    /// not read it as granted.
    DelegatedToken(Minted),
    /// Sets a member of what the host attached, or removes it (`write_custom`).
    Custom(String, Option<Json>),
}

impl Change<'_> {
    /// Adds a taint label. There is no change that removes one.
    #[must_use]
    pub const fn label(label: Arc<str>, scope: LabelScope) -> Self {
        Self::Extension(ExtensionChange::Label(label, scope))
    }

    /// The slot it changes.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        match self {
            Self::Extension(change) => change.slot(),
            Self::Mint(_) => Slot::Delegation,
            Self::Elicit(_) => Slot::Elicitation,
            Self::Edit { side, .. } | Self::Replace { side, .. } => side.slot(),
        }
    }
}

impl ExtensionChange {
    /// The slot it changes.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        match self {
            Self::Label(..) => Slot::Labels,
            Self::RequestHeader(..) | Self::ResponseHeader(..) => Slot::Http,
            Self::Hop(_) => Slot::Delegation,
            Self::DelegatedToken(_) => Slot::RawCredentials,
            Self::Custom(..) => Slot::Custom,
        }
    }

    pub(crate) const fn kind(&self) -> ChangeKind {
        match self {
            Self::Label(..) | Self::Hop(_) | Self::DelegatedToken(_) => ChangeKind::Append,
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
            Self::DelegatedToken(minted) => minted.header.to_ascii_lowercase().into(),
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
            Self::Mint(minted) => f.debug_tuple("Mint").field(minted).finish(),
            // What a plugin attaches may be anything.
            Self::Extension(change) => f.debug_tuple("Extension").field(&change.slot()).finish(),
            Self::Elicit(elicitation) => f.debug_tuple("Elicit").field(elicitation).finish(),
            Self::Edit { side, path, .. } => f.debug_struct("Edit").field("side", side).field("path", path).finish(),
            Self::Replace { side, .. } => f.debug_struct("Replace").field("side", side).finish_non_exhaustive(),
        }
    }
}
