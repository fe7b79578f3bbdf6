//! Factories: from the declaration of a plugin to the plugin.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use apl_cmf::Capability;

use crate::audit::AuditSink;
use crate::config::{ConfigFault, Key, PluginConfig};
use crate::delegation::Delegator;
use crate::elicitation::{ElicitationChannel, ElicitationStore};
use crate::engine::DecisionEngine;
use crate::http::HttpPort;
use crate::identity::IdentityResolver;
use crate::instance::PluginInstance;
use crate::process::{Clock, FileReader, IdSource, SecretReader};
use crate::stores::Stores;

/// Makes the plugins of one kind.
pub trait Factory: Send + Sync + 'static {
    /// The keys the config of that plugin may have; `None` where the config is not to be checked against a table.
    fn keys(&self, plugin: &str) -> Option<&'static [Key]>;

    /// What plugins of this kind make of capabilities; none where that is not said. A document that grants others, or
    /// lacks one, is warned about.
    fn uses(&self) -> Option<Uses> {
        None
    }

    /// Makes one plugin. Nothing is opened here: that is for `initialize`.
    ///
    /// # Errors
    /// Everything that is wrong with the config, not only the first.
    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>>;
}

/// What plugins of a kind make of capabilities.
#[derive(Clone, Copy, Debug)]
pub struct Uses {
    /// Those without which they do not do what they are for.
    pub needs: &'static [Capability],
    /// Those they make something of where they are granted.
    pub may_use: &'static [Capability],
}

/// What the process lends to plugins.
#[derive(Clone)]
pub struct Host {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where identifiers come from.
    pub ids: Arc<dyn IdSource>,
    /// How secret sources are read.
    pub secrets: Arc<dyn SecretReader>,
    /// How files that a config names are read.
    pub files: Arc<dyn FileReader>,
    /// How peers are reached; none where the host lends no HTTP.
    pub http: Option<Arc<dyn HttpPort>>,
    /// Where what waits for a person is kept.
    pub elicitations: Arc<dyn ElicitationStore>,
    /// The directory that relative paths of the document start from.
    pub directory: PathBuf,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("directory", &self.directory).finish_non_exhaustive()
    }
}

/// What a factory made.
#[derive(Clone)]
pub enum Instance {
    /// A plugin that runs on hooks or where policy places it.
    Plugin(PluginInstance),
    /// An identity resolver.
    Identity(Arc<dyn IdentityResolver>),
    /// An audit sink.
    Sink(Arc<dyn AuditSink>),
    /// A delegator.
    Delegator(Arc<dyn Delegator>),
    /// A channel to people who may be asked.
    Approver(Arc<dyn ElicitationChannel>),
    /// A decision engine, which a document declares under `global.pdp`.
    Engine(Arc<dyn DecisionEngine>),
    /// What keeps session labels, which a document names under `global.session_store`.
    Stores(Stores),
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plugin(_) => "Plugin",
            Self::Identity(_) => "Identity",
            Self::Sink(_) => "Sink",
            Self::Delegator(_) => "Delegator",
            Self::Approver(_) => "Approver",
            Self::Engine(_) => "Engine",
            Self::Stores(_) => "Stores",
        })
    }
}
