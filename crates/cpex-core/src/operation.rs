//! What a host asks for: an operation and who states the caller's identity.

use std::collections::BTreeMap;
use std::sync::Arc;

use apl_cmf::{
    AgentContext, AgentRequest, ContentPart, Credentials, Draft, HttpContext, HttpRequest, Identity, LlmRequest,
    Message, Meta, PromptRequest, RequestContext, ResourceRef, Role, Secret, ToolCall, ToolResult, forwarded,
};
use cpex_sdk::delegation::Minted;
use cpex_sdk::{CmfToolPreInvoke, Hook as _, HookPoint};
use serde_json::{Map, Value as Json};

/// Who states the identity of a caller.
#[derive(Clone, Debug)]
pub enum Caller {
    /// The caller's own credentials; identity plugins verify them.
    Credentials(Credentials),
    /// The host. Where authentication is in force this is refused, unless it names `host`.
    Vouched(Box<Identity>),
}

impl Caller {
    /// A caller who sent no credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::Credentials(Credentials::none())
    }

    /// A caller whose identity the host states.
    #[must_use]
    pub fn vouched(identity: Identity) -> Self {
        Self::Vouched(Box::new(identity))
    }

    /// A caller who sent an `Authorization: Bearer` header.
    #[must_use]
    pub fn bearer(token: &str) -> Self {
        Self::Credentials(Credentials::bearer(token))
    }
}

/// One operation on one capability.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(crate) draft: Draft,
    pub(crate) caller: Caller,
    pub(crate) resumes: Option<Arc<str>>,
}

impl Operation {
    /// A call of a tool by an anonymous caller.
    #[must_use]
    pub fn tool(name: impl Into<String>, arguments: Map<String, Json>) -> Self {
        let call = ToolCall::new("call", name, arguments);
        Self::new(Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]))
    }

    /// A request for a prompt by an anonymous caller.
    #[must_use]
    pub fn prompt(name: impl Into<String>, arguments: Map<String, Json>) -> Self {
        let request = PromptRequest::new("call", name, arguments);
        Self::new(Message::new(Role::User, vec![ContentPart::PromptRequest(request)]))
    }

    /// A request by an anonymous caller to read the resource of that URI (RFC 3986).
    #[must_use]
    pub fn resource(uri: impl Into<String>) -> Self {
        let reference = ResourceRef::new("call", uri, "uri");
        Self::new(Message::new(Role::User, vec![ContentPart::ResourceRef(reference)]))
    }

    /// A request for inference by an anonymous caller: `messages` and `parameters` for that model.
    #[must_use]
    pub fn llm(model: &str, arguments: Map<String, Json>) -> Self {
        let request = LlmRequest::new("call", model, arguments);
        Self::new(Message::new(Role::User, vec![ContentPart::LlmRequest(request)]))
    }

    /// A request by an anonymous caller to another agent, `agent` or `agent/method`, of `messages` and `parameters`.
    #[must_use]
    pub fn agent(name: impl Into<String>, arguments: Map<String, Json>) -> Self {
        let request = AgentRequest::new("call", name, arguments);
        Self::new(Message::new(Role::User, vec![ContentPart::AgentRequest(request)]))
    }

    /// An HTTP request by an anonymous caller that is itself what is to be decided: its `query` by name, and its `body`
    /// where it is JSON.
    #[must_use]
    pub fn http(request: HttpContext, arguments: Map<String, Json>) -> Self {
        let part = HttpRequest::new("call", arguments);
        let operation = Self::new(Message::new(Role::User, vec![ContentPart::HttpRequest(part)]));
        operation.carried_by(request)
    }

    /// An operation on whatever a message asks for, see [`Message::asks_for`].
    #[must_use]
    pub fn new(message: Message) -> Self {
        Self::from(Draft::new(message))
    }

    /// The same operation as the repetition of one that was left pending with that identifier.
    #[must_use]
    pub fn resume(self, elicitation: impl Into<Arc<str>>) -> Self {
        Self { resumes: Some(elicitation.into()), ..self }
    }

    /// The same operation by that caller.
    #[must_use]
    pub fn caller(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    /// The same operation on that MCP server.
    #[must_use]
    pub fn server(self, server: impl Into<String>) -> Self {
        let mcp = Map::from_iter([("server".to_owned(), Json::String(server.into()))]);
        Self { draft: self.draft.mcp(mcp), ..self }
    }

    /// The same operation in a session the host vouches for.
    #[must_use]
    pub fn session(self, id: impl Into<String>) -> Self {
        self.acting_agent(AgentContext { session_id: Some(id.into()), ..AgentContext::default() })
    }

    /// The same operation with the agent that acts.
    #[must_use]
    pub fn acting_agent(self, agent: AgentContext) -> Self {
        Self { draft: self.draft.agent(agent), ..self }
    }

    /// The same operation with the request it belongs to.
    #[must_use]
    pub fn request(self, request: RequestContext) -> Self {
        Self { draft: self.draft.request(request), ..self }
    }

    /// The same operation with the HTTP request that carried it.
    #[must_use]
    pub fn carried_by(self, http: HttpContext) -> Self {
        Self { draft: self.draft.http(http), ..self }
    }

    /// The same operation with what the host knows of the entity.
    #[must_use]
    pub fn meta(self, meta: Meta) -> Self {
        Self { draft: self.draft.meta(meta), ..self }
    }

    /// The same operation with what the host attaches.
    #[must_use]
    pub fn custom(self, custom: Map<String, Json>) -> Self {
        Self { draft: self.draft.custom(custom), ..self }
    }

    /// The same operation with a draft rebuilt by the host.
    #[must_use]
    pub fn with_draft(self, change: impl FnOnce(Draft) -> Draft) -> Self {
        Self { draft: change(self.draft), ..self }
    }

    /// The hook its road begins at. One that asks for nothing begins where tools do, and names no entity there.
    pub(crate) fn point(&self) -> &'static HookPoint {
        self.draft.message().asks_for().and_then(HookPoint::before).unwrap_or(CmfToolPreInvoke::POINT)
    }
}

