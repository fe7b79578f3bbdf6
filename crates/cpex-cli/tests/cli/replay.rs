//! `cpex replay`: records hold what a decision needs, and what another policy changes is found exactly.

use cpex::cmf::{Identity, NameSet, Subject};
use cpex::{Answer, Caller, FromYaml as _, Operation, PluginManager};
use cpex_cli::case::TestFile;
use cpex_cli::replay_cases;
use serde_json::{Value as Json, json};

use super::command::{Place, top};
use super::corpus::collect;

#[test]
fn every_operation_of_the_corpus_is_decided_again_as_it_was() {
    let mut files = Vec::new();
    collect(&top().join("tests/corpus"), &mut files);
    let (mut alike, mut faults) = (0, Vec::new());
    for path in files {
        let file = TestFile::read(&path).unwrap();
        for (name, report) in replay_cases(&file, None).unwrap() {
            alike += report["alike"].as_u64().unwrap();
            if report["operations"] != report["alike"] {
                faults.push(format!("{}: {name}: {report:#}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{} cases:\n{}", faults.len(), faults.join("\n"));
    assert!(alike > 700, "only {alike} operations");
}

const POLICY: &str = r#"
plugins:
  - name: decisions
    kind: audit/logger
    config:
      destination: { file: { path: decisions.jsonl } }
      replay: { values: [args.amount, result.ssn] }
routes:
  - tool: pay
    policy:
      - require(role.clerk)
      - { id: limit, when: args.amount > 1000, do: deny }
  - tool: lookup
    policy: [ "taint(secret, session)" ]
    result: { ssn: "redact(!perm.view_ssn)" }
  - tool: send
    policy:
      - { id: no-leak, when: "session.labels contains 'secret'", do: deny }
"#;

/// A log that operations under a policy left, and the folder it lies in.
fn logged(policy: &str, operations: &[(&str, &str, Json)]) -> Place {
    let place = Place::new().with("policy.yaml", policy);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let manager = PluginManager::from_file(&place.path().join("policy.yaml")).await.unwrap();
        for (who, tool, args) in operations {
            let subject = Subject { id: (*who).to_owned(), roles: NameSet::from_iter(["clerk"]), ..Subject::default() };
            let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
            let operation = Operation::tool(*tool, args.as_object().unwrap().clone()).session("planted-session");
            let answer = json!({ "ssn": "555-12-3456", "note": "planted-result" });
            let backend = |_call| async { Ok::<_, std::convert::Infallible>(Answer::structured(answer)) };
            let _ = manager.guard(operation.caller(caller), backend).await.unwrap();
        }
        manager.shutdown().await;
    });
    place
}

fn usual() -> Place {
    logged(
        POLICY,
        &[
            ("bob", "pay", json!({ "amount": 500, "memo": "planted-memo" })),
            ("bob", "pay", json!({ "amount": 5000 })),
            ("bob", "send", json!({ "to": "planted-to" })),
            ("bob", "lookup", json!({ "id": "planted-id" })),
            ("bob", "send", json!({ "to": "planted-to" })),
        ],
    )
}

/// What a replay under an edited policy finds.
fn edited(place: Place, edits: &[(&str, &str)]) -> Json {
    let policy = edits.iter().fold(POLICY.to_owned(), |policy, (from, to)| {
        assert!(policy.contains(from), "{from}");
        policy.replacen(from, to, 1)
    });
    place.with("new.yaml", &policy).cpex("replay new.yaml decisions.jsonl --format json").json()
}

/// The changes as `change | detail | rule before | rule now | count`.
fn changes(report: &Json) -> Vec<String> {
    let rule = |rule: &Json| rule["id"].as_str().or(rule["code"].as_str()).unwrap_or("-").to_owned();
    let one = |change: &Json| {
        let [kind, detail] = ["change", "detail"].map(|name| change[name].as_str().unwrap());
        format!("{kind} | {detail} | {} | {} | {}", rule(&change["before"]), rule(&change["after"]), change["count"])
    };
    report["changes"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn under_its_own_policy_a_log_comes_out_as_it_was_and_holds_what_is_listed() {
    let place = usual();
    let log = std::fs::read_to_string(place.path().join("decisions.jsonl")).unwrap();
    assert!(!log.contains("planted"), "{log}");
    assert!(log.contains("\"amount\":5000") && log.contains("555-12-3456"), "{log}");
    let ran = place.cpex("replay policy.yaml decisions.jsonl");
    let expected = "5 operations under policy.yaml, 5 recorded under this very policy: 5 alike, 0 changed\n";
    assert_eq!((ran.status, ran.out.as_str()), (0, expected), "{}", ran.err);
}

#[test]
fn a_limit_that_moves_flips_exactly_what_lies_between() {
    let looser = edited(usual(), &[("> 1000", "> 10000")]);
    assert_eq!(changes(&looser), ["deny -> allow |  | limit | - | 1"]);
    let tighter = edited(usual(), &[("> 1000", "> 100")]);
    assert_eq!(changes(&tighter), ["allow -> deny |  | - | limit | 1"]);
}

#[test]
fn labels_of_a_session_are_those_the_new_policy_leaves() {
    let report = edited(usual(), &[("[ \"taint(secret, session)\" ]", "[ \"require(role.clerk)\" ]")]);
    assert_eq!(changes(&report), ["deny -> allow |  | no-leak | - | 1"]);
    let report = edited(
        usual(),
        &[("    policy:\n      - require(role.clerk)\n", "    policy:\n      - taint(secret, session)\n")],
    );
    assert_eq!(changes(&report), ["allow -> deny |  | - | no-leak | 1"], "{report:#}");
}

#[test]
fn redactions_that_come_and_go_are_named_by_their_fields() {
    let report = edited(usual(), &[("redact(!perm.view_ssn)", "str")]);
    assert_eq!(changes(&report), ["redaction removed | result.ssn | routes[1].result.ssn | - | 1"]);
    assert_eq!(report["changes"][0]["loosens"], true);
}

#[test]
fn what_the_log_does_not_hold_is_named_and_never_guessed() {
    let report = edited(usual(), &[("args.amount > 1000", "args.memo == 'x'")]);
    assert_eq!(changes(&report), Vec::<String>::new());
    assert_eq!(
        (&report["undetermined"], &report["missing"]["args.memo"]["count"]),
        (&json!(2), &json!(2)),
        "{report:#}"
    );
    // What an undecided operation leaves in its session nobody knows either.
    let unknown = "{ when: args.memo == 'x', do: \"taint(secret, session)\" }";
    let report = edited(usual(), &[("{ id: limit, when: args.amount > 1000, do: deny }", unknown)]);
    assert_eq!(report["missing"]["session.labels"]["count"], 2, "{report:#}");
}

#[test]
fn a_caller_the_host_vouched_for_is_refused_where_plugins_must_verify() {
    let report = edited(
        usual(),
        &[("routes:", "  - { name: ids, kind: identity/jwt }\nglobal: { authentication: [ids] }\nroutes:")],
    );
    // It needs no guess whom they would have found.
    assert_eq!(changes(&report), ["allow -> deny |  | - | auth.invalid | 3"], "{report:#}");
}

#[test]
fn two_runs_print_the_same_and_the_status_says_what_failed() {
    let place =
        usual().with("new.yaml", POLICY.replace("> 1000", "> 100")).with("torn.jsonl", "{\"stream\":\"1\",\"seq");
    let run = |arguments: &str| place.cpex(arguments);
    let (once, again) = (run("replay new.yaml decisions.jsonl"), run("replay new.yaml decisions.jsonl"));
    assert_eq!((once.status, &once.out), (again.status, &again.out));
    for (arguments, status) in [
        ("replay new.yaml decisions.jsonl", 1),
        ("replay new.yaml decisions.jsonl --fail-on loosened", 0),
        ("replay new.yaml decisions.jsonl --fail-on nothing", 0),
        ("replay policy.yaml decisions.jsonl --strict", 0),
        ("replay policy.yaml decisions.jsonl torn.jsonl", 0),
        ("replay policy.yaml decisions.jsonl torn.jsonl --strict", 3),
        ("replay policy.yaml nowhere.jsonl", 2),
        ("replay nowhere.yaml decisions.jsonl", 2),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, status, "{arguments}: {}{}", ran.out, ran.err);
    }
    let torn = run("replay policy.yaml decisions.jsonl torn.jsonl").out;
    assert!(torn.contains("torn.jsonl:1: no record"), "{torn}");
}

#[test]
fn a_record_that_was_changed_diverges() {
    let place = usual();
    let log = std::fs::read_to_string(place.path().join("decisions.jsonl")).unwrap();
    let forged = log.replacen("\"amount\":5000", "\"amount\":50", 1);
    let ran = place.with("forged.jsonl", &forged).cpex("replay policy.yaml forged.jsonl");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("1 diverged") && ran.out.contains("decision: \"deny\", now \"allow\""), "{}", ran.out);
}
