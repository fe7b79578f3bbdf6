//! Which operations a hooked plugin runs on: its `conditions`, compiled.

use apl_cmf::{ContentPart, EntityKind, Envelope, Side};
use apl_cpex::pattern::Pattern;
use cpex_sdk::GlobalContext;
use cpex_sdk::config::Condition;
use serde_json::Value as Json;

/// The operations that any of these admits; all where there are none.
#[derive(Debug, Default)]
pub(crate) struct Conditions(Vec<Compiled>);

#[derive(Debug)]
struct Compiled {
    servers: Vec<String>,
    tenants: Vec<String>,
    /// Names by the kind of entity; none where no kind is asked for.
    entities: Vec<(EntityKind, Vec<Pattern>)>,
    users: Vec<Pattern>,
    content_types: Vec<Pattern>,
}

impl Conditions {
    /// Compiles conditions that were checked. What is no pattern all the same matches nothing.
    pub(crate) fn compile(conditions: &[Condition]) -> Self {
        Self(conditions.iter().map(Compiled::new).collect())
    }

    /// Whether they ask what the content is.
    pub(crate) fn read_content(&self) -> bool {
        self.0.iter().any(|condition| !condition.content_types.is_empty())
    }

    /// Whether a plugin under these runs on what stands there.
    pub(crate) fn admit(&self, there: &There<'_>) -> bool {
        self.0.is_empty() || self.0.iter().any(|condition| condition.admits(there))
    }
}

/// What a plugin would be asked about.
pub(crate) struct There<'t> {
    pub(crate) envelope: &'t Envelope,
    pub(crate) side: Side,
    /// The kind of entity; none of a hook that stands at no operation.
    pub(crate) kind: Option<EntityKind>,
    /// What plugins of the request share.
    pub(crate) global: Option<&'t GlobalContext>,
}

impl Compiled {
    fn new(condition: &Condition) -> Self {
        let entities = [
            (EntityKind::Tool, &condition.tools),
            (EntityKind::Prompt, &condition.prompts),
            (EntityKind::Resource, &condition.resources),
            (EntityKind::Agent, &condition.agents),
        ];
        let asked = entities.into_iter().filter(|(_, names)| !names.is_empty());
        Self {
            servers: condition.server_ids.clone(),
            tenants: condition.tenant_ids.clone(),
            entities: asked.map(|(kind, names)| (kind, patterns(names))).collect(),
            users: patterns(&condition.user_patterns),
            content_types: patterns(&condition.content_types),
        }
    }

    fn admits(&self, there: &There<'_>) -> bool {
        let There { envelope, global, .. } = *there;
        let subject = envelope.identity().subject.as_ref();
        let server = [envelope.server(), global.and_then(|global| global.server_id.as_deref())];
        let tenant = [
            subject.and_then(|subject| subject.tenant.as_deref()),
            global.and_then(|global| global.tenant_id.as_deref()),
        ];
        is_one(&self.servers, server)
            && is_one(&self.tenants, tenant)
            && self.is_entity(there)
            && matches(&self.users, subject.map(|subject| subject.id.as_str()))
            && self.is_content(there)
    }

    /// An operation is on one entity, so that names of several kinds are a choice.
    fn is_entity(&self, there: &There<'_>) -> bool {
        if self.entities.is_empty() {
            return true;
        }
        let Some(entity) = there.kind.and_then(|kind| there.envelope.entity(kind)) else { return false };
        let of_kind = self.entities.iter().filter(|(kind, _)| *kind == entity.kind);
        of_kind.flat_map(|(_, names)| names).any(|pattern| pattern.matches(entity.name))
    }

    fn is_content(&self, there: &There<'_>) -> bool {
        if self.content_types.is_empty() {
            return true;
        }
        let parts = there.envelope.payload(there.side).map(|payload| &*payload.message.content).unwrap_or_default();
        parts.iter().any(|part| matches(&self.content_types, media_type(part)))
    }
}

/// The media type of a part, where it says one or has one by its nature.
fn media_type(part: &ContentPart) -> Option<&str> {
    match part {
        ContentPart::Text(_) | ContentPart::Thinking(_) => Some("text/plain"),
        ContentPart::Resource(resource) => resource.mime_type.as_deref(),
        ContentPart::Image(media)
        | ContentPart::Video(media)
        | ContentPart::Audio(media)
        | ContentPart::Document(media) => media.media_type.as_deref(),
        ContentPart::Other(members) => {
            members.get("media_type").or_else(|| members.get("mime_type")).and_then(Json::as_str)
        }
        _ => Some("application/json"),
    }
}

fn patterns(texts: &[String]) -> Vec<Pattern> {
    texts.iter().filter_map(|text| Pattern::parse(text).ok()).collect()
}

/// Whether one of the patterns matches, where any are asked for.
fn matches(asked: &[Pattern], name: Option<&str>) -> bool {
    asked.is_empty() || name.is_some_and(|name| asked.iter().any(|pattern| pattern.matches(name)))
}

/// Whether one of what is so is one of what is asked for, where anything is.
fn is_one(asked: &[String], so: [Option<&str>; 2]) -> bool {
    asked.is_empty() || so.into_iter().flatten().any(|name| asked.iter().any(|asked| asked == name))
}
