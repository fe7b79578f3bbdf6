//! Holds `docs/audit.md` to what the sink writes and to the keys it takes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::audit::{
    Execution, Id, RecordApproval, RecordCaller, RecordChange, RecordDeclassification, RecordDelegation, RecordDigests,
    RecordEntity, RecordLabels, RecordRule, RecordVerdict, RequestIds,
};
use cpex_sdk::cmf::NameSet;
use cpex_sdk::config::{Key, PluginConfig, Shape};
use cpex_sdk::elicitation::QuestionId;
use cpex_sdk::testing::{START_MS, block_on, host, record};
use cpex_sdk::{Factory, Host, IdSource, Instance, Record};
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

fn page() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/audit.md")).unwrap()
}

/// The second cell of each row by its first, of the table with that heading.
fn table(heading: &str) -> BTreeMap<String, String> {
    let page = page();
    let rows = page.lines().skip_while(|line| *line != heading).skip(2).take_while(|line| line.starts_with('|'));
    let mut table = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[1].trim_matches('`').to_owned();
        assert_eq!(table.insert(name, cells[2].to_owned()), None, "two rows are the same: {row}");
    }
    assert!(!table.is_empty(), "there is no table with the heading {heading}");
    table
}

struct OneId;

impl IdSource for OneId {
    fn next(&self) -> u128 {
        0x5f0c_1b7a_9d3e_48f2_a6c4_e8b0_1d7f_2a93
    }

    fn next_secret(&self) -> Option<u128> {
        Some(self.next())
    }
}

/// The last line the sink writes for these records.
fn last_line(config: Json, records: &[Record<'_>]) -> String {
    let directory = TempDir::new().unwrap();
    let declaration = PluginConfig { config, ..PluginConfig::new("decisions", KIND) };
    let host = Host { ids: Arc::new(OneId), directory: directory.path().to_owned(), ..host() };
    let Ok(Instance::Sink(sink)) = LoggerFactory::default().build(&declaration, &host) else {
        panic!("expected a sink")
    };
    block_on(sink.initialize()).unwrap();
    for record in records {
        block_on(sink.write(record)).unwrap();
    }
    let text = fs::read_to_string(directory.path().join("decisions.jsonl")).unwrap();
    text.lines().next_back().unwrap().to_owned()
}

/// The line of a record in which every field says something.
fn full_line() -> String {
    let [before, after, message] =
        [&["secret"][..], &["pii", "secret"], &["untrusted"]].map(|labels| labels.iter().copied().collect::<NameSet>());
    let controls = [Execution {
        name: "pii-scan".into(),
        mode: "sequential",
        requested: "deny",
        effective: "deny",
        code: Some("plugin.denied"),
        duration_us: 184,
        metadata: Map::from_iter([("rules".to_owned(), json!(12))]),
    }];
    let scopes = ["mail:send".into()];
    let change = RecordChange { author: "routes[2].args.note", slot: "args", path: "note", kind: "modify" };
    let record = Record {
        version: 1,
        time_ms: START_MS,
        id: Id(0x0b5e_8c1f_4a7d_42e3_9c6f_1b8a_3d5e_7f90),
        operation: Id(0x7d2f_9a4c_1e6b_48d0_b3f5_a8c7_e1d9_f204),
        phase: "pre",
        hook: "cmf.tool_pre_invoke",
        request: RequestIds {
            id: Some("req-81"),
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736"),
            span_id: Some("00f067aa0ba902b7"),
        },
        entity: Some(RecordEntity { kind: "tool", name: "send_email", server: Some("mail") }),
        route: Some("routes[2]"),
        policy: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        caller: RecordCaller {
            standing: "verified",
            subject: Some("alice"),
            issuer: Some("https://idp.example"),
            tenant: Some("acme"),
            client: Some("assistant"),
            workload: Some("spiffe://example.org/agent"),
        },
        decision: "deny",
        code: Some("plugin.denied"),
        own_code: Some("pii.found"),
        reason: Some("the message names a person"),
        rule: Some(RecordRule { id: "no-people", at: "policy.yaml:31:9" }),
        control: Some("pii-scan"),
        controls: &controls,
        engines: &[RecordVerdict {
            engine: "cedar".into(),
            rule: "routes[2].policy[1]".into(),
            verdict: "permit",
            policies: vec!["staff-mail".to_owned()],
        }],
        labels: RecordLabels { before: Some(&before), after: Some(&after), message: &message },
        changes: vec![change],
        delegations: vec![RecordDelegation {
            delegator: "mail-oauth",
            audience: "mail-api",
            permissions: &scopes,
            subject: "user",
        }],
        restriction: Some(json!({"allow_models": ["small-*"], "on_empty": "deny"})),
        declassified: &[RecordDeclassification {
            label: "draft".into(),
            reason: "published".into(),
            rule: "routes[2].policy[1]".into(),
        }],
        approvals: &[RecordApproval {
            id: Some("3f9c1d7a5b8e42f0a6d4c2b19e7f5a83".into()),
            question: Some(QuestionId(std::array::from_fn(|at| u8::try_from(at * 7).unwrap()))),
            verb: Some("require_approval".into()),
            rule: Some("routes[2].policy[2]".into()),
            approver: "carol".into(),
            status: "approved",
            comment: Some("as agreed in May".into()),
        }],
        marks: &["routes[2].policy[0]".into()],
        errors: &["usage-meter: no answer in time".to_owned()],
        digests: Some(RecordDigests {
            args: Some("hmac-sha256:b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7".to_owned()),
            result: Some("hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843".to_owned()),
        }),
        inputs: Some(json!({
            "call": {"args": {"to": "bob@example.com"}, "server": "mail", "tool": "send_email"},
            "caller": {"id": "alice", "roles": ["hr"]},
            "lost": [],
            "replies": [{"answer": "deny", "code": "pii.found", "plugin": "pii-scan"}],
            "values": ["args.to"],
            "vouched": false,
        })),
    };
    let config = json!({"destination": {"file": {"path": "decisions.jsonl"}}, "source": "gateway-1"});
    last_line(config, &vec![record; 41])
}

/// The line of a record in which only what must be there says something.
fn bare_line() -> String {
    last_line(json!({"destination": {"file": {"path": "decisions.jsonl"}}}), &[record()])
}

/// The type of every field by its path, as the page writes both.
fn types(line: &str) -> BTreeMap<String, String> {
    let mut types = BTreeMap::new();
    collect(&serde_json::from_str(line).unwrap(), "", &mut types);
    types
}

fn collect(value: &Json, path: &str, types: &mut BTreeMap<String, String>) {
    let members = value.as_object().unwrap();
    for (name, member) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let kind = match member {
            Json::Null => "null".to_owned(),
            Json::Bool(_) => "boolean".to_owned(),
            Json::Number(_) => "number".to_owned(),
            Json::String(_) => "text".to_owned(),
            // What is in it is the plugin's to say, and what inputs hold is described on a page of their own.
            Json::Object(_) if ["metadata", "inputs"].contains(&name.as_str()) => "map".to_owned(),
            Json::Object(_) => {
                collect(member, &path, types);
                "map".to_owned()
            }
            Json::Array(elements) => match elements.first() {
                Some(Json::Object(_)) => {
                    collect(&elements[0], &format!("{path}[]"), types);
                    "list of maps".to_owned()
                }
                Some(Json::String(_)) => "list of text".to_owned(),
                other => format!("list, first of it {other:?}"),
            },
        };
        types.insert(path, kind);
    }
}