/// What a host received, by an anonymous caller.
impl From<Draft> for Operation {
    fn from(draft: Draft) -> Self {
        Self { draft, caller: Caller::anonymous(), resumes: None }
    }
}

/// What goes to the capability once it is permitted.
#[derive(Clone, Debug)]
pub struct Call {
    /// The message as policy judged it.
    pub message: Message,
    /// By the identifiers of the requests they were minted for; a request without any has no entry.
    pub(crate) credentials: Vec<(String, Vec<Minted>)>,
    /// The lower-case names of the headers that were read as credentials of the caller.
    pub(crate) read_headers: Vec<String>,
}

impl Call {
    /// The credentials that were minted for it, each for a header of its own. They go to the backend, and the caller's own
    /// do not. A host that takes its permits by hand has them from [`Permit::credentials`](crate::Permit::credentials).
    /// Where it makes several requests, see [`Call::credentials_of`]; here they are none.
    #[must_use]
    pub fn credentials(&self) -> &[Minted] {
        let requests = self.message.content.iter().filter(|part| part.asks_for().is_some()).count();
        match &*self.credentials {
            [(_, minted)] if requests == 1 => minted,
            _ => &[],
        }
    }

    /// The credentials that were minted for the request of that identifier.
    #[must_use]
    pub fn credentials_of(&self, request: &str) -> &[Minted] {
        self.credentials.iter().find(|(id, _)| id == request).map(|(_, minted)| &**minted).unwrap_or_default()
    }

    /// The headers it goes to its backend with, made of those that were received: none that commonly holds credentials, such
    /// as `Authorization`, nor any that identified the caller or was made into another credential; and
    /// [`credentials`](Self::credentials), each in place of any header of its name in any case.
    #[must_use]
    pub fn headers<N, V>(&self, received: impl IntoIterator<Item = (N, V)>) -> Vec<(String, Secret)>
    where
        N: Into<String>,
        V: Into<Secret>,
    {
        forwarded(received, &self.read_headers, self.credentials())
    }

    /// The tool call it makes.
    #[must_use]
    pub fn tool_call(&self) -> Option<&ToolCall> {
        self.message.tool_calls().next()
    }

    /// The arguments of the request it makes; none of a resource.
    #[must_use]
    pub fn arguments(&self) -> Option<&Map<String, Json>> {
        self.message.content.iter().find_map(ContentPart::arguments)
    }
}

/// What came back from the capability: raw from the backend, or judged for the caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The message. Of a tool its first part is a tool result, whose content is `null` where nothing structured was
    /// answered; of a prompt it holds a prompt result, of a resource the resource. What anything else answered is a tool
    /// result without a name where it is structured, and text or another part where it is not.
    pub message: Message,
    /// The headers it came with by HTTP, for policy to read. They are not given back: the host has them.
    pub response_headers: BTreeMap<String, String>,
}

impl Answer {
    /// An answer that came without headers.
    #[must_use]
    pub const fn new(message: Message) -> Self {
        Self { message, response_headers: BTreeMap::new() }
    }

    /// A structured result.
    #[must_use]
    pub fn structured(content: Json) -> Self {
        Self::with_parts(content, Vec::new())
    }

    /// A structured result, `null` for none, and further parts.
    #[must_use]
    pub fn with_parts(content: Json, parts: Vec<ContentPart>) -> Self {
        let result = ToolResult::new("call", "", content);
        let parts = std::iter::once(ContentPart::ToolResult(result)).chain(parts).collect();
        Self::new(Message::new(Role::Tool, parts))
    }

    /// An answer that is one text.
    #[must_use]
    pub fn of_text(text: impl Into<String>) -> Self {
        Self::with_parts(Json::Null, vec![ContentPart::text(text)])
    }

    /// The same answer with the headers it came with by HTTP.
    #[must_use]
    pub fn response_headers(self, response_headers: BTreeMap<String, String>) -> Self {
        Self { response_headers, ..self }
    }

    /// The same answer flagged as an error of the capability.
    #[must_use]
    pub fn flagged_as_error(mut self) -> Self {
        for part in &mut self.message.content {
            match part {
                ContentPart::ToolResult(result) => result.is_error = true,
                ContentPart::PromptResult(result) => result.is_error = true,
                _ => {}
            }
        }
        self
    }

    /// The structured result; `null` where there is none.
    #[must_use]
    pub fn content(&self) -> &Json {
        self.tool_result().map_or(&Json::Null, |result| &result.content)
    }

    /// The texts of its text parts, put together.
    #[must_use]
    pub fn text(&self) -> String {
        let text = |part: &ContentPart| match part {
            ContentPart::Text(part) => Some(part.text.clone()),
            _ => None,
        };
        self.message.content.iter().filter_map(text).collect()
    }

    /// Whether it is flagged as an error of the capability.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.message.content.iter().any(|part| match part {
            ContentPart::ToolResult(result) => result.is_error,
            ContentPart::PromptResult(result) => result.is_error,
            _ => false,
        })
    }

    /// The parts beside the structured result.
    pub fn parts(&self) -> impl Iterator<Item = &ContentPart> {
        self.message.content.iter().filter(|part| !matches!(part, ContentPart::ToolResult(_)))
    }

    fn tool_result(&self) -> Option<&ToolResult> {
        self.message.content.iter().find_map(|part| match part {
            ContentPart::ToolResult(result) => Some(result),
            _ => None,
        })
    }
}
