//! An envelope before anybody was identified.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::context::without_credentials;
use crate::envelope::{Envelope, Standing};
use crate::slots::Slots;
use crate::{
    AgentContext, ContentPart, DataPolicy, Delegation, Entity, EntityKind, HttpContext, HttpRequest, Identity, Message,
    Meta, ObjectProfile, RequestContext, Workload,
};

/// What a host received: a message and its context. It has no identity and no way to state one; [`Draft::identify`]
/// consumes it.
#[derive(Clone, Debug)]
pub struct Draft {
    message: Message,
    slots: Slots,
}

macro_rules! slot {
    ($name:ident: $type:ty, $doc:literal) => {
        #[doc = concat!("The same draft with ", $doc, ".")]
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.slots.$name = Some(Arc::new($name));
            self
        }
    };
}

impl Draft {
    /// A draft of a message without context.
    #[must_use]
    pub fn new(message: Message) -> Self {
        Self { message, slots: Slots::default() }
    }

    slot!(request: RequestContext, "the request it belongs to");
    slot!(agent: AgentContext, "the agent that acts");
    slot!(objects: BTreeMap<String, ObjectProfile>, "profiles of the objects it touches, by their names");
    slot!(data: BTreeMap<String, DataPolicy>, "what holds for the data it gives out, by their names");
    slot!(meta: Meta, "what the host knows of the entity");
    slot!(mcp: Map<String, Json>, "the MCP context; `server` names the server");
    slot!(llm: Map<String, Json>, "the inference context");
    slot!(completion: Map<String, Json>, "the completion context");
    slot!(provenance: Map<String, Json>, "where its content came from");
    slot!(framework: Map<String, Json>, "the agent framework's context");
    slot!(custom: Map<String, Json>, "what the host attaches");

    /// The same draft with the chain of delegation that led to the caller; it is at least as deep as its hops.
    #[must_use]
    pub fn delegation(mut self, delegation: Delegation) -> Self {
        self.slots.delegation = Some(Arc::new(delegation.counted()));
        self
    }

    /// The same draft with the workload this process is, as its platform attests it. One that was given before stays.
    #[must_use]
    pub fn this_workload(mut self, this_workload: Arc<Workload>) -> Self {
        self.slots.this_workload.get_or_insert(this_workload);
        self
    }

    /// The same draft with the HTTP request that carried it. Header names are lower-cased, and headers that carry
    /// credentials are left out: they belong to [`crate::Credentials`].
    #[must_use]
    pub fn http(mut self, mut http: HttpContext) -> Self {
        http.request_headers = without_credentials(http.request_headers);
        http.response_headers = without_credentials(http.response_headers);
        self.slots.http = Some(Arc::new(http));
        self
    }

    /// Removes a header of the HTTP request, in any case of its name.
    pub fn remove_request_header(&mut self, name: &str) {
        if let Some(http) = &mut self.slots.http
            && http.request_headers.keys().any(|held| held.eq_ignore_ascii_case(name))
        {
            Arc::make_mut(http).request_headers.retain(|held, _| !held.eq_ignore_ascii_case(name));
        }
    }

    /// Removes all headers of the HTTP request.
    pub fn remove_request_headers(&mut self) {
        if let Some(http) = &mut self.slots.http
            && !http.request_headers.is_empty()
        {
            Arc::make_mut(http).request_headers.clear();
        }
    }

    /// Removes a parameter from the query of the HTTP request that is asked for. False where the query is no map by names, and
    /// was removed whole.
    pub fn remove_parameter(&mut self, name: &str) -> bool {
        let mut is_map = true;
        for part in &mut self.message.content {
            let ContentPart::HttpRequest(request) = part else { continue };
            match request.arguments.get_mut(HttpRequest::QUERY) {
                None | Some(Json::Null) => {}
                Some(Json::Object(query)) => query.retain(|held, _| held != name),
                Some(_) => {
                    request.arguments.remove(HttpRequest::QUERY);
                    is_map = false;
                }
            }
        }
        is_map
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// The message, without its context.
    #[must_use]
    pub fn into_message(self) -> Message {
        self.message
    }

    /// The same draft about another message, made from the one it held, and that one.
    #[must_use]
    pub fn replace_message(self, make: impl FnOnce(&Message) -> Message) -> (Self, Message) {
        let Self { message, slots } = self;
        (Self { message: make(&message), slots }, message)
    }

    /// One draft for each request of that kind that the message makes, in the same context; see [`Message::split`].
    pub fn split(self, kind: EntityKind) -> impl Iterator<Item = Self> {
        let Self { message, slots } = self;
        message.split(kind).into_iter().map(move |message| Self { message, slots: slots.clone() })
    }

    /// The same draft with these in its context, as an operation before it left them.
    #[must_use]
    pub fn continuing(mut self, http: Option<Arc<HttpContext>>, custom: Option<Arc<Map<String, Json>>>) -> Self {
        (self.slots.http, self.slots.custom) = (http, custom);
        self
    }

    /// The agent that acts.
    #[must_use]
    pub fn agent_context(&self) -> &AgentContext {
        self.slots.agent()
    }

    /// The request it belongs to.
    #[must_use]
    pub fn request_context(&self) -> &RequestContext {
        self.slots.request()
    }

    /// The HTTP request that carried it.
    #[must_use]
    pub fn http_context(&self) -> &HttpContext {
        self.slots.http()
    }

    /// The MCP server the entity lives on, as the host says.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.slots.mcp().get("server").and_then(Json::as_str)
    }

    /// The entity a message of that kind of hook is about, see [`Message::entity`]; of an HTTP request its path.
    #[must_use]
    pub fn entity(&self, kind: EntityKind) -> Option<Entity<'_>> {
        self.slots.entity(kind, &self.message)
    }

    /// The same draft with the path of its HTTP request as it was read.
    #[must_use]
    pub fn http_path(mut self, path: String) -> Self {
        Arc::make_mut(self.slots.http.get_or_insert_default()).path = Some(path);
        self
    }

    /// The envelope of this draft for that identity, received at that time (milliseconds since the Unix epoch).
    #[must_use]
    pub fn identify(self, identity: impl Into<Box<Identity>>, standing: Standing, received_ms: u64) -> Envelope {
        Envelope::new(self.message, self.slots, Some(identity.into()), standing, received_ms)
    }

    /// The envelope of this draft for nobody in particular, received at that time (milliseconds since the Unix epoch).
    #[must_use]
    pub fn anonymous(self, received_ms: u64) -> Envelope {
        Envelope::new(self.message, self.slots, None, Standing::Anonymous, received_ms)
    }
}
