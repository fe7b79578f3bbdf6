#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use cpex_sdk::engine::AttributeReader;
use cpex_sdk::testing::{FixedFiles, block_on, host};
use serde_json::json;

use super::*;

fn built(text: &str) -> Result<Instance, Vec<ConfigFault>> {
    let files = FixedFiles::default().with("relations.txt", text);
    let declaration = PluginConfig { config: json!({ "tuples": "relations.txt" }), ..PluginConfig::new(KIND, KIND) };
    RebacFactory.build(&declaration, &Host { files: Arc::new(files), ..host() })
}

fn engine() -> Arc<dyn DecisionEngine> {
    match built("doc:readme#viewer@user:alice\n").unwrap() {
        Instance::Engine(engine) => engine,
        other => panic!("expected an engine, found {other:?}"),
    }
}

/// The id of the subject, if one was verified.
struct Verified(Option<&'static str>);

impl AttributeReader for Verified {
    fn read(&self, _index: usize) -> Option<Json> {
        self.0.map(Json::from)
    }
}

fn asked(map: &Json, verified: Option<&'static str>) -> Result<Verdict, EngineError> {
    let question = engine().prepare(map).unwrap().question;
    block_on(question.ask(&Inquiry { map, attributes: &Verified(verified) }))
}

#[test]
fn a_relation_is_looked_up_for_the_verified_subject_or_the_one_that_is_written() {
    let map = json!({ "object": "doc:readme", "relation": "viewer" });
    assert_eq!(asked(&map, Some("alice")), Ok(Verdict::permit(vec!["line 1".to_owned()])));
    assert_eq!(asked(&map, Some("bob")), Ok(Verdict::deny(Vec::new())));
    assert_eq!(asked(&map, None), Err(failed("no subject was verified")));
    let written = json!({ "object": "doc:readme", "relation": "viewer", "subject": "user:alice" });
    assert!(asked(&written, None).unwrap().permits);
}

#[test]
fn what_is_no_question_is_not_decided() {
    let prepared = engine().prepare(&json!({ "object": "${args.id}", "relation": "viewer" })).unwrap();
    for object in [json!(7), json!("readme"), json!("doc:readme#viewer"), json!("doc:")] {
        let map = json!({ "object": object, "relation": "viewer" });
        let inquiry = Inquiry { map: &map, attributes: &Verified(Some("alice")) };
        assert!(block_on(prepared.question.ask(&inquiry)).is_err(), "{object}");
    }
}

#[test]
fn a_step_is_checked_at_load() {
    let faults = engine().prepare(&json!({ "object": "readme", "relations": "viewer", "subject": 7 })).unwrap_err();
    let texts: Vec<_> = faults.iter().map(|fault| &*fault.text).collect();
    assert_eq!(
        texts,
        [
            "unknown key `relations`",
            "expected text, found a number",
            "the key `relation` is missing",
            "`readme` is not a type and an identifier with a colon between",
        ]
    );
}

#[test]
fn a_bad_file_is_told_at_its_own_place() {
    let faults = built("doc:readme#viewer@user:alice\ndoc:readme\n").unwrap_err();
    let [fault] = faults.as_slice() else { panic!("{} faults", faults.len()) };
    assert_eq!((fault.file.as_deref(), fault.offset_in_text), (Some("relations.txt"), Some(29)));
}
