//! Factories: from the declaration of a plugin to the plugin.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use apl_cmf::{Capability, MessagePayload, View};
use async_trait::async_trait;

use crate::audit::AuditSink;
use crate::config::{ConfigFault, Key, PluginConfig};
use crate::delegation::Delegator;
use crate::elicitation::ElicitationChannel;
use crate::engine::DecisionEngine;
use crate::hook::{Field, FieldPayload, Hook, HookPoint};
use crate::identity::IdentityResolver;
use crate::plugin::{Erased, HookHandler, Plugin, PluginContext, PluginError, PluginResult};
use crate::process::{Clock, IdSource, SecretReader};

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
        })
    }
}

/// A plugin with the hooks it handles.
#[derive(Clone)]
pub struct PluginInstance {
    plugin: Arc<dyn Plugin>,
    handlers: Vec<(&'static HookPoint, Arc<dyn Erased<MessagePayload>>)>,
    field: Option<Arc<dyn Erased<FieldPayload>>>,
}

impl PluginInstance {
    /// Begins with a plugin that handles no hook yet; see [`PluginBuilder::on`].
    pub fn of<P: Plugin>(plugin: P) -> PluginBuilder<P> {
        PluginBuilder { plugin: Arc::new(plugin), handlers: Vec::new(), field: None }
    }

    /// The plugin itself.
    #[must_use]
    pub fn plugin(&self) -> &dyn Plugin {
        &*self.plugin
    }

    /// Whether it handles that hook.
    #[must_use]
    pub fn handles(&self, point: &HookPoint) -> bool {
        self.handlers.iter().any(|(handled, _)| *handled == point)
    }

    /// Whether it may stand in field pipelines.
    #[must_use]
    pub const fn handles_fields(&self) -> bool {
        self.field.is_some()
    }

    /// Calls the handler of fields; `None` where there is none.
    pub async fn call_field(
        &self,
        payload: &FieldPayload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Option<Result<PluginResult<FieldPayload>, PluginError>> {
        Some(self.field.as_ref()?.handle(payload, extensions, context).await)
    }

    /// Calls the handler of a hook; `None` where there is none.
    pub async fn call(
        &self,
        point: &HookPoint,
        payload: &MessagePayload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Option<Result<PluginResult<MessagePayload>, PluginError>> {
        let (_, handler) = self.handlers.iter().find(|(handled, _)| *handled == point)?;
        Some(handler.handle(payload, extensions, context).await)
    }
}

impl fmt::Debug for PluginInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(point, _)| point.name)).finish()
    }
}

/// Collects the hooks a plugin handles.
pub struct PluginBuilder<P> {
    plugin: Arc<P>,
    handlers: Vec<(&'static HookPoint, Arc<dyn Erased<MessagePayload>>)>,
    field: Option<Arc<dyn Erased<FieldPayload>>>,
}

impl<P: Plugin> PluginBuilder<P> {
    /// The plugin also handles hook `H`.
    #[must_use]
    pub fn on<H: Hook<Payload = MessagePayload>>(mut self) -> Self
    where
        P: HookHandler<H>,
    {
        let handler = Typed::<P, H> { plugin: Arc::clone(&self.plugin), hook: std::marker::PhantomData };
        self.handlers.push((H::POINT, Arc::new(handler)));
        self
    }

    /// The plugin may also stand in field pipelines.
    #[must_use]
    pub fn on_fields(mut self) -> Self
    where
        P: HookHandler<Field>,
    {
        self.field =
            Some(Arc::new(Typed::<P, Field> { plugin: Arc::clone(&self.plugin), hook: std::marker::PhantomData }));
        self
    }

    /// The plugin with all its hooks.
    #[must_use]
    pub fn build(self) -> PluginInstance {
        PluginInstance { plugin: self.plugin, handlers: self.handlers, field: self.field }
    }
}

impl<P> fmt::Debug for PluginBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(point, _)| point.name)).finish()
    }
}

struct Typed<P, H> {
    plugin: Arc<P>,
    hook: std::marker::PhantomData<fn() -> H>,
}

#[async_trait]
impl<P: HookHandler<H>, H: Hook> Erased<H::Payload> for Typed<P, H> {
    async fn handle(
        &self,
        payload: &H::Payload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<H::Payload>, PluginError> {
        self.plugin.handle(payload, extensions, context).await
    }
}
