//! A tool call to try a plugin on.

use std::sync::Arc;

use apl_cmf::{
    Author, Capabilities, Capability, Change, ContentPart, Draft, Envelope, Identity, LabelScope, Message,
    MessagePayload, NameSet, RequestContext, Role, Side, Standing, Subject, ToolCall, ToolResult, View,
};
use serde_json::{Map, Value as Json};

use super::process::START_MS;
use super::wait::block_on;
use crate::hook::{Hook, HookSide};
use crate::payload::HookPayload;
use crate::plugin::{HookHandler, PluginContext, PluginError, PluginResult};

/// Begins a call of that tool, by nobody and without arguments.
#[must_use]
pub fn tool_call(name: impl Into<String>) -> CallBuilder {
    CallBuilder {
        tool: name.into(),
        arguments: Map::new(),
        result: None,
        subject: None,
        session_labels: None,
        message_labels: Vec::new(),
        mcp: Map::new(),
        capabilities: Capabilities::NONE,
    }
}

/// Collects what a [`Call`] is to be.
#[derive(Clone, Debug)]
pub struct CallBuilder {
    tool: String,
    arguments: Map<String, Json>,
    result: Option<Json>,
    subject: Option<Subject>,
    session_labels: Option<NameSet>,
    message_labels: Vec<Arc<str>>,
    mcp: Map<String, Json>,
    capabilities: Capabilities,
}

impl CallBuilder {
    /// The same call with one more argument.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    /// The same call, answered: hooks after the operation judge this structured result.
    #[must_use]
    pub fn result(mut self, content: impl Into<Json>) -> Self {
        self.result = Some(content.into());
        self
    }

    /// The same call on that MCP server.
    #[must_use]
    pub fn server(mut self, name: impl Into<String>) -> Self {
        self.mcp.insert("server".to_owned(), Json::String(name.into()));
        self
    }

    /// The same call on behalf of the verified subject of that identifier.
    #[must_use]
    pub fn subject(mut self, id: impl Into<String>) -> Self {
        self.subject.get_or_insert_default().id = id.into();
        self
    }

    /// The same call by a subject who also has that role.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        let subject = self.subject.get_or_insert_default();
        subject.roles = subject.roles.with(Arc::from(role));
        self
    }

    /// The same call by a subject who also has that permission.
    #[must_use]
    pub fn permission(mut self, permission: &str) -> Self {
        let subject = self.subject.get_or_insert_default();
        subject.permissions = subject.permissions.with(Arc::from(permission));
        self
    }

    /// The same call by a subject whose token also has that claim.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.subject.get_or_insert_default().claims.insert(name.into(), value.into());
        self
    }

    /// The same call in a session that has these labels.
    #[must_use]
    pub fn session_labels<'l>(mut self, labels: impl IntoIterator<Item = &'l str>) -> Self {
        self.session_labels = Some(labels.into_iter().collect());
        self
    }

    /// The same call with one more label of its own.
    #[must_use]
    pub fn message_label(mut self, label: &str) -> Self {
        self.message_labels.push(Arc::from(label));
        self
    }

    /// The same call, seen by a plugin that was also granted that capability.
    #[must_use]
    pub fn grant(mut self, capability: Capability) -> Self {
        self.capabilities = self.capabilities.with(capability);
        self
    }

    /// The call.
    #[must_use]
    pub fn build(self) -> Call {
        let call = ToolCall::new(ID, self.tool, self.arguments);
        let response = self.result.map(|content| answer(&call.name, content));
        let standing = if self.subject.is_some() { Standing::Verified } else { Standing::Anonymous };
        let identity = Identity { subject: self.subject, ..Identity::default() };
        let request = RequestContext { request_id: Some("request".to_owned()), ..RequestContext::default() };
        let mut envelope = Draft::new(Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]))
            .request(request)
            .mcp(self.mcp)
            .identify(identity, standing, START_MS);
        if let Some(labels) = self.session_labels {
            envelope.bind_session(&labels);
        }
        for label in self.message_labels {
            // The runtime may label any message: tier and capability bind plugins only.
            let _ = envelope.apply(&Author::Runtime, Change::label(label, LabelScope::Message));
        }
        if let Some(response) = response {
            envelope.answer(response);
        }
        Call { envelope, capabilities: self.capabilities }
    }
}

/// An identified tool call, with or without its result, as a plugin of some capabilities sees it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The whole of it, which a plugin never sees.
    pub envelope: Envelope,
    /// What the plugin was granted.
    pub capabilities: Capabilities,
}

impl Call {
    /// What the plugin sees of it.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        View::new(&self.envelope, self.capabilities)
    }

    /// The payload of one side; none for the result of a call that was given none.
    #[must_use]
    pub const fn payload(&self, side: Side) -> Option<&MessagePayload> {
        self.envelope.payload(side)
    }

    /// Runs a plugin on hook `H` of this call, in a fresh context, and waits for its answer.
    ///
    /// # Errors
    /// What the plugin answers, or that the call has no payload for the hook, such as the result for one after it.
    pub fn run<H, P>(&self, plugin: &P) -> Result<PluginResult<H::Payload>, PluginError>
    where
        H: Hook<Payload: HookPayload>,
        P: HookHandler<H>,
    {
        self.run_in::<H, P>(plugin, &mut PluginContext::default())
    }

    /// The same in a context of the test's own, which a plugin finds as it left it.
    ///
    /// # Errors
    /// As [`Call::run`].
    pub fn run_in<H, P>(&self, plugin: &P, context: &mut PluginContext) -> Result<PluginResult<H::Payload>, PluginError>
    where
        H: Hook<Payload: HookPayload>,
        P: HookHandler<H>,
    {
        let side = match H::POINT.side {
            HookSide::Pre => Side::Args,
            HookSide::Post => Side::Result,
        };
        let missing = || PluginError("the call has no result: give it one with `.result(..)`".to_owned());
        let payload = self.payload(side).ok_or_else(missing)?;
        let entity = H::POINT.entity.and_then(|kind| self.envelope.entity(kind));
        let payload = H::Payload::read(payload, entity.map_or("", |entity| entity.name))?;
        block_on(plugin.handle(&payload, &self.view(), context))
    }
}

const ID: &str = "call";

fn answer(tool: &str, content: Json) -> Message {
    let result = ToolResult::new(ID, tool, content);
    Message::new(Role::Tool, vec![ContentPart::ToolResult(result)])
}

#[cfg(test)]
mod tests;
