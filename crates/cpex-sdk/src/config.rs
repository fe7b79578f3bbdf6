//! Configuration as plugins meet it: the declaration of a plugin, the keys its config may have, and what is wrong with it.

mod check;
mod condition;
mod fault;
mod key;
mod node;
mod secret;

use std::fmt;
use std::time::Duration;

use apl_cmf::Capabilities;
use serde_json::Value as Json;

pub use check::{check, seconds};
pub use condition::Condition;
pub use fault::{ConfigFault, ConfigStep};
pub use key::{Key, Shape};
pub use node::ConfigNode;
pub use secret::SecretSource;

/// The declaration of a plugin in the document.
#[derive(Clone)]
pub struct PluginConfig {
    /// Its name, unique in the document.
    pub name: String,
    /// Its kind, which chooses the factory.
    pub kind: String,
    /// Its version, for people.
    pub version: Option<String>,
    /// What it is for, for people.
    pub description: Option<String>,
    /// Who wrote it, for people.
    pub author: Option<String>,
    /// Free words, for people.
    pub tags: Vec<String>,
    /// The hooks it runs on, or the payloads it accepts where policy places it.
    pub hooks: Vec<String>,
    /// How it runs and what it may do.
    pub mode: PluginMode,
    /// What its failure means.
    pub on_error: OnError,
    /// Order among plugins of one mode, lower first.
    pub priority: i64,
    /// What it may read and write of an envelope.
    pub capabilities: Capabilities,
    /// The operations it runs on where it is hooked: those that any of these admits; all where there are none.
    pub conditions: Vec<Condition>,
    /// Whether it may block its thread, so that it runs on one of its own.
    pub blocking: bool,
    /// How large a payload it is handed, in bytes of its JSON; any where there is none.
    pub max_content_size: Option<u64>,
    /// How long one call may take; none means the document's `plugin_settings.plugin_timeout`.
    pub timeout: Option<Duration>,
    /// Whether it is there to be called by name only.
    pub on_demand: bool,
    /// What its kind makes of it.
    pub config: Json,
}

impl PluginConfig {
    /// A declaration with every default: sequential, fails closed, priority 100.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            version: None,
            description: None,
            author: None,
            tags: Vec::new(),
            hooks: Vec::new(),
            mode: PluginMode::Sequential,
            on_error: OnError::Fail,
            priority: 100,
            capabilities: Capabilities::NONE,
            conditions: Vec::new(),
            blocking: false,
            max_content_size: None,
            timeout: None,
            on_demand: false,
            config: Json::Null,
        }
    }
}

impl fmt::Debug for PluginConfig {
    // The config may hold secrets that stand in the document itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("PluginConfig");
        shown.field("name", &self.name).field("kind", &self.kind).field("mode", &self.mode);
        shown.finish_non_exhaustive()
    }
}

/// How a plugin runs and what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PluginMode {
    /// One at a time; may deny and modify.
    Sequential,
    /// One at a time; may modify, a denial is suppressed and recorded.
    Transform,
    /// One at a time; may do neither, both are recorded.
    Audit,
    /// Together; may deny.
    Concurrent,
    /// In the background on a snapshot of its own.
    FireAndForget,
    /// Not loaded.
    Disabled,
}

impl PluginMode {
    /// The spelling of documents and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Transform => "transform",
            Self::Audit => "audit",
            Self::Concurrent => "concurrent",
            Self::FireAndForget => "fire_and_forget",
            Self::Disabled => "disabled",
        }
    }

    /// Whether a denial of this plugin denies the operation.
    #[must_use]
    pub const fn may_deny(self) -> bool {
        matches!(self, Self::Sequential | Self::Concurrent)
    }

    /// Whether a modification of this plugin is applied.
    #[must_use]
    pub const fn may_modify(self) -> bool {
        matches!(self, Self::Sequential | Self::Transform)
    }
}

/// What a plugin's error, timeout or panic means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnError {
    /// The operation is denied.
    Fail,
    /// It is recorded and the operation goes on.
    Ignore,
    /// It is recorded and the plugin is off from then on; where policy placed it, that denies.
    Disable,
}
