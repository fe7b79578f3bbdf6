#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::time::Duration;

use cpex_sdk::config::ConfigStep;
use cpex_sdk::http::{HttpClient, HttpError, HttpFault, OutboundRequest, OutboundResponse};
use cpex_sdk::testing::SequentialIds;

use super::*;
use crate::point::DecisionPoint;
use crate::request::Semantic;

struct Nobody;

#[async_trait]
impl HttpClient for Nobody {
    fn check(&self, _url: &str) -> Result<(), HttpError> {
        Ok(())
    }

    async fn send(&self, _request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        Err(HttpError { fault: HttpFault::Unreachable, text: "nobody".to_owned() })
    }
}

fn prepared(written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
    let ids = Arc::<SequentialIds>::default();
    let point = DecisionPoint::new("https://pdp.example", Arc::new(Nobody), None, Duration::from_secs(1), ids);
    prepare(written, &Arc::new(Asked { point, cache: None, semantic: Semantic::ExecuteAll }))
}

/// Where and what is wrong, as one text each.
fn faults(written: &Json) -> Vec<String> {
    let show = |fault: ConfigFault| {
        let steps = fault.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        format!("{}: {}", steps.collect::<Vec<_>>().join("."), fault.text)
    };
    prepared(written).err().unwrap_or_default().into_iter().map(show).collect()
}

#[test]
fn the_verified_subject_is_read_where_the_step_names_none() {
    let resource = json!({ "type": "doc", "id": "${args.id}" });
    let unnamed = prepared(&json!({ "action": "read", "resource": resource })).unwrap();
    assert_eq!(unnamed.reads[0].path, "subject.id");
    assert_eq!(unnamed.reads.len(), WHO.len() + PROPERTIES.len());
    let agent = json!({ "type": "agent", "id": "${agent.agent_id}" });
    let named = prepared(&json!({ "action": "read", "resource": resource, "subject": agent })).unwrap();
    assert!(named.reads.is_empty());
}

#[test]
fn parts_are_maps_or_attributes_that_are() {
    for map in [
        json!({ "action": { "name": "read", "properties": "${args}" }, "resource": { "type": "doc", "id": "1" } }),
        json!({ "action": ["read", { "name": "share" }], "resource": { "type": "doc", "id": "1", "properties": {} } }),
        json!({ "action": "${args.verb}", "resource": [{ "type": "doc", "id": "1" }], "context": "${custom.risk}" }),
        json!({ "action": "read", "resource": { "type": "doc", "id": "1" }, "context": { "at": "${request.time}" } }),
    ] {
        assert_eq!(faults(&map), [""; 0], "{map}");
    }
}

#[test]
fn everything_that_is_wrong_with_a_map_is_said_at_its_place() {
    let wrong = json!({
        "action": { "nam": "read", "name": "", "properties": "${args.a} ${args.b}" },
        "resource": [{ "type": "doc", "id": 7 }, { "type": "", "id": "2", "properties": "none" }],
        "subject": { "type": "user" },
        "context": "${request.time}x",
    });
    let text = "expected a map, or one `${path}` that is one";
    assert_eq!(
        faults(&wrong),
        [
            "action.nam: unknown key `nam`".to_owned(),
            "resource.0.id: expected text, found a number".to_owned(),
            "subject: the key `id` is missing".to_owned(),
            format!("action.properties: {text}"),
            "action.name: it is empty".to_owned(),
            format!("resource.1.properties: {text}"),
            "resource.1.type: it is empty".to_owned(),
            format!("context: {text}"),
        ]
    );
}

#[test]
fn one_list_is_asked_for_and_it_has_something() {
    let one = json!({ "type": "doc", "id": "1" });
    assert_eq!(
        faults(&json!({ "action": [], "resource": one })),
        ["action: the list `action` is empty: nothing is asked for"]
    );
    assert_eq!(
        faults(&json!({ "action": ["read", ""], "resource": [one] })),
        ["resource: `action` and `resource` are both lists", "action.1: it is empty"]
    );
    assert_eq!(faults(&json!({ "action": "", "resource": one })), ["action: it is empty"]);
}
