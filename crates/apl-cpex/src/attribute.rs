//! The attributes policy may read: typed references, resolved from written paths once, at load.

mod show;

/// A typed reference to an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A single value at a fixed place.
    Field(Field),
    /// Whether a name is among a set of names the caller holds.
    Held(Holding, Box<str>),
    /// A value inside a tree whose shape nobody fixes.
    Tree(Tree, Box<[Key]>),
}

/// One step into a [`Tree`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The value of a key of a map.
    Name(Box<str>),
    /// An element of a list, from 0.
    Index(usize),
    /// The key or index is the value of another attribute.
    Lookup(Box<Attribute>),
}

macro_rules! table {
    ($(#[$meta:meta])* $type:ident { $($variant:ident $path:literal $world:ident $doc:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $(#[doc = $doc] $variant),+ }

        impl $type {
            /// Every row, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The path of documents.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self { $(Self::$variant => $path),+ }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            /// Whether it always has a value, so that it is never absent.
            #[must_use]
            pub const fn is_closed(self) -> bool {
                match self { $(Self::$variant => table!(@$world)),+ }
            }
        }
    };
    (@closed) => { true };
    (@open) => { false };
}

table! {
    /// A single value at a fixed place.
    Field {
        Authenticated "authenticated" closed "Whether a subject, client or workload was verified or vouched for.";
        Delegated "delegated" closed "Whether the caller acts on somebody else's behalf.";
        DelegationDepth "delegation.depth" closed "How many hops the inbound delegation chain has.";
        DelegationOrigin "delegation.origin_subject_id" open "The subject the delegation began with.";
        DelegationActor "delegation.actor_subject_id" open "The subject that acts under the delegation.";
        DelegationAge "delegation.age_seconds" open "How old the delegation is, in seconds.";
        DelegationGranted "delegation.granted" open "Whether a credential was minted in this phase.";
        DelegationGrantedPermissions "delegation.granted.permissions" open "The scopes of the latest minted credential.";
        DelegationGrantedAudience "delegation.granted.audience" open "The audience of the latest minted credential.";
        SubjectId "subject.id" open "The caller's identifier.";
        SubjectType "subject.type" open "`user`, `agent`, `service` or `system`.";
        SubjectIssuer "subject.issuer" open "Who asserted the identity.";
        SubjectTenant "subject.tenant" open "The tenant the caller belongs to.";
        SubjectRoles "subject.roles" closed "The caller's roles.";
        SubjectPermissions "subject.permissions" closed "The caller's permissions.";
        SubjectTeams "subject.teams" closed "The caller's teams.";
        ClientId "client.id" open "The OAuth client's identifier.";
        ClientTrustLevel "client.trust_level" open "How far the operator trusts the client.";
        ClientScopes "client.scopes" closed "The scopes of the client's token.";
        ClientAuthorizedScopes "client.authorized_scopes" closed "The scopes the client was authorized for.";
        ClientRoles "client.roles" closed "The client's roles.";
        ClientPermissions "client.permissions" closed "The client's permissions.";
        ClientAudiences "client.audiences" closed "The audiences of the client's token.";
        ClientTeams "client.teams" closed "The client's teams.";
        CallerSpiffeId "caller_workload.spiffe_id" open "SPIFFE ID of the calling workload.";
        CallerTrustDomain "caller_workload.trust_domain" open "Trust domain of the calling workload.";
        AllLabels "security.labels" closed "Taint labels of the session and of this operation.";
        SessionLabels "session.labels" closed "Taint labels of the session.";
        MessageLabels "message.labels" closed "Taint labels of this operation.";
        ElicitationId "elicitation.id" open "The suspended operation that the latest approval of this phase belongs to.";
        ElicitationStatus "elicitation.status" open "How far that approval is: `pending`, `resolved` or `expired`.";
        ElicitationOutcome "elicitation.outcome" open "What the person said: `approved` or `denied`.";
        ElicitationApprover "elicitation.approver" open "Who is asked.";
        ElicitationChannel "elicitation.channel" open "The channel's own way to reach that person.";
        ToolName "tool.name" open "Name of the tool.";
        PromptName "prompt.name" open "Name of the prompt.";
        ResourceUri "resource.uri" open "URI of the resource.";
        LlmModel "llm.model" open "Name of the model.";
        AgentName "agent.name" open "Name of the called agent.";
        RouteKey "route.key" open "Key of the route that matched.";
        MetaEntityType "meta.entity_type" open "`tool`, `prompt`, `resource`, `llm`, `agent` or `http`.";
        MetaEntityName "meta.entity_name" open "Name of the entity.";
        MetaTags "meta.tags" closed "Tags the host gave the entity.";
        MetaScope "meta.scope" open "The scope the host files the entity under.";
        AgentSessionId "agent.session_id" open "The session, as the host vouches for it.";
        AgentConversationId "agent.conversation_id" open "The conversation.";
        AgentTurn "agent.turn" open "The turn within the conversation.";
        AgentAgentId "agent.agent_id" open "The agent that acts.";
        AgentParentAgentId "agent.parent_agent_id" open "The agent that called it.";
        AgentInput "agent.input" open "What the agent was asked.";
        HttpMethod "http.method" open "The HTTP method.";
        HttpPath "http.path" open "The path of the request.";
        HttpHost "http.host" open "The host of the validated authority.";
        HttpScheme "http.scheme" open "`http` or `https`.";
        RequestId "request.id" open "The host's identifier of the request.";
        RequestEnvironment "request.environment" open "Where the process runs.";
        RequestTime "request.time" open "Seconds since the Unix epoch.";
        RequestHour "request.hour" open "Hour of the day, UTC.";
        RequestWeekday "request.weekday" open "Day of the week, UTC, 1 for Monday to 7 for Sunday.";
        RequestTraceId "request.trace_id" open "W3C trace identifier.";
        RequestSpanId "request.span_id" open "W3C span identifier.";
    }
}

table! {
    /// A set of names the caller holds, asked one name at a time: `role.hr`.
    Holding {
        Role "role" closed "Whether the caller has the role.";
        Perm "perm" closed "Whether the caller has the permission.";
        Team "team" closed "Whether the caller is in the team.";
        ClientRole "client.role" closed "Whether the client has the role.";
        ClientPerm "client.perm" closed "Whether the client has the permission.";
    }
}

table! {
    /// A tree whose shape nobody fixes.
    Tree {
        Claim "claim" open "A claim of the caller's token.";
        ClientClaim "client.claim" open "A claim of the client's token.";
        Args "args" open "The arguments of the operation.";
        Result "result" open "The result of the operation.";
        MetaProperties "meta.properties" open "A property the host gave the entity.";
        Mcp "mcp" open "The MCP context.";
        RequestHeaders "http.request_headers" open "A request header, by lower-case name.";
        ResponseHeaders "http.response_headers" open "A response header, by lower-case name.";
        Llm "llm" open "The inference context.";
        Completion "completion" open "The completion context.";
        Provenance "provenance" open "Where content came from.";
        Framework "framework" open "The agent framework's context.";
        Custom "custom" open "What the host attached.";
        Data "data" open "What the operator states in `global.attribute_files`.";
    }
}

impl Attribute {
    /// Whether it always has a value.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        match self {
            Self::Field(field) => field.is_closed(),
            Self::Held(..) => true,
            Self::Tree(..) => false,
        }
    }

    /// Whether its value may be a credential, so that it is shown to nobody: a header that carries one.
    #[must_use]
    pub fn may_be_credential(&self) -> bool {
        match self {
            Self::Tree(Tree::RequestHeaders | Tree::ResponseHeaders, keys) => {
                keys.iter().any(|key| matches!(key, Key::Name(name) if apl_cmf::is_sensitive_header(name)))
            }
            Self::Field(_) | Self::Held(..) | Self::Tree(..) => false,
        }
    }

    /// The attributes whose values are keys or indexes in it.
    pub fn lookups(&self) -> impl Iterator<Item = &Self> {
        let keys = match self {
            Self::Field(_) | Self::Held(..) => &[],
            Self::Tree(_, keys) => &**keys,
        };
        keys.iter().filter_map(|key| match key {
            Key::Lookup(attribute) => Some(&**attribute),
            Key::Name(_) | Key::Index(_) => None,
        })
    }

    /// Whether it, or an attribute it looks up, is of the arguments.
    #[must_use]
    pub fn reads_args(&self) -> bool {
        match self {
            Self::Field(_) | Self::Held(..) => false,
            Self::Tree(Tree::Args, _) => true,
            Self::Tree(_, keys) => keys.iter().any(|key| matches!(key, Key::Lookup(inner) if inner.reads_args())),
        }
    }

    /// Whether reading it, or an attribute it looks up, needs the labels of the session.
    #[must_use]
    pub fn reads_session(&self) -> bool {
        match self {
            Self::Field(field) => matches!(field, Field::AllLabels | Field::SessionLabels),
            Self::Held(..) => false,
            Self::Tree(_, keys) => {
                keys.iter().any(|key| matches!(key, Key::Lookup(attribute) if attribute.reads_session()))
            }
        }
    }
}
