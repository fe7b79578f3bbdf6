//! The attributes policy may read: typed references, resolved from written paths once, at load.

mod rows;
mod show;

use apl_cmf::Capability;

pub use rows::Row;

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

/// What the value of an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A set of names.
    Names,
    /// Whatever stands there.
    Any,
}

/// Which plugins may read what an attribute reads. Policy may always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every plugin.
    Every,
    /// Those that are declared with the capability.
    With(Capability),
    /// None.
    Policy,
}

macro_rules! table {
    ($(#[$meta:meta])* $type:ident {
        $($variant:ident $path:literal $world:ident $kind:ident $access:ident $doc:literal;)+
    }) => {
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

            /// What its value is where it has one.
            #[must_use]
            pub const fn kind(self) -> ValueKind {
                match self { $(Self::$variant => ValueKind::$kind),+ }
            }

            /// Which plugins may read what it reads.
            #[must_use]
            pub const fn access(self) -> Access {
                match self { $(Self::$variant => table!(@access $access)),+ }
            }
        }
    };
    (@closed) => { true };
    (@open) => { false };
    (@access every) => { Access::Every };
    (@access policy) => { Access::Policy };
    (@access $capability:ident) => { Access::With(Capability::$capability) };
}

table! {
    /// A single value at a fixed place.
    Field {
        Authenticated "authenticated" closed Bool ReadSubject "Whether a subject, client or workload was verified or vouched for.";
        Delegated "delegated" closed Bool ReadDelegation "Whether the caller acts on somebody else's behalf.";
        DelegationDepth "delegation.depth" closed Number ReadDelegation "How many hops the inbound delegation chain has.";
        DelegationOrigin "delegation.origin_subject_id" open Text ReadDelegation "The subject the delegation began with.";
        DelegationActor "delegation.actor_subject_id" open Text ReadDelegation "The subject that acts under the delegation.";
        DelegationAge "delegation.age_seconds" open Number ReadDelegation "How old the delegation is, in seconds.";
        DelegationGranted "delegation.granted" open Bool ReadDelegation "Whether a credential was minted in this phase.";
        DelegationGrantedPermissions "delegation.granted.permissions" open Names ReadDelegation "The scopes of the latest minted credential.";
        DelegationGrantedAudience "delegation.granted.audience" open Text ReadDelegation "The audience of the latest minted credential.";
        SubjectId "subject.id" open Text ReadSubject "The caller's identifier.";
        SubjectType "subject.type" open Text ReadSubject "`user`, `agent`, `service` or `system`.";
        SubjectIssuer "subject.issuer" open Text ReadSubject "Who asserted the identity.";
        SubjectTenant "subject.tenant" open Text ReadSubject "The tenant the caller belongs to.";
        SubjectRoles "subject.roles" closed Names ReadRoles "The caller's roles.";
        SubjectPermissions "subject.permissions" closed Names ReadPermissions "The caller's permissions.";
        SubjectTeams "subject.teams" closed Names ReadTeams "The caller's teams.";
        ClientId "client.id" open Text ReadClient "The OAuth client's identifier.";
        ClientTrustLevel "client.trust_level" open Text ReadClient "How far the operator trusts the client.";
        ClientScopes "client.scopes" closed Names ReadClient "The scopes of the client's token.";
        ClientAuthorizedScopes "client.authorized_scopes" closed Names ReadClient "The scopes the client was authorized for.";
        ClientRoles "client.roles" closed Names ReadClient "The client's roles.";
        ClientPermissions "client.permissions" closed Names ReadClient "The client's permissions.";
        ClientAudiences "client.audiences" closed Names ReadClient "The audiences of the client's token.";
        ClientTeams "client.teams" closed Names ReadClient "The client's teams.";
        CallerSpiffeId "caller_workload.spiffe_id" open Text ReadWorkload "SPIFFE ID of the calling workload.";
        CallerTrustDomain "caller_workload.trust_domain" open Text ReadWorkload "Trust domain of the calling workload.";
        ThisSpiffeId "this_workload.spiffe_id" open Text ReadWorkload "SPIFFE ID of the workload this process is; `workload.spiffe_id` too.";
        ThisTrustDomain "this_workload.trust_domain" open Text ReadWorkload "Trust domain of the workload this process is; `workload.trust_domain` too.";
        AllLabels "security.labels" closed Names ReadLabels "Taint labels of the session and of this operation.";
        SessionLabels "session.labels" closed Names ReadLabels "Taint labels of the session.";
        MessageLabels "message.labels" closed Names ReadLabels "Taint labels of this operation.";
        ElicitationId "elicitation.id" open Text policy "The suspended operation that the latest approval of this phase belongs to.";
        ElicitationStatus "elicitation.status" open Text policy "How far that approval is: `pending`, `resolved` or `expired`.";
        ElicitationOutcome "elicitation.outcome" open Text policy "What the person said: `approved` or `denied`.";
        ElicitationApprover "elicitation.approver" open Text policy "Who is asked.";
        ElicitationChannel "elicitation.channel" open Text policy "The channel's own way to reach that person.";
        ToolName "tool.name" open Text ReadMeta "Name of the tool.";
        PromptName "prompt.name" open Text ReadMeta "Name of the prompt.";
        ResourceUri "resource.uri" open Text ReadMeta "URI of the resource.";
        LlmModel "llm.model" open Text ReadMeta "Name of the model.";
        AgentName "agent.name" open Text ReadMeta "Name of the called agent, without the method.";
        RouteKey "route.key" open Text ReadMeta "Key of the route that matched.";
        MetaEntityType "meta.entity_type" open Text ReadMeta "`tool`, `prompt`, `resource`, `llm`, `agent` or `http`.";
        MetaEntityName "meta.entity_name" open Text ReadMeta "Name of the entity.";
        MetaTags "meta.tags" closed Names ReadMeta "Tags the host gave the entity.";
        MetaScope "meta.scope" open Text ReadMeta "The scope the host files the entity under.";
        AgentSessionId "agent.session_id" open Text ReadAgent "The session, as the host vouches for it.";
        AgentConversationId "agent.conversation_id" open Text ReadAgent "The conversation.";
        AgentTurn "agent.turn" open Number ReadAgent "The turn within the conversation.";
        AgentAgentId "agent.agent_id" open Text ReadAgent "The agent that acts.";
        AgentParentAgentId "agent.parent_agent_id" open Text ReadAgent "The agent that called it.";
        AgentInput "agent.input" open Text ReadAgent "What the agent was asked.";
        HttpMethod "http.method" open Text ReadHeaders "The HTTP method.";
        HttpPath "http.path" open Text ReadHeaders "The path of the request; decoded, where the request itself is what is decided.";
        HttpHost "http.host" open Text ReadHeaders "The host of the validated authority.";
        HttpScheme "http.scheme" open Text ReadHeaders "`http` or `https`.";
        RequestId "request.id" open Text every "The host's identifier of the request.";
        RequestEnvironment "request.environment" open Text every "Where the process runs.";
        RequestTime "request.time" open Number every "Seconds since the Unix epoch.";
        RequestHour "request.hour" open Number every "Hour of the day, UTC.";
        RequestWeekday "request.weekday" open Number every "Day of the week, UTC, 1 for Monday to 7 for Sunday.";
        RequestTraceId "request.trace_id" open Text every "W3C trace identifier.";
        RequestSpanId "request.span_id" open Text every "W3C span identifier.";
    }
}

