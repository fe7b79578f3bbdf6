//! Field pipelines over the query and body of an HTTP request, which are one namespace to policy.
//!
//! A body that came as text stays text: for the pipeline it is put where it stands in the namespace, and what comes of it is
//! taken out again, so that the bytes no stage changes are those of the caller.

use apl_cmf::{ContentPart, HttpRequest, TextPart};
use apl_core::RewriteFault;
use serde_json::{Map, Value as Json};

use super::treats::{Treats, check_rest, treat_arguments};

type Arguments = Map<String, Json>;

pub(super) fn treat<T: Treats>(
    active: &mut T,
    parts: &mut [ContentPart],
    readable: &mut bool,
) -> Result<bool, RewriteFault> {
    let (mut request, mut body) = (None, None);
    for part in parts {
        check_rest(active, part)?;
        match part {
            ContentPart::HttpRequest(HttpRequest { arguments, .. }) if request.is_none() => request = Some(arguments),
            ContentPart::Text(TextPart { text, .. }) if body.is_none() => body = Some(text),
            _ if active.could_transform() => return Err(RewriteFault::Unreadable),
            _ => {}
        }
    }
    let Some(arguments) = request else { return Ok(false) };
    *readable = true;
    match body {
        None => treat_arguments(active, arguments),
        Some(text) if is_body(arguments, text) => treat_text(active, arguments, text),
        Some(_) if active.could_transform() => Err(RewriteFault::Unreadable),
        Some(_) => treat_arguments(active, arguments),
    }
}

/// Whether the text is what policy reads as `body`.
fn is_body(arguments: &Arguments, text: &str) -> bool {
    let opens = text.trim_start().starts_with(['{', '[']);
    opens && !arguments.contains_key(HttpRequest::BODY) && serde_json::from_str::<Json>(text).is_ok()
}

fn treat_text<T: Treats>(active: &mut T, arguments: &mut Arguments, text: &mut String) -> Result<bool, RewriteFault> {
    let Some(treated) = active.apply_text(&joined(arguments, text))? else { return Ok(false) };
    (*text, *arguments) = parted(&treated).ok_or(RewriteFault::Unreadable)?;
    Ok(true)
}

/// What the text of a namespace begins with that has a body.
const BODY: &str = r#"{"body":"#;

fn joined(arguments: &Arguments, text: &str) -> String {
    let mut joined = format!("{BODY}{text}");
    for (name, value) in arguments {
        joined.push_str(&format!(",{}:{value}", Json::from(name.as_str())));
    }
    joined.push('}');
    joined
}

/// Body and arguments of the text of a namespace. A body that was taken out is empty.
fn parted(joined: &str) -> Option<(String, Arguments)> {
    let Some(rest) = joined.strip_prefix(BODY) else {
        return Some((String::new(), serde_json::from_str(joined).ok()?));
    };
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Json>();
    values.next()?.ok()?;
    let (body, others) = rest.split_at_checked(values.byte_offset())?;
    let others = others.trim_start().trim_start_matches(',');
    Some((body.to_owned(), serde_json::from_str(&format!("{{{others}")).ok()?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_joined_parts_again() {
        for body in [r#"{ "a" : 1.50, "a":2 }"#, "[1]", r#"{"x":"}\",{"}"#] {
            for arguments in [json!({}), json!({ "query": { "q": ["a", "b"], "\"": "}" } })] {
                let arguments = arguments.as_object().unwrap();
                assert!(is_body(arguments, body), "{body}");
                assert_eq!(parted(&joined(arguments, body)), Some((body.to_owned(), arguments.clone())));
            }
        }
    }

    #[test]
    fn a_body_that_was_taken_out_or_replaced_parts_too() {
        let query = json!({ "query": {} }).as_object().unwrap().clone();
        assert_eq!(parted(r#"{"query":{}}"#), Some((String::new(), query.clone())));
        assert_eq!(parted("{}"), Some((String::new(), Map::new())));
        assert_eq!(parted(r#"{"body":"[REDACTED]","query":{}}"#), Some((r#""[REDACTED]""#.to_owned(), query)));
        assert_eq!(parted(r#"{"body":7}"#), Some(("7".to_owned(), Map::new())));
        assert_eq!(parted(r#"{"body":"#), None);
    }

    #[test]
    fn a_text_that_only_looks_like_json_once_it_is_joined_is_no_body() {
        for text in [r#"{},"query":{"x":1}"#, r#"{"a":1}}"#, "1", "\"x\"", "", "{"] {
            assert!(!is_body(&Map::new(), text), "{text}");
        }
        let structured = json!({ "body": 1 });
        assert!(!is_body(structured.as_object().unwrap(), "{}"));
    }
}
