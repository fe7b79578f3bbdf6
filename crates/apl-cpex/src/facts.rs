//! The facts of an operation, read from its envelope when a predicate asks.

use std::sync::Arc;

use apl_cmf::{Client, EntityKind, Envelope, NameSet, Subject, agent_of};
use apl_core::{Fact, Names, Number};
use serde_json::{Map, Value as Json};

use crate::attribute::{Attribute, Field, Holding, Key, Tree};
use crate::reads::Reads;

/// An envelope as policy reads it. Nothing is copied.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'e> {
    envelope: &'e Envelope,
    kind: Option<EntityKind>,
    route: Option<&'e str>,
    data: &'e Map<String, Json>,
    reads: Option<&'e Reads>,
}

impl<'e> Facts<'e> {
    /// The facts of an operation on an entity of that kind, if it is on one, under the route of that key if one matched,
    /// with what the operator states beside the document.
    #[must_use]
    pub fn of(
        envelope: &'e Envelope,
        kind: impl Into<Option<EntityKind>>,
        route: Option<&'e str>,
        data: &'e Map<String, Json>,
    ) -> Self {
        Self { envelope, kind: kind.into(), route, data, reads: None }
    }

    /// The same facts, with what is read of them noted there, if anywhere.
    #[must_use]
    pub const fn noted_in(self, reads: Option<&'e Reads>) -> Self {
        Self { reads, ..self }
    }

