use serde_json::json;

use super::*;
use crate::{PromptResult, Resource, Role, TextPart, ToolResult};

const TOKEN: &str = r#"eyJ"abc/def+="#;

fn echoes() -> Echoes {
    Echoes::of([Secret::new(format!("Bearer {TOKEN}"))].iter())
}

fn redacted(content: Vec<ContentPart>) -> (Vec<ContentPart>, bool) {
    let mut message = Message::new(Role::Tool, content);
    let found = echoes().redact_message(&mut message);
    (message.content, found)
}

#[test]
fn a_credential_is_found_as_it_was_sent_and_as_json_and_urls_spell_it() {
    let spelled = [
        TOKEN.to_owned(),
        format!("Bearer {TOKEN}"),
        json!(TOKEN).to_string().trim_matches('"').to_owned(),
        r#"eyJ\"abc\/def+="#.to_owned(),
        "eyJ%22abc%2Fdef%2B%3D".to_owned(),
        "eyJ%22abc%2fdef%2b%3d".to_owned(),
    ];
    for text in spelled {
        assert_eq!(echoes().redact(&format!("<{text}> {text}")), "<[redacted]> [redacted]", "{text}");
    }
    for other in ["Bearer ", "eyJ", "eyj\"abc/def+=", ""] {
        assert!(matches!(echoes().redact(other), Cow::Borrowed(text) if text == other), "{other}");
    }
}

#[test]
fn what_is_short_is_no_credential_and_a_longer_one_is_found_whole() {
    let values = ["Bearer abcdefg", "Basic abcdefgh", "abcdefgh-more"].map(Secret::from);
    let echoes = Echoes::of(values.iter());
    assert_eq!(echoes.redact("abcdefg abcdefgh abcdefgh-more"), "abcdefg [redacted] [redacted]");
}

#[test]
fn every_text_of_every_part_is_looked_through() {
    let text = || TOKEN.to_owned();
    let mut resource = Resource::new("r", text(), "file");
    resource.annotations.insert(TOKEN.to_owned(), json!([{ "deep": TOKEN }]));
    let inner = Message::new(Role::User, vec![ContentPart::Thinking(TextPart::new(text()))]);
    let prompt = PromptResult::new(text(), "name", vec![inner]);
    let (parts, found) = redacted(vec![
        ContentPart::text(TOKEN),
        ContentPart::ToolResult(ToolResult::new(TOKEN, TOKEN, json!({ TOKEN: [1, null, { "a": TOKEN }] }))),
        ContentPart::Resource(Box::new(resource)),
        ContentPart::PromptResult(prompt),
        ContentPart::Other(Map::from_iter([
            ("content_type".to_owned(), json!("odd")),
            (TOKEN.to_owned(), json!(TOKEN)),
        ])),
    ]);
    let shown = format!("{parts:?}");
    assert!(found && !shown.contains("eyJ"), "{shown}");
    assert_eq!((parts.len(), shown.matches(REDACTED).count()), (5, 12), "{shown}");
}

#[test]
fn what_holds_none_stays_as_it_is() {
    let content = || {
        vec![
            ContentPart::text("eyJ"),
            ContentPart::ToolResult(ToolResult::new("c", "t", json!({ "a": [1.5, "b"] }))),
            ContentPart::Resource(Box::new(Resource::new("r", "file:///x", "file"))),
        ]
    };
    assert_eq!(redacted(content()), (content(), false));
}

#[test]
fn a_part_that_cannot_be_put_together_again_is_left_out() {
    let nameless = Map::from_iter([("a".to_owned(), json!(TOKEN))]);
    assert_eq!(
        redacted(vec![ContentPart::text("b"), ContentPart::Other(nameless)]),
        (vec![ContentPart::text("b")], true)
    );
}
