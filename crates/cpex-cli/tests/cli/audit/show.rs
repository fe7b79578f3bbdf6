//! `cpex audit show`.

use std::fs;

use cpex::cmf::NameSet;
use cpex::sdk::Record;
use cpex::sdk::audit::{Id, RecordApproval, RecordCaller, RecordEntity, RecordLabels, RecordRule, RequestIds};
use cpex::sdk::testing::{START_MS, record};
use serde_json::json;

use super::super::command::top;
use super::log::{Log, Ran, Sink, run};

fn labels(names: &[&str]) -> NameSet {
    names.iter().copied().collect()
}

/// Writes one denied operation, one that was allowed on both sides, and one whose end is not there.
fn fill(sink: &Sink) {
    let [before, after, message] = [&["secret"][..], &["pii", "secret"], &["untrusted"]].map(labels);
    let caller = RecordCaller { subject: Some("alice"), client: Some("assistant"), ..record().caller };
    sink.record(&Record {
        operation: Id(0x7d2f_9a4c_1e6b_48d0_b3f5_a8c7_e1d9_f204),
        request: RequestIds { id: Some("req-81"), trace_id: None, span_id: None },
        entity: Some(RecordEntity { kind: "tool", name: "send_email", server: Some("mail") }),
        caller,
        decision: "deny",
        code: Some("plugin.denied"),
        own_code: Some("pii.found"),
        reason: Some("the message names a person"),
        rule: Some(RecordRule { id: "no-people", at: "policy.yaml:31:9" }),
        control: Some("pii-scan"),
        labels: RecordLabels { before: Some(&before), after: Some(&after), message: &message },
        approvals: &[RecordApproval {
            id: None,
            question: None,
            verb: None,
            rule: None,
            approver: "carol".into(),
            status: "approved",
            comment: Some("as agreed in May".into()),
        }],
        errors: &["usage-meter: no answer in time".to_owned()],
        ..record()
    });
    for phase in ["pre", "post"] {
        sink.record(&Record { operation: Id(7), phase, time_ms: START_MS + 1000, ..record() });
    }
    let entity = Some(RecordEntity { kind: "tool", name: "a\u{1b}[31m\u{202e}b", server: None });
    sink.record(&Record { operation: Id(3), entity, caller, time_ms: START_MS + 90_000_000, ..record() });
}

fn show(log: &Log, more: &str) -> Ran {
    run(&format!("audit show {} {more}", log.path().display()))
}

/// The operations that are shown, by their last digit.
fn shown(log: &Log, more: &str) -> String {
    let ran = show(log, more);
    assert_eq!(ran.status, 0, "{}", ran.out);
    ran.out.lines().filter(|line| line.starts_with("    operation ")).filter_map(|line| line.chars().last()).collect()
}

fn filled(format: &str) -> Log {
    let log = Log::new();
    let sink = log.open(&json!({ "format": format }));
    fill(&sink);
    sink.close();
    log
}

#[test]
fn the_page_shows_what_is_shown() {
    let page = fs::read_to_string(top().join("docs/audit.md")).unwrap();
    let ran = show(&filled("json"), "--denied --caller alice --since 2026-01-01");
    let block = format!("```text\n{}```", ran.out);
    assert!(page.contains(&block), "{}", ran.out);
}

#[test]
fn both_sides_are_one_entry_and_what_a_terminal_obeys_is_left_out() {
    for format in ["json", "ocsf", "cloudevents"] {
        let out = show(&filled(format), "").out;
        assert_eq!(out.matches("    operation ").count(), 3, "{out}");
        assert!(
            out.contains("2026-01-01T00:00:01.000Z allow   anonymous: cmf.tool_pre_invoke\n    operation"),
            "{out}"
        );
        assert!(out.contains("no record of its end: it goes on, or its process died"), "{out}");
        assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out:?}");
    }
}

#[test]
fn operations_are_chosen() {
    let log = filled("json");
    assert_eq!(shown(&log, ""), "473");
    assert_eq!(shown(&log, "--denied"), "4");
    assert_eq!(shown(&log, "--caller alice"), "43");
    assert_eq!(shown(&log, "--caller assistant --denied"), "4");
    assert_eq!(shown(&log, "--caller bob"), "");
    assert_eq!(shown(&log, "--operation 00000000000000000000000000000007"), "7");
    assert_eq!(shown(&log, "--operation req-81"), "4");
    assert_eq!(shown(&log, "--since 2026-01-02"), "3");
    assert_eq!(shown(&log, "--since 2026-01-01T00:00:01Z"), "73");
    let refused = show(&log, "--since yesterday");
    assert!(refused.status == 2 && refused.out.contains("expected a time such as"), "{}", refused.out);
}

#[test]
fn json_holds_the_records_of_both_sides() {
    let ran = show(&filled("ocsf"), "--operation 00000000000000000000000000000007 --format json");
    let object: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&object["decision"], &object["time_ms"]), (&json!("allow"), &json!(START_MS + 1000)));
    assert_eq!((&object["pre"]["phase"], &object["post"]["phase"]), (&json!("pre"), &json!("post")));
}

#[test]
fn what_is_passed_over_is_told() {
    let log = filled("json");
    let text = log.text()
        + "{\"stream\":\"a\",\"sequence\":1,\"source\":null,\"gap\":{\"time_ms\":1,\"dropped\":3}}\nnot a line\n";
    fs::write(log.path(), text).unwrap();
    let ran = show(&log, "--denied");
    assert!(
        ran.out.ends_with("records that were not written: 3\nlines that are none of a log, passed over: 1\n"),
        "{}",
        ran.out
    );
    assert_eq!(run("audit show nowhere.jsonl").status, 2);
}