#[test]
fn the_page_names_every_field_with_its_type_and_no_other() {
    let documented: BTreeMap<String, String> = table("| field | type | meaning |")
        .into_iter()
        .map(|(path, kind)| (path, kind.strip_suffix(" or null").unwrap_or(&kind).to_owned()))
        .collect();
    assert_eq!(documented, types(&full_line()));
}

#[test]
fn the_page_says_which_fields_may_be_null() {
    let documented = table("| field | type | meaning |");
    let may_be_null = |path: &str| documented[path].ends_with(" or null");
    for (path, kind) in types(&bare_line()) {
        assert_eq!(kind == "null", may_be_null(&path), "`{path}`");
    }
}

#[test]
fn the_line_of_the_page_is_what_the_sink_writes() {
    let page = page();
    let example = page.split_once("```json\n").unwrap().1.split_once("\n```").unwrap().0;
    assert_eq!(example, full_line());
}

#[test]
fn the_page_names_every_key_that_does_something() {
    let mut keys = Vec::new();
    names("", LoggerFactory::default().keys("decisions").unwrap(), &mut keys);
    keys.sort_unstable();
    let documented: Vec<String> = table("| key | default | meaning |").into_keys().collect();
    assert_eq!(documented, keys);
}

/// The dotted names of keys; those that are only there to be refused do nothing.
fn names(prefix: &str, keys: &[Key], found: &mut Vec<String>) {
    for key in keys.iter().filter(|key| !key.doc.contains("refused")) {
        let name = format!("{prefix}{}", key.name);
        let sections: &[Shape] = match &key.shape {
            Shape::Either(shapes) => shapes,
            shape => std::slice::from_ref(shape),
        };
        for section in sections {
            if let Shape::Section(members) = section {
                names(&format!("{name}."), members, found);
            }
        }
        found.push(name);
    }
}