table! {
    /// A set of names the caller holds, asked one name at a time: `role.hr`.
    Holding {
        Role "role" closed Bool ReadRoles "Whether the caller has the role.";
        Perm "perm" closed Bool ReadPermissions "Whether the caller has the permission.";
        Team "team" closed Bool ReadTeams "Whether the caller is in the team.";
        ClientRole "client.role" closed Bool ReadClient "Whether the client has the role.";
        ClientPerm "client.perm" closed Bool ReadClient "Whether the client has the permission.";
    }
}

table! {
    /// A tree whose shape nobody fixes.
    Tree {
        Claim "claim" open Any ReadClaims "A claim of the caller's token.";
        ClientClaim "client.claim" open Any ReadClient "A claim of the client's token.";
        Args "args" open Any every "The arguments of the operation.";
        Result "result" open Any every "The result of the operation.";
        MetaProperties "meta.properties" open Any ReadMeta "A property the host gave the entity.";
        Mcp "mcp" open Any ReadMcp "The MCP context.";
        RequestHeaders "http.request_headers" open Text ReadHeaders "A request header, by lower-case name.";
        ResponseHeaders "http.response_headers" open Text ReadHeaders "A response header, by lower-case name.";
        Llm "llm" open Any ReadLlm "The inference context.";
        Completion "completion" open Any ReadCompletion "The completion context.";
        Provenance "provenance" open Any ReadProvenance "Where content came from.";
        Framework "framework" open Any ReadFramework "The agent framework's context.";
        Custom "custom" open Any ReadCustom "What the host attached.";
        Data "data" open Any every "What the operator states in `global.attribute_files`.";
    }
}

impl ValueKind {
    /// What a person calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Names => "a set of names",
            Self::Any => "anything",
        }
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

    /// Whether its value, or that of an attribute it looks up, may be another while an answer is judged than before: it is of
    /// the answer, or of labels that are added.
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        match self {
            Self::Held(..) => false,
            Self::Field(field) => matches!(field, Field::AllLabels | Field::SessionLabels | Field::MessageLabels),
            Self::Tree(Tree::Result | Tree::ResponseHeaders, _) => true,
            Self::Tree(..) => self.lookups().any(Self::awaits_answer),
        }
    }

    /// Whether it, or an attribute it looks up, has its value before the operation is stated and its steps run: neither
    /// arguments nor results, nor what steps add.
    #[must_use]
    pub fn is_known_beforehand(&self) -> bool {
        match self {
            Self::Held(..) => true,
            Self::Field(field) => !matches!(
                field,
                Field::AllLabels
                    | Field::SessionLabels
                    | Field::MessageLabels
                    | Field::DelegationGranted
                    | Field::DelegationGrantedPermissions
                    | Field::DelegationGrantedAudience
                    | Field::ElicitationId
                    | Field::ElicitationStatus
                    | Field::ElicitationOutcome
                    | Field::ElicitationApprover
                    | Field::ElicitationChannel
            ),
            Self::Tree(Tree::Args | Tree::Result, _) => false,
            Self::Tree(_, keys) => {
                keys.iter().all(|key| !matches!(key, Key::Lookup(inner) if !inner.is_known_beforehand()))
            }
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
