//! What one of those said who were asked on the way: identity plugins, plugins, delegators.

use std::sync::Arc;

use apl_cmf::{ContentPart, EntityKind, ExtensionChange, Message, Minted, PrincipalKind, Role};
use cpex_sdk::audit::ValuePath;
use serde_json::{Map, Value as Json, json};

use super::carried::{self, is_whole};
use super::context::encoded;

/// One reply.
pub(crate) struct Reply {
    /// What every sink gets of it.
    said: Map<String, Json>,
    /// What only a sink that lists it gets.
    given: Given,
}

/// What a plugin gave in the place of what it was handed.
#[derive(Default)]
pub(crate) enum Given {
    #[default]
    Nothing,
    /// The arguments.
    Args(Option<EntityKind>, Vec<ContentPart>),
    /// The result.
    Result(Vec<ContentPart>),
    /// The values of a field, by its path with its namespace.
    Values(String, Vec<Json>),
}

impl Reply {
    /// Of an identity plugin: whom it found, or why nobody.
    pub(crate) fn of_identity(plugin: &str, yields: Option<PrincipalKind>, code: Option<&str>) -> Self {
        let yields = yields.map(|kind| match kind {
            PrincipalKind::Subject => "subject",
            PrincipalKind::Client => "client",
            PrincipalKind::CallerWorkload => "caller_workload",
        });
        Self::said(json!({ "identity": plugin, "yields": yields, "code": code }))
    }

    /// Of a plugin: `allow`, `deny`, `modify` or `error`, and the code of a denial or failure.
    pub(crate) fn of_plugin(
        plugin: &str,
        answer: &str,
        code: Option<&str>,
        reason: Option<&str>,
        given: Given,
        changes: &[ExtensionChange],
    ) -> Self {
        let changes: Vec<Json> = changes.iter().map(change).collect();
        let said = json!({ "plugin": plugin, "answer": answer, "code": code, "reason": reason, "changes": changes });
        Self { given, ..Self::said(said) }
    }

    /// Of a delegator that was asked for these scopes for that audience: those it granted, or the code of its failure.
    pub(crate) fn of_delegator(
        delegator: &str,
        (audience, permissions): (&str, &[Arc<str>]),
        granted: Result<&Minted, &str>,
    ) -> Self {
        let asked: Vec<&str> = permissions.iter().map(|scope| &**scope).collect();
        let (minted, code) = (granted.ok(), granted.err());
        let granted =
            minted.map(|minted| minted.permissions.iter().map(|scope| Json::from(&**scope)).collect::<Vec<_>>());
        Self::said(json!({
            "delegator": delegator,
            "audience": audience,
            "permissions": asked,
            "granted": granted,
            "code": code,
        }))
    }

    /// The reply, with the values that are listed.
    pub(super) fn shown(&self, values: &[ValuePath]) -> Json {
        let mut shown = self.said.clone();
        if let Some(Json::Array(changes)) = shown.get_mut("changes") {
            for change in changes.iter_mut().filter_map(Json::as_object_mut) {
                let key = change.get("custom").and_then(Json::as_str).map(str::to_owned);
                if key.is_some_and(|key| !is_listed("custom", &[&key], values)) {
                    change.remove("value");
                }
            }
        }
        match &self.given {
            Given::Nothing => {}
            Given::Args(kind, content) => match carried::args(content, *kind, values) {
                Some(args) => drop(shown.insert("args".to_owned(), args.into())),
                None => drop(shown.insert("lost".to_owned(), ["args"].as_slice().into())),
            },
            Given::Result(content) => {
                let mut lost = Vec::new();
                let answer = Message::new(Role::Tool, content.clone());
                carried::result(Some(&answer), values, &mut shown, &mut lost);
                if !lost.is_empty() {
                    shown.insert("lost".to_owned(), lost.into());
                }
            }
            Given::Values(field, given) => {
                shown.insert("field".to_owned(), field.as_str().into());
                let mut path = field.split('.').take_while(|key| !key.contains(['*', '[', '\'']));
                let (root, keys) = (path.next().unwrap_or_default(), path.collect::<Vec<_>>());
                if is_listed(root, &keys, values) {
                    shown.insert("values".to_owned(), given.clone().into());
                }
            }
        }
        shown.into()
    }

    fn said(said: Json) -> Self {
        let said = match said {
            Json::Object(said) => said.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        Self { said, given: Given::Nothing }
    }
}

/// Whether what stands there, and all below it, is listed.
fn is_listed(root: &str, keys: &[&str], values: &[ValuePath]) -> bool {
    let leads_there = |path: &ValuePath| {
        path.root() == root
            && path.keys().len() <= keys.len()
            && path.keys().iter().zip(keys).all(|(listed, key)| listed == key)
    };
    is_whole(root, values) || values.iter().any(leads_there)
}

/// A change beside the payload. The value of what a plugin attaches stands under `value`; that of a credential nowhere.
fn change(change: &ExtensionChange) -> Json {
    match change {
        ExtensionChange::Label(label, scope) => {
            let scope = match scope {
                apl_cmf::LabelScope::Session => "session",
                apl_cmf::LabelScope::Message => "message",
            };
            json!({ "label": &**label, "scope": scope })
        }
        ExtensionChange::RequestHeader(name, _) | ExtensionChange::ResponseHeader(name, _)
            if apl_cmf::is_sensitive_header(name) =>
        {
            Json::Null
        }
        ExtensionChange::RequestHeader(name, value) => json!({ "request_header": name, "value": value }),
        ExtensionChange::ResponseHeader(name, value) => json!({ "response_header": name, "value": value }),
        ExtensionChange::Hop(hop) => json!({ "hop": encoded(Some(hop)) }),
        ExtensionChange::DelegatedToken(Minted { header, audience, permissions, .. }) => {
            let permissions: Vec<&str> = permissions.iter().map(|scope| &**scope).collect();
            json!({ "token": header, "audience": &**audience, "permissions": permissions })
        }
        ExtensionChange::Custom(key, Some(value)) => json!({ "custom": key, "value": value }),
        ExtensionChange::Custom(key, None) => json!({ "custom": key, "removed": true }),
    }
}
