//! What plugins scan: one flat view for each part, several for several calls, nested ones among them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use apl_cmf::{Action, Message, MessageView, Side};
use serde_json::{Value as Json, json};

fn message(role: &str, content: &Json) -> Message {
    serde_json::from_value(json!({ "schema_version": "2.0", "role": role, "content": content })).unwrap()
}

#[test]
fn each_call_of_a_message_has_a_view_of_its_own() {
    let call = |id: &str, name: &str| json!({ "content_type": "tool_call", "tool_call_id": id, "name": name, "arguments": { "id": id } });
    let message =
        message("assistant", &json!([call("1", "a"), { "content_type": "text", "text": "t" }, call("2", "b")]));
    let views = message.views(Side::Args);
    let flat = |view: &MessageView<'_>| {
        let id = view.arguments().and_then(|arguments| arguments.get("id")).cloned();
        json!([view.kind().name(), view.name(), view.action().name(), view.text(), id, view.is_pre(), view.is_post()])
    };
    assert_eq!(
        Json::Array(views.iter().map(flat).collect()),
        json!([
            ["tool_call", "a", "execute", null, "1", true, false],
            ["text", null, "generate", "t", null, true, false],
            ["tool_call", "b", "execute", null, "2", true, false],
        ])
    );
}

#[test]
fn what_a_view_shows_depends_on_the_part() {
    let parts = json!([
        { "content_type": "tool_result", "tool_call_id": "1", "tool_name": "a", "content": { "x": 1 }, "is_error": true },
        { "content_type": "resource", "resource_request_id": "1", "uri": "file:///a", "resource_type": "file", "content": "c" },
        { "content_type": "image", "type": "url", "data": "https://x.example/i" },
        { "content_type": "document", "type": "base64", "data": "AAAA", "title": "pay" },
        { "content_type": "hologram", "text": "x" },
    ]);
    let message = message("tool", &parts);
    let flat = |view: &MessageView<'_>| {
        json!([
            view.kind().name(),
            view.name(),
            view.uri(),
            view.text(),
            view.structured(),
            view.is_error(),
            view.is_post()
        ])
    };
    assert_eq!(
        Json::Array(message.views(Side::Result).iter().map(flat).collect()),
        json!([
            ["tool_result", "a", null, null, { "x": 1 }, true, true],
            ["resource", null, "file:///a", "c", null, false, true],
            ["image", null, "https://x.example/i", null, null, false, true],
            ["document", "pay", null, null, null, false, true],
            ["other", null, null, null, null, false, true],
        ])
    );
}

#[test]
fn the_messages_of_a_rendered_prompt_have_views_too() {
    let inner = message("user", &json!([{ "content_type": "text", "text": "inner" }]));
    let parts =
        json!([{ "content_type": "prompt_result", "prompt_request_id": "1", "prompt_name": "p", "messages": [inner] }]);
    let message = message("tool", &parts);
    let views = message.views(Side::Result);
    assert_eq!(views.iter().map(|view| view.text()).collect::<Vec<_>>(), [None, Some("inner")]);
    assert_eq!(views.iter().map(MessageView::action).collect::<Vec<_>>(), [Action::Receive, Action::Send]);
    assert_eq!(message.parts(), 2);
}