    fn field(&self, field: Field) -> Fact<'e> {
        let envelope = self.envelope;
        match field {
            Field::Authenticated => Fact::Bool(envelope.identity().is_authenticated()),
            Field::Delegated
            | Field::DelegationDepth
            | Field::DelegationOrigin
            | Field::DelegationActor
            | Field::DelegationAge => self.delegation(field),
            Field::DelegationGranted
            | Field::DelegationGrantedPermissions
            | Field::DelegationGrantedAudience
            | Field::ElicitationId
            | Field::ElicitationStatus
            | Field::ElicitationOutcome
            | Field::ElicitationApprover
            | Field::ElicitationChannel => self.phase(field),
            Field::SubjectId => text(self.subject().map(|subject| &subject.id)),
            Field::SubjectType => self.subject().map_or(Fact::Absent, |subject| Fact::Text(subject.kind.name())),
            Field::SubjectIssuer => text(self.subject().and_then(|subject| subject.issuer.as_ref())),
            Field::SubjectTenant => text(self.subject().and_then(|subject| subject.tenant.as_ref())),
            Field::SubjectRoles => set(self.subject().map(|subject| &subject.roles)),
            Field::SubjectPermissions => set(self.subject().map(|subject| &subject.permissions)),
            Field::SubjectTeams => set(self.subject().map(|subject| &subject.teams)),
            Field::ClientId => text(self.client().map(|client| &client.id)),
            Field::ClientTrustLevel => text(self.client().and_then(|client| client.trust_level.as_ref())),
            Field::ClientScopes => set(self.client().map(|client| &client.scopes)),
            Field::ClientAuthorizedScopes => set(self.client().map(|client| &client.authorized_scopes)),
            Field::ClientRoles => set(self.client().map(|client| &client.roles)),
            Field::ClientPermissions => set(self.client().map(|client| &client.permissions)),
            Field::ClientAudiences => set(self.client().map(|client| &client.audiences)),
            Field::ClientTeams => set(self.client().map(|client| &client.teams)),
            Field::CallerSpiffeId => text(envelope.identity().caller_workload.as_ref().map(|it| &it.spiffe_id)),
            Field::CallerTrustDomain => text(envelope.identity().caller_workload.as_ref().map(|it| &it.trust_domain)),
            Field::ThisSpiffeId => text(envelope.this_workload().map(|it| &it.spiffe_id)),
            Field::ThisTrustDomain => text(envelope.this_workload().map(|it| &it.trust_domain)),
            Field::AllLabels | Field::SessionLabels | Field::MessageLabels => self.labels(field),
            Field::ToolName => self.entity_name(EntityKind::Tool),
            Field::PromptName => self.entity_name(EntityKind::Prompt),
            Field::ResourceUri => self.entity_name(EntityKind::Resource),
            Field::LlmModel => self.entity_name(EntityKind::Llm),
            Field::AgentName => self.agent_name(),
            Field::RouteKey => self.route.map_or(Fact::Absent, Fact::Text),
            Field::MetaEntityType => self.kind.map_or(Fact::Absent, |kind| Fact::Text(kind.name())),
            Field::MetaEntityName => self.kind.map_or(Fact::Absent, |kind| self.entity_name(kind)),
            Field::MetaTags => set(Some(&envelope.meta().tags)),
            Field::MetaScope => text(envelope.meta().scope.as_ref()),
            Field::AgentSessionId => text(envelope.agent().session_id.as_ref()),
            Field::AgentConversationId => text(envelope.agent().conversation_id.as_ref()),
            Field::AgentTurn => envelope.agent().turn.map_or(Fact::Absent, int),
            Field::AgentAgentId => text(envelope.agent().agent_id.as_ref()),
            Field::AgentParentAgentId => text(envelope.agent().parent_agent_id.as_ref()),
            Field::AgentInput => text(envelope.agent().input.as_ref()),
            Field::HttpMethod => text(envelope.http().method.as_ref()),
            Field::HttpPath => text(envelope.http().path.as_ref()),
            Field::HttpHost => envelope.http().host.as_ref().map_or(Fact::Absent, |host| Fact::Text(host.as_str())),
            Field::HttpScheme => text(envelope.http().scheme.as_ref()),
            Field::RequestId => text(envelope.request_context().request_id.as_ref()),
            Field::RequestEnvironment => text(envelope.request_context().environment.as_ref()),
            Field::RequestTime => int(self.seconds()),
            Field::RequestHour => int(self.seconds() / 3600 % 24),
            // The epoch was a Thursday, the fourth day.
            Field::RequestWeekday => int((self.seconds() / 86_400 + 3) % 7 + 1),
            Field::RequestTraceId => text(envelope.request_context().trace_id.as_ref()),
            Field::RequestSpanId => text(envelope.request_context().span_id.as_ref()),
        }
    }

    /// The chain that led to the caller.
    fn delegation(&self, field: Field) -> Fact<'e> {
        let chain = self.envelope.delegation();
        match field {
            Field::Delegated => Fact::Bool(chain.depth > 0),
            Field::DelegationDepth => int(chain.depth),
            Field::DelegationOrigin => text(chain.origin_subject_id.as_ref()),
            Field::DelegationActor => text(chain.actor_subject_id.as_ref()),
            _ => chain.age_seconds.map_or(Fact::Absent, int),
        }
    }

    /// What the steps of this side minted and asked for.
    fn phase(&self, field: Field) -> Fact<'e> {
        let (grant, asked) = (self.envelope.grant(), self.envelope.elicitation());
        match field {
            Field::DelegationGranted => grant.map_or(Fact::Absent, |_| Fact::Bool(true)),
            Field::DelegationGrantedPermissions => {
                grant.map_or(Fact::Absent, |grant| Fact::Set(Names::new(grant.permissions.as_slice())))
            }
            Field::DelegationGrantedAudience => shared(grant.map(|grant| &grant.audience)),
            Field::ElicitationId => shared(asked.map(|asked| &asked.id)),
            Field::ElicitationStatus => word(asked.map(|asked| asked.status.name())),
            Field::ElicitationOutcome => word(asked.and_then(|asked| asked.status.outcome())),
            Field::ElicitationApprover => shared(asked.map(|asked| &asked.approver)),
            _ => shared(asked.and_then(|asked| asked.channel.as_ref())),
        }
    }

    fn held(&self, holding: Holding, name: &str) -> bool {
        let names = match holding {
            Holding::Role => self.subject().map(|subject| &subject.roles),
            Holding::Perm => self.subject().map(|subject| &subject.permissions),
            Holding::Team => self.subject().map(|subject| &subject.teams),
            Holding::ClientRole => self.client().map(|client| &client.roles),
            Holding::ClientPerm => self.client().map(|client| &client.permissions),
        };
        names.is_some_and(|names| names.contains(name))
    }

    fn tree(&self, tree: Tree, keys: &[Key]) -> Fact<'e> {
        let envelope = self.envelope;
        let map = match tree {
            Tree::Claim => self.subject().map(|subject| &subject.claims),
            Tree::ClientClaim => self.client().map(|client| &client.claims),
            Tree::Args => envelope.arguments(),
            Tree::Result => return envelope.result().map_or(Fact::Absent, |result| self.descend(result.into(), keys)),
            Tree::MetaProperties => Some(&envelope.meta().properties),
            Tree::Mcp => Some(envelope.mcp()),
            Tree::RequestHeaders => return header(&envelope.http().request_headers, keys),
            Tree::ResponseHeaders => return header(&envelope.http().response_headers, keys),
            Tree::Llm => Some(envelope.llm()),
            Tree::Completion => Some(envelope.completion()),
            Tree::Provenance => Some(envelope.provenance()),
            Tree::Framework => Some(envelope.framework()),
            Tree::Custom => Some(envelope.custom()),
            Tree::Data => Some(self.data),
        };
        map.map_or(Fact::Absent, |map| self.descend(Fact::Map(map), keys))
    }

    fn descend(&self, root: Fact<'e>, keys: &[Key]) -> Fact<'e> {
        let mut at = root;
        for key in keys {
            let next = match key {
                Key::Name(name) => member(at, name),
                Key::Index(index) => element(at, *index),
                Key::Lookup(attribute) => match self.value(attribute) {
                    Fact::Text(name) => member(at, name),
                    Fact::Number(Number::Int(index)) => {
                        usize::try_from(index).ok().and_then(|index| element(at, index))
                    }
                    Fact::Unavailable(code) => return Fact::Unavailable(code),
                    _ => None,
                },
            };
            match next {
                Some(next) => at = next.into(),
                None => return Fact::Absent,
            }
        }
        at
    }

    fn value(&self, attribute: &Attribute) -> Fact<'e> {
        match attribute {
            Attribute::Field(field) => self.field(*field),
            Attribute::Held(holding, name) => Fact::Bool(self.held(*holding, name)),
            Attribute::Tree(tree, keys) => self.tree(*tree, keys),
        }
    }

    fn labels(&self, field: Field) -> Fact<'e> {
        let message = self.envelope.message_labels().as_slice();
        match (field, self.envelope.session_labels()) {
            (Field::MessageLabels, _) => Fact::Set(Names::new(message)),
            (Field::SessionLabels, Some(session)) => Fact::Set(Names::new(session.as_slice())),
            (_, Some(session)) => Fact::Set(Names::union(session.as_slice(), message)),
            (_, None) => Fact::Unavailable("session.unbound"),
        }
    }

    fn entity_name(&self, kind: EntityKind) -> Fact<'e> {
        if self.kind != Some(kind) {
            return Fact::Absent;
        }
        self.envelope.entity(kind).map_or(Fact::Absent, |entity| Fact::Text(entity.name))
    }

    /// The called agent, whatever method of it is called.
    fn agent_name(&self) -> Fact<'e> {
        match self.entity_name(EntityKind::Agent) {
            Fact::Text(name) => Fact::Text(agent_of(name)),
            other => other,
        }
    }

    const fn subject(&self) -> Option<&'e Subject> {
        self.envelope.identity().subject.as_ref()
    }

    const fn client(&self) -> Option<&'e Client> {
        self.envelope.identity().client.as_ref()
    }

    const fn seconds(&self) -> u64 {
        self.envelope.received_ms() / 1000
    }
}

