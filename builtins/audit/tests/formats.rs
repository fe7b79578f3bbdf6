//! Events of OCSF and CloudEvents are what their specifications ask for.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::fs;

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::audit::{RecordCaller, RecordEntity, RequestIds};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{block_on, host, record};
use cpex_sdk::{Factory, Host, Instance, Record};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// What OCSF 1.6 says of an object: the attributes it must have, one at least that it must have, those it may have beside them.
struct Object {
    at: &'static str,
    required: &'static [&'static str],
    one_of: &'static [&'static str],
    optional: &'static [&'static str],
}

const fn object(
    at: &'static str,
    required: &'static [&'static str],
    one_of: &'static [&'static str],
    optional: &'static [&'static str],
) -> Object {
    Object { at, required, one_of, optional }
}

const BASE: &[&str] =
    &["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "unmapped"];

/// `api_activity` with the profiles `security_control` and `trace`, as far as events here go.
const API_ACTIVITY: &[Object] = &[
    object(
        "",
        &["actor", "api", "src_endpoint"],
        &[],
        &[
            "activity_name",
            "status",
            "status_id",
            "status_code",
            "status_detail",
            "action_id",
            "disposition_id",
            "policy",
            "trace",
        ],
    ),
    object("/actor", &[], &["process", "user", "invoked_by", "session", "app_name", "app_uid"], &[]),
    object("/actor/user", &[], &["account", "name", "uid"], &["domain", "org"]),
    object("/actor/user/org", &[], &["name", "uid"], &[]),
    object("/api", &["operation"], &[], &["service", "request"]),
    object("/api/service", &[], &["name", "uid"], &[]),
    object("/api/request", &["uid"], &[], &[]),
    object("/src_endpoint", &[], &["ip", "uid", "name", "hostname", "svc_name", "instance_uid"], &[]),
    object("/policy", &[], &["name", "uid"], &[]),
    object("/trace", &["uid"], &[], &[]),
];

const METADATA: &[Object] = &[
    object("/metadata", &["version", "product"], &[], &["profiles", "log_name", "uid", "correlation_uid"]),
    object("/metadata/product", &[], &["name", "uid"], &["vendor_name", "version"]),
];

/// The numbers an attribute may be.
const ENUMS: &[(&str, &[u64])] = &[
    ("severity_id", &[0, 1, 2, 3, 4, 5, 6, 99]),
    ("status_id", &[0, 1, 2, 99]),
    ("action_id", &[0, 1, 2]),
    ("disposition_id", &[0, 1, 2, 8, 14, 23, 25, 26, 27, 99]),
    ("activity_id", &[0, 1, 2, 3, 4, 99]),
];

/// Checks an event of OCSF.
fn check(event: &Json, class: &[Object]) {
    for name in BASE {
        assert!(event.get(name).is_some(), "`{name}` is missing: {event}");
    }
    for Object { at, required, one_of, optional } in class.iter().chain(METADATA) {
        let Some(members) = event.pointer(at).and_then(Json::as_object) else { continue };
        for name in *required {
            assert!(members.contains_key(*name), "`{at}/{name}` is missing: {event}");
        }
        let has_one = one_of.is_empty() || one_of.iter().any(|name| members.contains_key(*name));
        assert!(has_one, "`{at}` has none of {one_of:?}: {event}");
        let base = if at.is_empty() { BASE } else { &[] };
        for name in members.keys().map(String::as_str) {
            let known = [required, one_of, optional, &base].iter().any(|names| names.contains(&name));
            assert!(known, "`{at}/{name}` is not known: {event}");
        }
        assert!(members.values().all(|value| !value.is_null()), "`{at}` has members that say nothing: {event}");
    }
    for (name, numbers) in ENUMS {
        let number = event.get(*name).map(|number| number.as_u64().unwrap());
        assert!(number.is_none_or(|number| numbers.contains(&number)), "`{name}`: {event}");
    }
    let number = |name: &str| event[name].as_u64().unwrap();
    assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"));
    assert!(number("activity_id") != 99 || event["activity_name"].is_string(), "what is other has a name");
    assert!(number("time") > 1_000_000_000_000, "milliseconds");
}

fn lines(format: &str, records: &[Record<'_>]) -> Vec<Json> {
    let directory = TempDir::new().unwrap();
    let config = json!({
        "destination": {"file": {"path": "log.jsonl"}},
        "format": format,
        "chain": {"key": {"kind": "literal", "secret": "07".repeat(32)}},
    });
    let declaration = PluginConfig { config, ..PluginConfig::new("decisions", KIND) };
    let host = Host { directory: directory.path().to_owned(), ..host() };
    let Ok(Instance::Sink(sink)) = LoggerFactory::default().build(&declaration, &host) else { panic!("no sink") };
    block_on(sink.initialize()).unwrap();
    for record in records {
        block_on(sink.write(record)).unwrap();
    }
    let text = fs::read_to_string(directory.path().join("log.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A record that says much, and one that says little, of each decision.
fn records() -> Vec<Record<'static>> {
    let decisions = ["allow", "deny", "pending"].into_iter();
    let little = decisions.clone().map(|decision| Record { decision, ..record() });
    let much = decisions.map(|decision| Record {
        decision,
        entity: Some(RecordEntity { kind: "tool", name: "send_email", server: Some("mail") }),
        request: RequestIds {
            id: Some("req-81"),
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736"),
            span_id: Some("7a"),
        },
        caller: RecordCaller {
            standing: "verified",
            subject: Some("alice"),
            issuer: Some("https://idp.example"),
            tenant: Some("acme"),
            client: Some("assistant"),
            workload: Some("spiffe://example.org/agent"),
        },
        code: Some("plugin.denied"),
        own_code: Some("pii.found"),
        reason: Some("it names a person"),
        ..record()
    });
    let read = Record { entity: Some(RecordEntity { kind: "resource", name: "a://b", server: None }), ..record() };
    little.chain(much).chain([read]).collect()
}

#[test]
fn events_of_ocsf_have_what_the_schema_requires_and_nothing_it_does_not_know() {
    let lines = lines("ocsf", &records());
    let (checkpoint, events) = lines.split_first().unwrap();
    assert_eq!((&checkpoint["class_uid"], &checkpoint["type_uid"]), (&json!(0), &json!(99)));
    check(checkpoint, &[object("", &[], &[], &["activity_name"])]);
    for event in events {
        assert_eq!((&event["class_uid"], &event["category_uid"]), (&json!(6003), &json!(6)));
        check(event, API_ACTIVITY);
    }
    let verdicts: Vec<_> = events[..3].iter().map(|event| (&event["action_id"], &event["disposition_id"])).collect();
    assert_eq!(verdicts, [(&json!(1), &json!(1)), (&json!(2), &json!(2)), (&json!(2), &json!(23))]);
    let denied = &events[4];
    assert_eq!(
        denied["actor"],
        json!({
            "user": {"name": "alice", "uid": "alice", "domain": "https://idp.example", "org": {"uid": "acme"}},
            "app_uid": "assistant",
        })
    );
    assert_eq!(
        denied["api"],
        json!({"operation": "send_email", "service": {"name": "mail"}, "request": {"uid": "req-81"}})
    );
    assert_eq!((&denied["status_code"], &denied["status_id"]), (&json!("pii.found"), &json!(2)));
    assert_eq!(events[6]["activity_id"], 2);
}

#[test]
fn events_of_cloudevents_have_the_attributes_the_specification_asks_for() {
    let lines = lines("cloudevents", &records());
    let types: Vec<&str> = lines[..2].iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["cpex.audit.checkpoint", "cpex.audit.record"]);
    for event in &lines {
        assert_eq!((&event["specversion"], &event["datacontenttype"]), (&json!("1.0"), &json!("application/json")));
        for name in ["id", "source", "type"] {
            assert!(event[name].as_str().is_some_and(|text| !text.is_empty()), "`{name}`: {event}");
        }
        assert_eq!(event["time"], "2026-01-01T00:00:00Z");
        let names = event.as_object().unwrap().keys();
        assert!(names.into_iter().all(|name| name.chars().all(|sign| sign.is_ascii_lowercase())), "{event}");
        assert!(event["data"]["stream"].is_string());
    }
}
