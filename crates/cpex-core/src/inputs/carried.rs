//! What an operation carries, as far as a sink lists it.

use apl_cmf::{ContentPart, EntityKind, LlmRequest, Message, More};
use cpex_sdk::audit::ValuePath;
use serde_json::{Map, Value as Json};

/// The listed arguments; none where the operation does not carry its arguments in the one form in which they can be kept: one
/// request, and nothing beside it.
pub(super) fn args(
    content: &[ContentPart],
    kind: Option<EntityKind>,
    values: &[ValuePath],
) -> Option<Map<String, Json>> {
    match content {
        [] => Some(Map::new()),
        [ContentPart::ResourceRef(_) | ContentPart::Resource(_)] if kind == Some(EntityKind::Resource) => {
            Some(Map::new())
        }
        [part] if part.more().is_none_or(More::is_empty) && part.asks_for().is_some() && part.asks_for() == kind => {
            let mut args = part.arguments().cloned().unwrap_or_default();
            if kind == Some(EntityKind::Llm) {
                args.remove(LlmRequest::MODEL);
            }
            Some(listed(args, "args", values))
        }
        _ => None,
    }
}

/// The listed part of a result: whole in whatever form it came; else as far as it is one structured value.
pub(super) fn result(
    answer: Option<&Message>,
    values: &[ValuePath],
    shown: &mut Map<String, Json>,
    lost: &mut Vec<&'static str>,
) {
    let Some(answer) = answer else { return };
    let is_error = answer.content.iter().any(|part| match part {
        ContentPart::ToolResult(result) => result.is_error,
        ContentPart::PromptResult(result) => result.is_error,
        _ => false,
    });
    shown.insert("is_error".to_owned(), is_error.into());
    match &*answer.content {
        [ContentPart::ToolResult(result)] if !result.content.is_null() && result.more.is_empty() => {
            if is_whole("result", values) {
                shown.insert("result".to_owned(), result.content.clone());
            } else if let Json::Object(members) = &result.content {
                shown.insert("result".to_owned(), listed(members.clone(), "result", values).into());
            } else {
                lost.push("result");
            }
        }
        parts if is_whole("result", values) => {
            let parts = parts.iter().filter_map(|part| serde_json::to_value(part).ok());
            shown.insert("result_parts".to_owned(), parts.collect());
        }
        _ => lost.push("result"),
    }
}

/// Whether all of a namespace is listed.
pub(super) fn is_whole(root: &str, values: &[ValuePath]) -> bool {
    values.iter().any(|path| path.root() == root && path.keys().is_empty())
}

/// The listed members of a namespace.
pub(super) fn listed(members: Map<String, Json>, root: &str, values: &[ValuePath]) -> Map<String, Json> {
    if is_whole(root, values) {
        return members;
    }
    let mut listed = Map::new();
    for path in values.iter().filter(|path| path.root() == root) {
        copy(&members, path.keys(), &mut listed);
    }
    listed
}

/// Copies what stands at the end of the keys, if it is there.
fn copy(from: &Map<String, Json>, keys: &[String], to: &mut Map<String, Json>) {
    let Some((first, rest)) = keys.split_first() else { return };
    let Some(value) = from.get(first) else { return };
    if rest.is_empty() {
        to.insert(first.clone(), value.clone());
        return;
    }
    let Json::Object(inner) = value else { return };
    let mut found = match to.remove(first) {
        Some(Json::Object(found)) => found,
        _ => Map::new(),
    };
    copy(inner, rest, &mut found);
    if !found.is_empty() {
        to.insert(first.clone(), found.into());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use serde_json::json;

    use super::*;

    fn of(value: &Json, paths: &[&str]) -> Json {
        let Json::Object(members) = value.clone() else { panic!("a map") };
        let values: Vec<ValuePath> = paths.iter().map(|path| ValuePath::read(path).unwrap()).collect();
        listed(members, "args", &values).into()
    }

    #[test]
    fn only_what_is_listed_is_kept() {
        let value = json!({"a": {"b": 1, "c": 2}, "d": [3], "e": 4});
        assert_eq!(of(&value, &[]), json!({}));
        assert_eq!(of(&value, &["args.a.b", "args.d", "result.e"]), json!({"a": {"b": 1}, "d": [3]}));
        assert_eq!(of(&value, &["args.a.b", "args.a.c"]), json!({"a": {"b": 1, "c": 2}}));
        assert_eq!(of(&value, &["args.a.x", "args.e.f", "args.x"]), json!({}));
        assert_eq!(of(&value, &["args"]), value);
    }

    #[test]
    fn a_part_of_what_is_kept_whole_changes_nothing() {
        let value = json!({"a": {"b": 1, "c": 2}});
        assert_eq!(of(&value, &["args.a", "args.a.b"]), json!({"a": {"b": 1, "c": 2}}));
    }
}