impl apl_core::Facts for Facts<'_> {
    type Attribute = Attribute;

    fn read<'a>(&'a self, attribute: &'a Attribute) -> Fact<'a> {
        if let Some(reads) = self.reads {
            reads.note(attribute);
        }
        self.value(attribute)
    }
}

fn text(value: Option<&String>) -> Fact<'_> {
    value.map_or(Fact::Absent, |value| Fact::Text(value))
}

fn shared(value: Option<&Arc<str>>) -> Fact<'_> {
    value.map_or(Fact::Absent, |value| Fact::Text(value))
}

fn word<'a>(value: Option<&'static str>) -> Fact<'a> {
    value.map_or(Fact::Absent, Fact::Text)
}

fn set(names: Option<&NameSet>) -> Fact<'_> {
    Fact::Set(names.map(|names| Names::new(names.as_slice())).unwrap_or_default())
}

fn int<'a>(value: u64) -> Fact<'a> {
    Fact::Number(Number::Int(value.into()))
}

fn member<'a>(fact: Fact<'a>, name: &str) -> Option<&'a Json> {
    match fact {
        Fact::Map(map) => map.get(name),
        _ => None,
    }
}

fn element(fact: Fact<'_>, index: usize) -> Option<&Json> {
    match fact {
        Fact::List(list) => list.get(index),
        _ => None,
    }
}

fn header<'a>(headers: &'a std::collections::BTreeMap<String, String>, keys: &[Key]) -> Fact<'a> {
    match keys {
        [Key::Name(name)] => text(headers.get(&**name)),
        _ => Fact::Absent,
    }
}
