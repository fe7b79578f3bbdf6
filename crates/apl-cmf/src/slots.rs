//! The context slots of an envelope: shared by reference count, and nothing at all while they are empty.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value as Json};

use crate::{
    AgentContext, DataPolicy, Delegation, Entity, EntityKind, HttpContext, Message, Meta, ObjectProfile,
    RequestContext, Workload,
};

static NO_REQUEST: RequestContext =
    RequestContext { environment: None, request_id: None, timestamp: None, trace_id: None, span_id: None };
static NO_AGENT: AgentContext = AgentContext {
    input: None,
    session_id: None,
    conversation_id: None,
    turn: None,
    agent_id: None,
    parent_agent_id: None,
    conversation: None,
};
static NO_HTTP: HttpContext = HttpContext {
    method: None,
    path: None,
    host: None,
    scheme: None,
    request_headers: BTreeMap::new(),
    response_headers: BTreeMap::new(),
};
static NO_DELEGATION: Delegation =
    Delegation { chain: Vec::new(), depth: 0, origin_subject_id: None, actor_subject_id: None, age_seconds: None };
static NO_OBJECTS: BTreeMap<String, ObjectProfile> = BTreeMap::new();
static NO_DATA: BTreeMap<String, DataPolicy> = BTreeMap::new();
static NO_META: LazyLock<Meta> = LazyLock::new(Meta::default);
static NO_MAP: LazyLock<Map<String, Json>> = LazyLock::new(Map::new);

macro_rules! slots {
    ($($name:ident: $type:ty = $empty:expr;)+) => {
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Slots {
            $(pub(crate) $name: Option<Arc<$type>>,)+
            pub(crate) this_workload: Option<Arc<Workload>>,
        }

        impl Slots {
            $(
                pub(crate) fn $name(&self) -> &$type {
                    self.$name.as_deref().unwrap_or($empty)
                }
            )+
        }
    };
}

slots! {
    request: RequestContext = &NO_REQUEST;
    agent: AgentContext = &NO_AGENT;
    http: HttpContext = &NO_HTTP;
    delegation: Delegation = &NO_DELEGATION;
    objects: BTreeMap<String, ObjectProfile> = &NO_OBJECTS;
    data: BTreeMap<String, DataPolicy> = &NO_DATA;
    meta: Meta = &NO_META;
    mcp: Map<String, Json> = &NO_MAP;
    llm: Map<String, Json> = &NO_MAP;
    completion: Map<String, Json> = &NO_MAP;
    provenance: Map<String, Json> = &NO_MAP;
    framework: Map<String, Json> = &NO_MAP;
    custom: Map<String, Json> = &NO_MAP;
}

impl Slots {
    /// The entity of a message in this context. The path of an HTTP request ends where a query begins, so that what is not
    /// fit to be a path is named without the values it carries.
    pub(crate) fn entity<'e>(&'e self, kind: EntityKind, message: &'e Message) -> Option<Entity<'e>> {
        if kind != EntityKind::Http {
            return message.entity(kind);
        }
        let path = self.http().path.as_deref()?;
        Some(Entity { kind, name: path.split(['?', '#']).next().unwrap_or_default() })
    }
}
