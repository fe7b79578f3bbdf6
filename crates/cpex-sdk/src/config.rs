//! Configuration as plugins meet it: the declaration of a plugin, the keys its config may have, and what is wrong with it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use apl_cmf::{Capabilities, Secret};
use serde_json::Value as Json;

/// One key a configuration knows. Tables of keys serve the unknown-key check, the schema and the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as written.
    pub name: &'static str,
    /// What may stand under it.
    pub shape: Shape,
    /// Whether it must be given.
    pub required: bool,
    /// One sentence that explains it.
    pub doc: &'static str,
}

impl Key {
    /// A key that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, required: false, doc }
    }

    /// A key that must be given.
    #[must_use]
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, required: true, doc }
    }
}

/// What may stand under a [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything: who reads it checks it.
    Any,
    /// `true` or `false`.
    Bool,
    /// A whole number, not negative.
    Integer,
    /// Any number.
    Number,
    /// Text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Seconds as a number, or text such as `30s`, `5m`, `24h`, `7d`.
    Duration,
    /// A secret source: `{kind: env_var, name}`, `{kind: file, path}` or `{kind: literal, secret}`.
    Secret,
    /// A list whose elements have this shape.
    List(&'static Shape),
    /// One value of this shape or a list of them.
    OneOrMany(&'static Shape),
    /// A map of free keys whose values have this shape.
    Map(&'static Shape),
    /// A map of these keys and no others.
    Section(&'static [Key]),
    /// Any of these shapes; the first whose kind of value fits is the one that is checked.
    Either(&'static [Shape]),
}

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

/// One thing that is wrong with a plugin's config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where, as steps into the config.
    pub path: Vec<ConfigStep>,
    /// Byte offset into the text at `path`, where the config embeds a language of its own.
    pub offset_in_text: Option<usize>,
    /// What is wrong, lower case, no full stop, without secrets.
    pub text: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ConfigFault {
    /// A fault of the value at a dotted path such as `trusted_issuers[0].audiences`; the empty path is the whole config.
    #[must_use]
    pub fn at(path: Vec<ConfigStep>, text: impl Into<String>) -> Self {
        Self { path, offset_in_text: None, text: text.into(), help: None }
    }

    /// The same fault, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One step into a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigStep {
    /// The value of a key.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

impl From<&str> for ConfigStep {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for ConfigStep {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    EnvVar {
        /// Its name.
        name: String,
    },
    /// A file whose content, without the line break at its end, is the secret.
    File {
        /// Its path, relative to the document.
        path: PathBuf,
    },
    /// The secret itself; warned about at load.
    Literal {
        /// The secret.
        secret: Secret,
    },
}

impl SecretSource {
    /// Reads a source from a config value whose shape a [`Shape::Secret`] key already checked.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub fn from_config(value: &Json) -> Result<Self, String> {
        let text = |key: &str| value.get(key).and_then(Json::as_str);
        match (text("kind"), text("name"), text("path"), text("secret")) {
            (Some("env_var"), Some(name), None, None) => Ok(Self::EnvVar { name: name.to_owned() }),
            (Some("file"), None, Some(path), None) => Ok(Self::File { path: path.into() }),
            (Some("literal"), None, None, Some(secret)) => Ok(Self::Literal { secret: secret.into() }),
            _ => Err("expected `{kind: env_var, name}`, `{kind: file, path}` or `{kind: literal, secret}`".to_owned()),
        }
    }
}
