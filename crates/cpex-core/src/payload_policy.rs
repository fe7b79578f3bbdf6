//! Which fields of a payload plugins may change on a hook, as the host says.

use std::collections::BTreeSet;

use apl_cmf::ContentPart;
use cpex_sdk::{HookPoint, OwnPayload};
use serde_json::{Map, Value as Json};

/// The fields of a payload that plugins may change on one hook. A change elsewhere is refused and recorded, and is a failure
/// of the plugin.
///
/// Of a message the fields are `args` (arguments of what is asked for), `result` (the structured result, the text or blob
/// of a resource, the messages of a prompt) and `parts` (all other parts). Of a payload of the host's own they are the
/// members of its JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookPayloadPolicy {
    /// Names of the fields.
    pub writable: BTreeSet<String>,
}

impl HookPayloadPolicy {
    /// A policy by which plugins may change those fields.
    #[must_use]
    pub fn writable<I: IntoIterator<Item: Into<String>>>(fields: I) -> Self {
        Self { writable: fields.into_iter().map(Into::into).collect() }
    }

    /// The first of the fields that none may change.
    fn forbidden<'f>(&self, changed: impl IntoIterator<Item = &'f str>) -> Option<String> {
        changed.into_iter().find(|field| !self.writable.contains(*field)).map(str::to_owned)
    }
}

/// The policies of all hooks; on a hook without one, plugins may change what their mode lets them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PayloadPolicies(Vec<(String, HookPayloadPolicy)>);

impl PayloadPolicies {
    /// Those policies by the name of their hook in any spelling.
    pub(crate) fn new(policies: impl IntoIterator<Item = (String, HookPayloadPolicy)>) -> Self {
        Self(policies.into_iter().collect())
    }

    /// A field that a plugin changed and may not change.
    pub(crate) fn forbids(&self, point: &HookPoint, before: &[ContentPart], after: &[ContentPart]) -> Option<String> {
        self.of(point)?.forbidden(changed(before, after))
    }

    /// The same of a payload of the host's own. One that has no JSON changed in all of it.
    pub(crate) fn forbids_own(&self, point: &HookPoint, before: &OwnPayload, after: &OwnPayload) -> Option<String> {
        let policy = self.of(point)?;
        let (Ok(Json::Object(before)), Ok(Json::Object(after))) = (before.to_json(), after.to_json()) else {
            return Some("payload".to_owned());
        };
        policy.forbidden(changed_members(&before, &after))
    }

    fn of(&self, point: &HookPoint) -> Option<&HookPayloadPolicy> {
        self.0.iter().find(|(hook, _)| point.is_named(hook)).map(|(_, policy)| policy)
    }
}

/// The fields that differ between the parts of a message that were given and those that came back.
fn changed(before: &[ContentPart], after: &[ContentPart]) -> Vec<&'static str> {
    ["args", "result", "parts"].into_iter().filter(|field| !same(field, before, after)).collect()
}

fn same(field: &str, before: &[ContentPart], after: &[ContentPart]) -> bool {
    let of_field = |part: &&ContentPart| field_of(part) == field;
    before.iter().filter(of_field).eq(after.iter().filter(of_field))
}

const fn field_of(part: &ContentPart) -> &'static str {
    match part {
        ContentPart::ToolCall(_)
        | ContentPart::PromptRequest(_)
        | ContentPart::ResourceRef(_)
        | ContentPart::LlmRequest(_)
        | ContentPart::AgentRequest(_)
        | ContentPart::HttpRequest(_) => "args",
        ContentPart::ToolResult(_) | ContentPart::PromptResult(_) | ContentPart::Resource(_) => "result",
        ContentPart::Text(_)
        | ContentPart::Thinking(_)
        | ContentPart::Image(_)
        | ContentPart::Video(_)
        | ContentPart::Audio(_)
        | ContentPart::Document(_)
        | ContentPart::Other(_) => "parts",
    }
}

fn changed_members<'m>(before: &'m Map<String, Json>, after: &'m Map<String, Json>) -> Vec<&'m str> {
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).collect()
}
