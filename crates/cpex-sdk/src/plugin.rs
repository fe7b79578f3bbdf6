//! Plugins: what they implement and what they answer.

use apl_cmf::{ExtensionChange, View};
use async_trait::async_trait;
use serde_json::{Map, Value as Json};

use crate::hook::Hook;

/// The life of a plugin. Both methods may be called more than once.
#[async_trait]
pub trait Plugin: Send + Sync + 'static {
    /// Makes ready: opens what it needs.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), PluginError> {
        Ok(())
    }

    /// Lets go of what it holds.
    async fn shutdown(&self) {}
}

/// A plugin that runs on hook `H`.
#[async_trait]
pub trait HookHandler<H: Hook>: Plugin {
    /// Judges one payload.
    ///
    /// # Errors
    /// A failure of the plugin itself, not of what it judges; the plugin's `on_error` says what it means.
    async fn handle(
        &self,
        payload: &H::Payload,
        extensions: &View<'_>,
        context: &mut PluginContext,
    ) -> Result<PluginResult<H::Payload>, PluginError>;
}

/// What a plugin answers.
#[derive(Clone, Debug)]
pub struct PluginResult<P> {
    /// What it asks for.
    pub verdict: Verdict<P>,
    /// What it asks to be changed beside the payload. Only modes that may modify get it.
    pub changes: Vec<ExtensionChange>,
    /// What it wants on the record; never argument values.
    pub metadata: Map<String, Json>,
}

/// What a plugin asks for. Whether it gets it depends on its mode.
#[derive(Clone, Debug)]
pub enum Verdict<P> {
    /// Nothing against it.
    Allow,
    /// The operation must not happen.
    Deny(PluginViolation),
    /// Go on with this payload instead.
    Modify(P),
}

impl<P> PluginResult<P> {
    /// Nothing against it.
    #[must_use]
    pub fn allow() -> Self {
        Self::of(Verdict::Allow)
    }

    /// The operation must not happen.
    #[must_use]
    pub fn deny(violation: PluginViolation) -> Self {
        Self::of(Verdict::Deny(violation))
    }

    /// Go on with this payload instead.
    #[must_use]
    pub fn modify_payload(payload: P) -> Self {
        Self::of(Verdict::Modify(payload))
    }

    /// The same answer, which also asks for these changes beside the payload, in this order.
    #[must_use]
    pub fn modify_extensions(mut self, changes: impl IntoIterator<Item = ExtensionChange>) -> Self {
        self.changes.extend(changes);
        self
    }

    /// The same answer about a payload in another form.
    #[must_use]
    pub fn map<Q>(self, form: impl FnOnce(P) -> Q) -> PluginResult<Q> {
        let Self { verdict, changes, metadata } = self;
        let verdict = match verdict {
            Verdict::Allow => Verdict::Allow,
            Verdict::Deny(violation) => Verdict::Deny(violation),
            Verdict::Modify(payload) => Verdict::Modify(form(payload)),
        };
        PluginResult { verdict, changes, metadata }
    }

    fn of(verdict: Verdict<P>) -> Self {
        Self { verdict, changes: Vec::new(), metadata: Map::new() }
    }
}

/// Why a plugin denies.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginViolation {
    /// What the caller reads.
    pub reason: String,
    /// More for people.
    pub description: Option<String>,
    /// The plugin's own code, shown in place of `plugin.denied`.
    pub code: Option<String>,
    /// More for programs.
    pub details: Map<String, Json>,
    /// The error code of the host's protocol, such as JSON-RPC, in place of the one that stands for denials.
    pub proto_error_code: Option<i32>,
}

impl PluginViolation {
    /// A violation with a reason and a code.
    #[must_use]
    pub fn new(reason: impl Into<String>, code: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            description: None,
            code: Some(code.into()),
            details: Map::new(),
            proto_error_code: None,
        }
    }
}

/// A failure of a plugin. Its text is logged and recorded, never shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PluginError(pub String);

/// What a plugin keeps across the hooks of one request.
#[derive(Clone, Debug, Default)]
pub struct PluginContext {
    /// The plugin's own state.
    pub state: Map<String, Json>,
    /// What all plugins of the request share.
    pub global_context: GlobalContext,
}

/// What all plugins of one request share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GlobalContext {
    /// The host's identifier of the request.
    pub request_id: String,
    /// A label for plugins; never an identity.
    pub user: Option<String>,
    /// A label for plugins.
    pub tenant_id: Option<String>,
    /// The server the operation goes to.
    pub server_id: Option<String>,
    /// State shared by all plugins of the request.
    pub state: Map<String, Json>,
    /// What the host wants plugins to know.
    pub metadata: Map<String, Json>,
}
