//! A plugin and its handlers, without their types, as the runtime holds them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use apl_cmf::{MessagePayload, View};

use crate::field::{Field, FieldPayload};
use crate::hook::{Hook, HookPoint};
use crate::own::{HookDefinition, OwnHook, OwnPayload};
use crate::payload::{Handling, HookPayload};
use crate::plugin::{HookHandler, Plugin, PluginContext, PluginError, PluginResult};

/// A plugin with the hooks it handles.
#[derive(Clone)]
pub struct PluginInstance {
    plugin: Arc<dyn Plugin>,
    handlers: Handlers,
}

/// The handlers of a plugin, by the sort of payload.
#[derive(Clone, Default)]
struct Handlers {
    messages: Vec<(&'static HookPoint, Arc<dyn Handle<MessagePayload>>)>,
    own: Vec<(&'static HookPoint, Arc<dyn Handle<OwnPayload>>)>,
    field: Option<Arc<dyn Handle<FieldPayload>>>,
}

/// What a call of a handler answers; none where there is no handler.
pub(crate) type Called<P> = Option<Result<PluginResult<P>, PluginError>>;

impl PluginInstance {
    /// Begins with a plugin that handles no hook yet; see [`PluginBuilder::on`].
    pub fn of<P: Plugin>(plugin: P) -> PluginBuilder<P> {
        PluginBuilder { plugin: Arc::new(plugin), handlers: Handlers::default() }
    }

    /// The plugin itself.
    #[must_use]
    pub fn plugin(&self) -> &dyn Plugin {
        &*self.plugin
    }

    /// Whether it handles that hook.
    #[must_use]
    pub fn handles(&self, point: &HookPoint) -> bool {
        self.points().any(|handled| handled == point)
    }

    /// The hooks it handles.
    pub fn points(&self) -> impl Iterator<Item = &'static HookPoint> {
        let messages = self.handlers.messages.iter().map(|(point, _)| *point);
        messages.chain(self.handlers.own.iter().map(|(point, _)| *point))
    }

    /// Whether it may stand in field pipelines.
    #[must_use]
    pub const fn handles_fields(&self) -> bool {
        self.handlers.field.is_some()
    }

    /// Calls the handler of a hook of operations.
    pub async fn call(
        &self,
        point: &HookPoint,
        payload: &MessagePayload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Called<MessagePayload> {
        let (_, handler) = self.handlers.messages.iter().find(|(handled, _)| *handled == point)?;
        Some(handler.handle(payload, extensions, context).await)
    }

    /// Calls the handler of a hook of the host's own.
    pub async fn call_own(
        &self,
        point: &HookPoint,
        payload: &OwnPayload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Called<OwnPayload> {
        let (_, handler) = self.handlers.own.iter().find(|(handled, _)| *handled == point)?;
        Some(handler.handle(payload, extensions, context).await)
    }

    /// Calls the handler of fields.
    pub async fn call_field(
        &self,
        payload: &FieldPayload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Called<FieldPayload> {
        Some(self.handlers.field.as_ref()?.handle(payload, extensions, context).await)
    }
}

impl fmt::Debug for PluginInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.points().map(|point| point.name)).finish()
    }
}

/// Collects the hooks a plugin handles.
pub struct PluginBuilder<P> {
    plugin: Arc<P>,
    handlers: Handlers,
}

impl<P: Plugin> PluginBuilder<P> {
    /// The plugin also handles hook `H`, in its CMF or its typed spelling.
    #[must_use]
    pub fn on<H: Hook<Payload: HookPayload>>(mut self) -> Self
    where
        P: HookHandler<H>,
    {
        let handler = OnMessage::<P, H> { plugin: Arc::clone(&self.plugin), hook: PhantomData };
        self.handlers.messages.push((H::POINT, Arc::new(handler)));
        self
    }

    /// The plugin also handles hook `H` of the host's own.
    #[must_use]
    pub fn on_own<H: OwnHook>(mut self) -> Self
    where
        P: HookHandler<H>,
    {
        let handler = OnOwn::<P, H> { plugin: Arc::clone(&self.plugin), hook: PhantomData };
        self.handlers.own.push((H::POINT, Arc::new(handler)));
        self
    }

    /// The plugin may also stand in field pipelines.
    #[must_use]
    pub fn on_fields(mut self) -> Self
    where
        P: HookHandler<Field>,
    {
        self.handlers.field = Some(Arc::new(OnField { plugin: Arc::clone(&self.plugin) }));
        self
    }

    /// The plugin with all its hooks.
    #[must_use]
    pub fn build(self) -> PluginInstance {
        PluginInstance { plugin: self.plugin, handlers: self.handlers }
    }
}

impl<P> fmt::Debug for PluginBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.messages.iter().map(|(point, _)| point.name)).finish()
    }
}

/// A handler without its type. It hands on the future of the plugin, so that nothing is boxed twice.
trait Handle<P>: Send + Sync {
    fn handle<'a>(
        &'a self,
        payload: &'a P,
        extensions: &'a View<'a>,
        context: &'a mut PluginContext,
    ) -> Handling<'a, P>;
}

struct OnMessage<P, H> {
    plugin: Arc<P>,
    hook: PhantomData<fn() -> H>,
}

impl<P: HookHandler<H>, H: Hook<Payload: HookPayload>> Handle<MessagePayload> for OnMessage<P, H> {
    fn handle<'a>(
        &'a self,
        payload: &'a MessagePayload,
        extensions: &'a View<'a>,
        context: &'a mut PluginContext,
    ) -> Handling<'a, MessagePayload> {
        H::Payload::ask::<H, P>(&self.plugin, payload, extensions, context)
    }
}

struct OnField<P> {
    plugin: Arc<P>,
}

impl<P: HookHandler<Field>> Handle<FieldPayload> for OnField<P> {
    fn handle<'a>(
        &'a self,
        payload: &'a FieldPayload,
        extensions: &'a View<'a>,
        context: &'a mut PluginContext,
    ) -> Handling<'a, FieldPayload> {
        self.plugin.handle(payload, extensions, context)
    }
}

struct OnOwn<P, H> {
    plugin: Arc<P>,
    hook: PhantomData<fn() -> H>,
}

impl<P: HookHandler<H>, H: OwnHook> Handle<OwnPayload> for OnOwn<P, H> {
    fn handle<'a>(
        &'a self,
        payload: &'a OwnPayload,
        extensions: &'a View<'a>,
        context: &'a mut PluginContext,
    ) -> Handling<'a, OwnPayload> {
        Box::pin(async move {
            let typed = match payload.get::<H::Payload>() {
                Some(typed) => typed,
                // Two hooks of one name whose payloads are of different types meet in their JSON.
                None => match HookDefinition::of::<H>().decode(payload.to_json()?)?.get::<H::Payload>() {
                    Some(typed) => &typed.clone(),
                    None => return Err(PluginError("the payload is not of the shape of this hook".to_owned())),
                },
            };
            let result = self.plugin.handle(typed, extensions, context).await?;
            Ok(result.map(OwnPayload::of))
        })
    }
}
