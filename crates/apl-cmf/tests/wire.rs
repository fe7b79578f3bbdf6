//! The wire form: what is written is read again, whatever it is, and what is no such form is refused with its place.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use apl_cmf::wire::{Encoding, Frame, Limits};
use apl_cmf::{ContentPart, Message, PartKind, Role};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 64, parts: 100 };

const ENCODINGS: &[Encoding] = &[
    Encoding::Json,
    #[cfg(feature = "message-pack")]
    Encoding::MessagePack,
];

fn frame(json: &Json) -> Result<Frame, String> {
    Frame::decode(json.to_string().as_bytes(), Encoding::Json, LIMITS).map_err(|error| error.to_string())
}

fn with_content(content: &Json) -> Json {
    json!({ "wire": 1, "message": { "schema_version": "2.0", "role": "user", "content": content } })
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// A part of any kind, known or not, with members the format does not have.
fn any_part() -> impl Strategy<Value = ContentPart> {
    let more = prop::collection::btree_map("x-[a-z]{1,6}", any_json(), 0..3);
    let known = prop::sample::select(PartKind::KNOWN).prop_map(PartKind::name);
    (prop_oneof![3 => known, 1 => Just("hologram")], any_json(), ".{0,12}", any::<u64>(), more).prop_map(
        |(tag, value, text, number, more)| {
            let kind = PartKind::KNOWN.iter().find(|kind| kind.name() == tag);
            let mut part: Map<String, Json> = more.into_iter().collect();
            for member in kind.map_or(&[][..], |kind| kind.members()) {
                let value = match *member {
                    "arguments" | "annotations" => json!({ "a": value }),
                    "messages" => json!([{ "schema_version": "2.0", "role": "tool", "content": [] }]),
                    "is_error" => json!(number % 2 == 0),
                    "size_bytes" | "range_start" | "range_end" | "duration_ms" => json!(number),
                    "type" => json!("base64"),
                    "content" if tag == "tool_result" => value.clone(),
                    _ => json!(text),
                };
                part.insert((*member).to_owned(), value);
            }
            part.insert("content_type".to_owned(), json!(tag));
            serde_json::from_value(Json::Object(part)).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(parts in prop::collection::vec(any_part(), 0..5), custom in any_json()) {
        let mut written = frame(&with_content(&json!([]))).unwrap();
        written.message = Message::new(Role::Assistant, parts);
        written.extensions.custom = Some(Map::from_iter([("a".to_owned(), custom)]));
        for encoding in ENCODINGS {
            let bytes = written.encode(*encoding).unwrap();
            prop_assert_eq!(Frame::decode(&bytes, *encoding, LIMITS), Ok(written.clone()), "{:?}", encoding);
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for encoding in ENCODINGS {
            let _ = Frame::decode(&bytes, *encoding, LIMITS);
        }
    }
}

#[test]
fn what_is_no_wire_form_is_refused_with_its_place_and_without_its_values() {
    let text = json!({ "content_type": "text", "text": "x" });
    let mut versionless = with_content(&json!([]));
    versionless.as_object_mut().unwrap().remove("wire");
    let with = |name: &str, value: Json| {
        let mut frame = with_content(&json!([]));
        frame.as_object_mut().unwrap().insert(name.to_owned(), value);
        frame
    };
    for (json, said) in [
        (json!([]), "`.`: it is no map"),
        (versionless, "`wire`: it is missing"),
        (with("wire", json!(2)), "`wire`: this version reads 1"),
        (with("note", json!(1)), "`note`: it is not expected here"),
        (with_content(&json!([text, { "content_type": "text" }])), "`message.content[1]`: text: missing field `text`"),
        (with_content(&json!([{ "content_type": "text", "text": 42 }])), "`message.content[0]`: expected a string"),
        (with("extensions", json!({ "agent": { "turn": "secret" } })), "`extensions.agent`: expected u64"),
        (with("extensions", json!({ "raw_credentials": {} })), "`extensions.raw_credentials`: unknown field"),
    ] {
        let error = frame(&json).unwrap_err();
        assert!(error.starts_with(said), "{error}");
        assert!(!error.contains("secret") && !error.contains("42"), "{error}");
    }
    let twice = br#"{"wire":1,"wire":1}"#;
    let error = Frame::decode(twice, Encoding::Json, LIMITS).unwrap_err();
    assert!(error.to_string().contains("`wire` stands twice"), "{error}");
}

#[test]
fn limits_are_kept() {
    let text = json!({ "content_type": "text", "text": "x" });
    let bytes = with_content(&json!([text, text])).to_string().into_bytes();
    let read = |limits| Frame::decode(&bytes, Encoding::Json, limits);
    assert!(read(LIMITS).is_ok());
    assert!(read(Limits { bytes: bytes.len() - 1, ..LIMITS }).is_err());
    assert!(read(Limits { parts: 1, ..LIMITS }).is_err());
    assert!(read(Limits { depth: 3, ..LIMITS }).is_err());
    assert!(read(Limits { depth: 4, ..LIMITS }).is_ok());
}

#[test]
fn a_bomb_of_depth_is_an_error_in_each_encoding() {
    let deep = Limits { depth: usize::MAX, ..LIMITS };
    let bomb = "[".repeat(500_000);
    assert!(Frame::decode(bomb.as_bytes(), Encoding::Json, deep).is_err());
    #[cfg(feature = "message-pack")]
    assert!(Frame::decode(&vec![0x91; 500_000], Encoding::MessagePack, deep).is_err());
}

#[cfg(feature = "message-pack")]
#[test]
fn a_number_that_json_has_not_is_refused() {
    let nan = [&[0xcb][..], &f64::NAN.to_be_bytes()].concat();
    let error = Frame::decode(&nan, Encoding::MessagePack, LIMITS).unwrap_err();
    assert!(error.to_string().contains("not finite"), "{error}");
}

#[test]
fn trap_33_an_identity_is_not_stated_with_a_message() {
    for slot in ["subject", "client", "caller_workload", "this_workload"] {
        let mut json = with_content(&json!([]));
        let object = json.as_object_mut().unwrap();
        object.insert("extensions".to_owned(), json!({ "security": { slot: { } } }));
        let refused = frame(&json).unwrap().into_draft().unwrap_err();
        assert_eq!(refused.path, format!("extensions.security.{slot}"));
    }
    let mut json = with_content(&json!([]));
    let headers = json!({ "http": { "request_headers": { "Authorization": "planted", "X-A": "1" } } });
    json.as_object_mut().unwrap().insert("extensions".to_owned(), headers);
    let draft = frame(&json).unwrap().into_draft().unwrap();
    assert_eq!(draft.http_context().request_headers.keys().collect::<Vec<_>>(), ["x-a"]);
}
