//! What an envelope promises: identity is stated once, labels only grow, changes are noted, unknown parts survive.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::sync::Arc;

use apl_cmf::{
    Author, Capabilities, Capability, Change, Channel, ContentPart, Credentials, Draft, EntityKind, Envelope,
    HttpContext, Identity, LabelScope, Message, NameSet, PartKind, Principal, Role, Side, Standing, Subject, ToolCall,
    View,
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

fn call(name: &str) -> ContentPart {
    let arguments = Map::from_iter([("id".to_owned(), json!(7))]);
    ContentPart::ToolCall(ToolCall::new("1", name, arguments))
}

fn envelope() -> Envelope {
    let subject = Subject { id: "eve".into(), roles: NameSet::from_iter(["hr"]), ..Subject::default() };
    let identity = Identity { subject: Some(subject), ..Identity::default() };
    Draft::new(Message::new(Role::Assistant, vec![call("lookup")])).identify(identity, Standing::Verified, 0)
}

fn policy() -> Author {
    Author::Policy(Arc::from("routes[0].policy[0]"))
}

#[test]
fn a_message_of_one_call_is_about_that_tool_and_of_several_about_none() {
    let one = Draft::new(Message::new(Role::Assistant, vec![call("lookup")]));
    assert_eq!(one.entity(EntityKind::Tool).map(|entity| entity.name), Some("lookup"));
    let two = Draft::new(Message::new(Role::Assistant, vec![call("lookup"), call("send")]));
    assert_eq!(two.entity(EntityKind::Tool), None);
    let nameless = Draft::new(Message::new(Role::Assistant, vec![call("")]));
    assert_eq!(nameless.entity(EntityKind::Tool), None);
}

#[test]
fn a_principal_of_a_kind_is_established_once() {
    let mut identity = Identity::default();
    let subject = |id: &str| Principal::Subject(Subject { id: id.into(), ..Subject::default() });
    identity.establish(subject("eve")).unwrap();
    assert_eq!(identity.establish(subject("mallory")), Err(Box::new(subject("mallory"))));
    assert_eq!(identity.subject.unwrap().id, "eve");
}

#[test]
fn a_session_label_needs_a_session() {
    let mut envelope = envelope();
    let label = || Change::label(Arc::from("secret"), LabelScope::Session);
    assert!(envelope.apply(&policy(), label()).is_err());
    assert_eq!(envelope.session_labels(), None);
    envelope.bind_session(&NameSet::EMPTY);
    assert_eq!(envelope.apply(&policy(), label()), Ok(true));
    assert_eq!(envelope.apply(&policy(), label()), Ok(false));
    assert_eq!(envelope.session_labels(), Some(&NameSet::from_iter(["secret"])));
    assert_eq!(envelope.ledger().entries().len(), 1);
}

#[test]
fn binding_a_session_again_never_loses_a_label() {
    let mut envelope = envelope();
    envelope.bind_session(&NameSet::from_iter(["secret"]));
    envelope.bind_session(&NameSet::from_iter(["pii"]));
    assert_eq!(envelope.session_labels(), Some(&NameSet::from_iter(["pii", "secret"])));
}

#[test]
fn a_plugin_adds_labels_only_with_the_capability() {
    let mut envelope = envelope();
    let label = || Change::label(Arc::from("pii"), LabelScope::Message);
    let without = Author::Plugin(Arc::from("scan"), Capabilities::NONE);
    assert!(envelope.apply(&without, label()).is_err());
    assert!(envelope.message_labels().is_empty());
    let with = Author::Plugin(Arc::from("scan"), Capabilities::NONE.with(Capability::AppendLabels));
    assert_eq!(envelope.apply(&with, label()), Ok(true));
    assert!(envelope.message_labels().contains("pii"));
}

#[test]
fn emptying_a_payload_is_a_change() {
    let mut envelope = envelope();
    let change = Change::Replace { side: Side::Args, content: Vec::new() };
    assert_eq!(envelope.apply(&policy(), change), Ok(true));
    let again = Change::Replace { side: Side::Args, content: Vec::new() };
    assert_eq!(envelope.apply(&policy(), again), Ok(false));
    assert_eq!(envelope.ledger().entries().len(), 1);
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_entry() {
    let mut envelope = envelope();
    let change = Change::Edit { side: Side::Args, path: Arc::from("id"), edit: &mut |_| false };
    assert_eq!(envelope.apply(&policy(), change), Ok(false));
    assert!(envelope.ledger().entries().is_empty());
}

#[test]
fn a_released_request_keeps_what_it_is_about_and_not_its_arguments() {
    let mut envelope = envelope();
    let released = envelope.release_request(false);
    assert_eq!(released.content, vec![call("lookup")]);
    assert_eq!(envelope.entity(EntityKind::Tool).map(|entity| entity.name), Some("lookup"));
    assert!(envelope.arguments().unwrap().is_empty());
}

#[test]
fn headers_that_carry_credentials_do_not_enter_the_envelope() {
    let names = ["Authorization", "PROXY-AUTHORIZATION", "Cookie", "Set-Cookie", "x-api-KEY", "X-Trace"];
    let request_headers = names.iter().map(|name| ((*name).to_owned(), "planted".to_owned())).collect();
    let http = HttpContext { request_headers, ..HttpContext::default() };
    let draft = Draft::new(Message::new(Role::User, Vec::new())).http(http);
    let kept: Vec<&String> = draft.http_context().request_headers.keys().collect();
    assert_eq!(kept, ["x-trace"]);
}

#[test]
fn credentials_are_not_printed() {
    let credentials = Credentials::bearer("planted-token").with("X-Api-Key", "planted-key".to_owned());
    let credentials = credentials.with_parameter("access_token", "planted-parameter");
    let printed = format!("{credentials:?} {:?}", apl_cmf::Secret::from("planted-secret"));
    assert!(!printed.contains("planted"), "{printed}");
    assert_eq!(credentials.values("AUTHORIZATION").collect::<Vec<_>>(), ["Bearer planted-token"]);
}

#[test]
fn a_parameter_of_the_query_is_no_header_and_has_an_exact_name() {
    let credentials = Credentials::none().with_parameter("token", "a").with_parameter("token", "b").with("key", "c");
    assert_eq!(credentials.parameters("token").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((credentials.values("token").count(), credentials.parameters("key").count()), (0, 0));
    assert_eq!(credentials.parameters("Token").count(), 0);
    assert!(!Credentials::none().with_parameter("token", "a").is_empty());
}

#[test]
fn a_view_shows_only_what_the_capabilities_grant() {
    let envelope = envelope();
    let blind = View::new(&envelope, Capabilities::NONE);
    assert_eq!((blind.subject_id(), blind.roles()), (None, None));
    let roles = View::new(&envelope, Capabilities::NONE.with(Capability::ReadRoles));
    assert_eq!(roles.subject_id(), Some("eve"), "read_roles implies read_subject");
    assert_eq!(roles.permissions(), None);
}

#[test]
fn every_capability_has_a_name_of_its_own_and_a_bit_of_its_own() {
    for (index, capability) in Capability::ALL.iter().enumerate() {
        assert_eq!(Capability::from_name(capability.name()), Some(*capability));
        let alone = Capabilities::NONE.with(*capability);
        let held = Capability::ALL.iter().filter(|other| alone.has(**other)).count();
        assert_eq!(held, 1 + usize::from(capability.implies().is_some()), "bit {index}");
    }
}

#[test]
fn a_known_part_with_a_wrong_member_is_refused_and_never_taken_for_an_unknown_one() {
    for part in [
        json!({ "content_type": "tool_call", "tool_call_id": "1", "name": 5 }),
        json!({ "content_type": "tool_call", "tool_call_id": "1", "name": "x", "Arguments": {} }),
        json!({ "content_type": "text", "text": "x", "Content_Type": "tool_call" }),
        json!({ "content_type": "image", "type": "file", "data": "x" }),
        json!({ "content_type": "text" }),
        json!({ "content_type": 3 }),
        json!({ "text": "x" }),
    ] {
        assert!(serde_json::from_value::<ContentPart>(part.clone()).is_err(), "{part}");
    }
}

proptest! {
    #[test]
    fn an_unknown_part_is_encoded_as_it_came(tag in "[a-z_]{1,8}x", members in prop::collection::btree_map("[a-z]{1,6}", any::<i64>(), 0..6)) {
        let mut part: Map<String, Json> = members.into_iter().map(|(name, value)| (name, json!(value))).collect();
        part.insert("content_type".to_owned(), json!(tag));
        let message = json!({ "schema_version": "2.0", "role": "user", "content": [part] });
        let decoded: Message = serde_json::from_value(message.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&decoded).unwrap(), message);
    }

    #[test]
    fn a_name_set_is_sorted_unique_and_grows(names in prop::collection::vec("[a-d]{0,2}", 0..8), more in "[a-d]{0,2}") {
        let set: NameSet = names.iter().map(String::as_str).collect();
        let slice = set.as_slice();
        prop_assert!(slice.windows(2).all(|pair| pair[0] < pair[1]));
        let grown = set.with(Arc::from(more.as_str()));
        prop_assert!(names.iter().chain([&more]).all(|name| grown.contains(name)));
        prop_assert_eq!(set.is_empty(), names.is_empty());
    }
}

#[test]
fn what_a_known_part_has_beside_its_members_is_encoded_as_it_came() {
    for kind in PartKind::KNOWN {
        let mut part = json!({ "content_type": kind.name(), "_meta": { "x": [1.5, null] }, "note": "x" });
        for member in kind.members() {
            part[*member] = match *member {
                "arguments" | "annotations" => json!({ "a": 1 }),
                "messages" => json!([]),
                "is_error" => json!(true),
                "size_bytes" | "range_start" | "range_end" | "duration_ms" => json!(7),
                "type" => json!("url"),
                _ => json!("x"),
            };
        }
        let read: ContentPart = serde_json::from_value(part.clone()).unwrap();
        assert_eq!(read.kind(), *kind);
        assert_eq!(read.more().unwrap().names().collect::<Vec<_>>(), ["_meta", "note"], "{part}");
        assert_eq!(serde_json::to_value(&read).unwrap(), part);
    }
}

#[test]
fn a_message_is_of_a_version_that_is_known_and_of_a_channel_there_is() {
    let message = |version: &str, channel: &str| {
        serde_json::from_value::<Message>(
            json!({ "schema_version": version, "role": "user", "content": [], "channel": channel }),
        )
    };
    assert_eq!(message("2.0", "analysis").unwrap().channel, Some(Channel::Analysis));
    assert!(message("2.0", "aside").is_err());
    assert!(message("3.0", "final").is_err());
}

#[test]
fn prompts_and_resources_read_as_they_are_written() {
    for part in [
        json!({ "content_type": "prompt_request", "prompt_request_id": "1", "name": "p", "arguments": { "a": 1 } }),
        json!({ "content_type": "prompt_result", "prompt_request_id": "1", "prompt_name": "p", "is_error": false,
            "messages": [{ "schema_version": "2.0", "role": "user", "content": [{ "content_type": "text", "text": "x" }] }] }),
        json!({ "content_type": "resource", "resource_request_id": "1", "uri": "file:///a", "resource_type": "file",
            "content": "x", "mime_type": "text/plain", "size_bytes": 1, "annotations": { "k": [1] }, "version": "2" }),
        json!({ "content_type": "resource_ref", "resource_request_id": "1", "uri": "file:///a", "resource_type": "file",
            "range_start": 1, "range_end": 9, "selector": "s" }),
    ] {
        let read: ContentPart = serde_json::from_value(part.clone()).unwrap();
        assert!(!matches!(read, ContentPart::Other(_)), "{part}");
        assert_eq!(serde_json::to_value(&read).unwrap(), part);
        assert!(read.more().unwrap().is_empty(), "{part}");
    }
}

#[test]
fn a_message_asks_for_one_thing_and_a_resource_may_accompany_it() {
    let part = |json: Json| serde_json::from_value::<ContentPart>(json).unwrap();
    let tool = || part(json!({ "content_type": "tool_call", "tool_call_id": "1", "name": "t" }));
    let prompt = || part(json!({ "content_type": "prompt_request", "prompt_request_id": "1", "name": "p" }));
    let resource = || {
        part(json!({ "content_type": "resource_ref", "resource_request_id": "1", "uri": "u", "resource_type": "file" }))
    };
    let named = |parts: Vec<ContentPart>, kind: EntityKind| {
        let message = Message::new(Role::User, parts);
        message.entity(kind).map(|entity| entity.name.to_owned())
    };
    assert_eq!(named(vec![prompt()], EntityKind::Prompt).as_deref(), Some("p"));
    assert_eq!(named(vec![resource()], EntityKind::Resource).as_deref(), Some("u"));
    assert_eq!(named(vec![tool(), resource()], EntityKind::Tool).as_deref(), Some("t"));
    assert_eq!(named(vec![tool(), resource()], EntityKind::Resource), None);
    assert_eq!(named(vec![tool(), prompt()], EntityKind::Tool), None);
    assert_eq!(named(vec![resource(), resource()], EntityKind::Resource), None);
    assert_eq!(named(vec![prompt()], EntityKind::Llm), None);
    assert_eq!(Message::new(Role::User, vec![resource(), tool()]).asks_for(), Some(EntityKind::Tool));
    assert_eq!(Message::new(Role::User, Vec::new()).asks_for(), None);
}

#[test]
fn what_is_read_of_a_payload_follows_its_changes() {
    let text = |text: &str| {
        let json = json!({ "content_type": "resource", "resource_request_id": "1", "uri": "u", "resource_type": "file",
            "content": text });
        serde_json::from_value::<ContentPart>(json).unwrap()
    };
    let mut envelope =
        Draft::new(Message::new(Role::User, Vec::new())).identify(Identity::default(), Standing::Anonymous, 0);
    envelope.answer(Message::new(Role::Tool, vec![text("{\"a\":1}")]));
    assert_eq!(envelope.result(), Some(&json!({ "a": 1 })));
    let content = vec![text("no json"), text("[2]")];
    envelope.apply(&Author::Runtime, Change::Replace { side: Side::Result, content }).unwrap();
    assert_eq!(envelope.result(), Some(&json!([2])));
    envelope.answer(Message::new(Role::Tool, vec![text("7")]));
    assert_eq!(envelope.result(), None, "a number in a text is a text");
}

#[test]
fn requests_to_models_agents_and_by_http_read_as_they_are_written() {
    for part in [
        json!({ "content_type": "llm_request", "llm_request_id": "1",
            "arguments": { "model": "m", "messages": [{ "role": "user", "content": "x" }], "parameters": {} } }),
        json!({ "content_type": "agent_request", "agent_request_id": "1", "name": "planner/message/send", "arguments": {} }),
        json!({ "content_type": "http_request", "http_request_id": "1", "arguments": { "query": { "q": ["a", "b"] } } }),
    ] {
        let read: ContentPart = serde_json::from_value(part.clone()).unwrap();
        assert!(!matches!(read, ContentPart::Other(_)), "{part}");
        assert_eq!(serde_json::to_value(&read).unwrap(), part);
        assert!(read.more().unwrap().is_empty(), "{part}");
    }
}

#[test]
fn a_model_or_agent_is_named_by_its_request_or_not_at_all() {
    let named = |kind: EntityKind, part: Json| {
        let message = Message::new(Role::User, vec![serde_json::from_value(part).unwrap()]);
        assert_eq!(message.asks_for(), Some(kind));
        message.entity(kind).map(|entity| entity.name.to_owned())
    };
    let model = |arguments: Json| {
        named(EntityKind::Llm, json!({ "content_type": "llm_request", "llm_request_id": "1", "arguments": arguments }))
    };
    assert_eq!(model(json!({ "model": "m" })).as_deref(), Some("m"));
    for nameless in [json!({}), json!({ "model": "" }), json!({ "model": 7 }), json!({ "model": null })] {
        assert_eq!(model(nameless.clone()), None, "{nameless}");
    }
    let agent = |name: &str| {
        named(EntityKind::Agent, json!({ "content_type": "agent_request", "agent_request_id": "1", "name": name }))
    };
    assert_eq!(agent("planner/message/send").as_deref(), Some("planner/message/send"));
    assert_eq!(agent("planner").as_deref(), Some("planner"));
    assert_eq!((agent(""), agent("/send")), (None, None));
}

#[test]
fn a_resource_may_accompany_a_request_to_a_model() {
    let model = json!({ "content_type": "llm_request", "llm_request_id": "1", "arguments": { "model": "m" } });
    let file =
        json!({ "content_type": "resource_ref", "resource_request_id": "1", "uri": "u", "resource_type": "file" });
    let parts = [file, model].map(|part| serde_json::from_value(part).unwrap()).to_vec();
    let message = Message::new(Role::User, parts);
    assert_eq!(message.asks_for(), Some(EntityKind::Llm));
    assert_eq!(message.entity(EntityKind::Llm).map(|entity| entity.name), Some("m"));
    assert_eq!(message.entity(EntityKind::Resource), None);
}

#[test]
fn what_went_to_a_model_is_let_go_of_but_for_its_name() {
    let part = json!({ "content_type": "llm_request", "llm_request_id": "1", "arguments": { "model": "m", "messages": ["x"] } });
    let message = Message::new(Role::User, vec![serde_json::from_value(part).unwrap()]);
    let mut envelope = Draft::new(message).identify(Identity::default(), Standing::Anonymous, 0);
    let sent = envelope.release_request(false);
    assert_eq!(sent.content[0].arguments().unwrap()["messages"], json!(["x"]));
    assert_eq!(envelope.entity(EntityKind::Llm).map(|entity| entity.name), Some("m"));
    assert!(!serde_json::to_string(envelope.request()).unwrap().contains("messages"));
}

/// An HTTP request with these parts.
fn http(parts: Json) -> Envelope {
    let path = Some("/orders?token=x#y".to_owned());
    let message = Message::new(Role::User, serde_json::from_value(parts).unwrap());
    let draft = Draft::new(message).http(HttpContext { path, ..HttpContext::default() });
    draft.identify(Identity::default(), Standing::Anonymous, 0)
}

#[test]
fn an_http_request_is_named_by_its_path_without_what_the_query_carries() {
    let envelope = http(json!([]));
    assert_eq!(envelope.entity(EntityKind::Http).map(|entity| entity.name), Some("/orders"));
    assert_eq!(envelope.entity(EntityKind::Tool), None);
}

#[test]
fn the_body_of_an_http_request_is_read_where_it_is_json_of_its_own_or_in_a_text() {
    let request =
        |arguments: Json| json!({ "content_type": "http_request", "http_request_id": "1", "arguments": arguments });
    let text = |text: &str| json!({ "content_type": "text", "text": text });
    let body = |parts: Json| http(parts).arguments().and_then(|arguments| arguments.get("body").cloned());
    let query = json!({ "query": { "q": "a" } });
    assert_eq!(body(json!([request(json!({ "body": { "a": 1 } }))])), Some(json!({ "a": 1 })));
    let joined = http(json!([request(query.clone()), text("{\"a\":1}")]));
    assert_eq!(Json::Object(joined.arguments().unwrap().clone()), json!({ "query": { "q": "a" }, "body": { "a": 1 } }));
    for opaque in ["a=1", "7", "{"] {
        assert_eq!(body(json!([request(query.clone()), text(opaque)])), None, "{opaque}");
    }
    assert_eq!(body(json!([text("[1]")])), None, "without a request there is nothing it is the body of");
}

#[test]
fn response_headers_that_carry_credentials_are_never_kept() {
    let mut envelope = http(json!([]));
    let headers = [("Set-Cookie", "a=b"), ("Content-Type", "text/html")];
    envelope.response_headers(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let kept: Vec<&str> = envelope.http().response_headers.keys().map(String::as_str).collect();
    assert_eq!(kept, ["content-type"]);
}
