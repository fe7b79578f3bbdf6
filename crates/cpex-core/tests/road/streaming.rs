//! Results that are judged while they come: the outcome is that of the whole, and nothing leaves that a rule would withhold.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use apl_cmf::{DataPolicy, LabelScope};
use cpex_core::{Answer, Cut, ManagerConfig, Operation, Outcome, Permit, ResultStream};
use cpex_sdk::scan::{ContentScanner, Scan};
use cpex_sdk::testing::FixedSecrets;
use serde_json::{Map, Value as Json, json};

use crate::support::{Bench, allowed, denied, eve, lookup};

const SECRET: &str = "S3CR3T";

struct Finds;

impl ContentScanner for Finds {
    fn scan(&self, text: &str) -> Vec<Range<usize>> {
        text.match_indices(SECRET).map(|(at, found)| at..at + found.len()).collect()
    }
}

/// A bench under these members of a document, with a sink.
async fn bench(rest: &str) -> Bench {
    let secrets = FixedSecrets::default().with("KEY", "Jefe");
    let config = ManagerConfig { secrets: Some(Arc::new(secrets)), ..ManagerConfig::default() };
    let document = match rest.contains("plugins:") {
        true => rest.to_owned(),
        false => format!("plugins: [ {{ name: log, kind: audit/test }} ]\n{rest}"),
    };
    let finds: Arc<dyn ContentScanner> = Arc::new(Finds);
    Bench::scanning(&document, config, [(Scan::Pii, finds)]).await
}

/// A document with one route whose result is treated so.
fn result(fields: &str) -> String {
    format!("plugin_settings: {{ max_payload_bytes: 400 }}\nroutes: [ {{ tool: lookup, result: {{ {fields} }} }} ]")
}

async fn permit(bench: &Bench) -> Permit {
    // A session of its own, so that no operation finds labels of another.
    static SESSIONS: AtomicUsize = AtomicUsize::new(0);
    let session = SESSIONS.fetch_add(1, Ordering::Relaxed).to_string();
    allowed(bench.manager.authorize(lookup().session(session).caller(eve())).await)
}

/// How a result ended: what was decided, and what the record says of it.
#[derive(Debug, PartialEq)]
struct End {
    decision: Result<String, String>,
    labels: Vec<String>,
    record: Json,
}

fn end(outcome: Outcome<Answer>, released: &str, bench: &Bench) -> End {
    let of_record = |key: &str| bench.records().last().unwrap()[key].clone();
    let labels = outcome.report.message_labels.as_slice().iter().map(|label| label.to_string()).collect();
    let record = ["decision", "code", "reason", "rule", "changes", "labels", "errors"].map(of_record);
    let decision = match outcome.decision.violation() {
        Some(violation) => Err(violation.code.to_string()),
        None => Ok(format!("{released}{}", outcome.decision.allowed().unwrap().text())),
    };
    End { decision, labels, record: Json::from(record.to_vec()) }
}

/// The whole text, judged at once.
async fn whole(bench: &Bench, text: &str) -> End {
    let outcome = permit(bench).await.complete(Answer::of_text(text)).await;
    end(outcome, "", bench)
}

/// The same text in pieces; what left before the end comes with it.
async fn streamed(bench: &Bench, pieces: &[&[u8]]) -> (End, String) {
    let mut stream = permit(bench).await.stream();
    let mut released = String::new();
    for piece in pieces {
        released += &stream.push(piece).unwrap_or_default();
    }
    let outcome = stream.finish().await;
    (end(outcome, &released, bench), released)
}

const TEXTS: [&str; 8] = [
    r#"{"id":7,"ssn":"S3CR3T", "notes":["S3CR3T",{"ssn":1}],"é":"€😀"}"#,
    r#"[{"ssn":null},{"\u0073sn":{"ssn":"S3CR3T"}} , 1.5e3]"#,
    r#"{"notes":"S3CR3T"} trailing"#,
    r#"{"a":{"ssn":"S3CR3T"}"#,
    r#"{"notes":{"a":"S3CR3T","a":"x"},"ssn":[1]}"#,
    "no JSON at all: S3CR3T",
    "",
    r#"{"long":"01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789","ssn":"S3CR3T"}"#,
];

const FIELDS: [&str; 11] = [
    "'**.ssn': redact",
    "ssn: omit, notes: pii.redact",
    "notes: pii.detect",
    "notes: \"pii.detect | redact(role.hr)\", '**.ssn': omit",
    "ssn: mask(2), 'notes[]': omit",
    "notes: \"taint(seen, message)\", ssn: redact(role.other)",
    "a.ssn: redact",
    // These may refuse a result at its end, and hold it until then.
    "ssn: \"required | redact\"",
    "ssn: \"str | redact\"",
    "notes: pii.detect(deny)",
    "id: \"taint(seen)\"",
];

#[tokio::test]
async fn trap_20_a_result_in_pieces_ends_as_the_whole_does() {
    for fields in FIELDS {
        let bench = bench(&result(fields)).await;
        for text in TEXTS {
            let expected = whole(&bench, text).await;
            let bytes = text.as_bytes();
            // Every cut of every text is tried where pipelines are; here are some, of which some cut a character.
            for at in (0..=bytes.len()).step_by(if bytes.len() < 100 { 5 } else { 31 }) {
                let (ended, _) = streamed(&bench, &[&bytes[..at], &bytes[at..]]).await;
                assert_eq!(ended, expected, "{fields}: {text} cut at {at}");
            }
            let (ended, _) = streamed(&bench, &bytes.chunks(1).collect::<Vec<_>>()).await;
            assert_eq!(ended, expected, "{fields}: {text} byte by byte");
        }
    }
}

#[tokio::test]
async fn trap_20_nothing_leaves_a_result_before_its_end_that_a_pipeline_takes_out() {
    for (fields, text) in [
        ("'**.ssn': redact", r#"{"a":[{"ssn":"S3CR3T"}], "ssn": {"x":"S3CR3T"}} x"#),
        ("ssn: omit", r#"{"ssn":"S3CR3T","ssn":["S3CR3T"]"#),
        ("a.ssn: redact", r#"{"b":1,"a":"S3CR3T"}"#),
        ("ssn: \"str | redact\"", r#"{"b":"S3CR3T","ssn":1}"#),
        ("ssn: redact, notes: mask(1)", r#"{"ssn":"S3CR3T","notes":["S3CR3T"],"b":1}"#),
    ] {
        let bench = bench(&result(fields)).await;
        for size in (1..=text.len()).step_by(3) {
            let (ended, released) = streamed(&bench, &text.as_bytes().chunks(size).collect::<Vec<_>>()).await;
            assert!(ended.decision.is_err(), "{fields}: {ended:?}");
            assert!(!released.contains(SECRET), "{fields}: {released}");
        }
    }
}

async fn flows(rest: &str, operation: Operation) -> bool {
    let bench = bench(rest).await;
    let stream: ResultStream = allowed(bench.manager.authorize(operation.caller(eve())).await).stream();
    let flows = stream.flows();
    let outcome = stream.finish().await;
    assert!(outcome.report.code.is_none_or(|code| code != "operation.abandoned"));
    flows
}

#[tokio::test]
async fn a_result_flows_where_pipelines_only_change_and_look_and_nothing_else_has_a_say() {
    for fields in FIELDS {
        let expected = !["required", "str", "deny", "taint(seen)\""].iter().any(|word| fields.contains(word));
        assert_eq!(flows(&result(fields), lookup()).await, expected, "{fields}");
    }
    let route = |members: &str| format!("routes: [ {{ tool: lookup, {members} }} ]");
    assert!(flows(&route("policy: [ \"require(role.hr)\" ]"), lookup()).await);
    for members in [
        "post_policy: [ \"result.a: deny\" ]",
        "result: { a: \"redact(message.labels contains 'x')\" }",
        "result: { a: \"redact(result.b)\" }",
        "result: { a: \"redact(http.response_headers.x == 'y')\" }",
        "result: { a: \"redact(data.x[result.b])\" }",
    ] {
        assert!(!flows(&route(members), lookup()).await, "{members}");
    }
    let redacting = route("result: { a: redact }");
    for plugins in [
        "{ name: p, kind: test/control, hooks: [cmf.tool_post_invoke] }",
        "{ name: p, kind: test/control, mode: audit, hooks: [cmf.tool_post_invoke] }",
        "{ name: p, kind: test/control, mode: fire_and_forget, hooks: [cmf.tool_post_invoke] }",
        "{ name: log, kind: audit/test }, { name: q, kind: audit/test, config: { replay: { values: [] } } }",
        "{ name: log, kind: audit/test, config: { digests: [result] } }",
    ] {
        let settings = "plugin_settings: { audit_key: { kind: env_var, name: KEY } }";
        let document = format!("{settings}\nplugins: [ {{ name: sink, kind: audit/test }}, {plugins} ]\n{redacting}");
        assert!(!flows(&document, lookup()).await, "{plugins}");
    }
    let minting = "plugins: [ { name: t, kind: test/tokens }, { name: log, kind: audit/test } ]\n\
                   routes: [ { tool: lookup, policy: [ \"delegate(t, target: x)\" ], result: { a: redact } } ]";
    assert!(!flows(minting, lookup()).await);
    let labelled = |scope| {
        let policy = DataPolicy { apply_labels: ["pay"].into_iter().collect(), scope, ..DataPolicy::default() };
        lookup().with_draft(|draft| draft.data([("salaries".to_owned(), policy)].into_iter().collect()))
    };
    assert!(!flows(&redacting, labelled(None)).await);
    assert!(flows(&redacting, labelled(Some(LabelScope::Message))).await);
}

#[tokio::test]
async fn what_no_path_leads_to_is_released_as_it_comes_but_for_one_character() {
    let bench = bench(&result("ssn: redact")).await;
    let mut stream = permit(&bench).await.stream();
    for (piece, expected) in [
        (&b"{\"report\":\"It was "[..], "{\"report\":\"It was"),
        (b"a long \xe2\x82", " a long"),
        (b"\xac\",", " €"),
        (b"\"ssn\":\"555", ""),
        (b"-12\"", "\",\"ssn\":\"[REDACTED]"),
        (b"}", "\""),
    ] {
        assert_eq!(stream.push(piece).as_deref(), Ok(expected), "{}", String::from_utf8_lossy(piece));
    }
    assert_eq!(bench.records().len(), 1);
    assert_eq!(allowed(stream.finish().await).text(), "}");
    assert_eq!(bench.records().len(), 2);
}

#[tokio::test]
async fn a_denial_cuts_the_stream_and_is_on_the_record() {
    let bench = bench(&result("a.ssn: redact")).await;
    let mut stream = permit(&bench).await.stream();
    assert_eq!(stream.push(b"{\"b\":1,").as_deref(), Ok("{\"b\":"));
    assert_eq!(stream.push(b"\"a\":\"S3CR3T\","), Err(Cut));
    assert_eq!(stream.push(b"\"c\":1}"), Err(Cut));
    let outcome = stream.finish().await;
    assert_eq!(denied(&outcome), "result.unreadable");
    let record = bench.records().pop().unwrap();
    assert_eq!((&record["phase"], &record["code"]), (&json!("post"), &json!("result.unreadable")));
    assert_eq!(record["rule"]["id"], json!("routes[0].result.a.ssn"));
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_recorded_as_abandoned_however_far_it_is() {
    for fields in ["ssn: redact", "ssn: required"] {
        let bench = bench(&result(fields)).await;
        let mut stream = permit(&bench).await.stream();
        let _ = stream.push(b"{\"a\":1");
        drop(stream);
        let record = bench.records().pop().unwrap();
        assert_eq!((&record["phase"], &record["code"]), (&json!("post"), &json!("operation.abandoned")), "{fields}");
    }
}

#[tokio::test]
async fn what_is_no_text_or_too_large_is_denied_and_not_kept() {
    for fields in ["ssn: redact", "ssn: required"] {
        let bench = bench(&result(fields)).await;
        for bytes in [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":1}\xe2\x82"] {
            let mut stream = permit(&bench).await.stream();
            let _ = stream.push(bytes);
            assert_eq!(denied(&stream.finish().await), "result.unreadable", "{fields}");
        }
        let mut stream = permit(&bench).await.stream();
        let pushed: Vec<_> = (0..100).map(|_| stream.push(b"          ").is_ok()).collect();
        assert!(pushed.iter().filter(|ok| **ok).count() <= 41, "{fields}: {pushed:?}");
        assert_eq!(denied(&stream.finish().await), "request.too_large", "{fields}");
    }
}

#[tokio::test]
async fn a_result_without_a_record_is_never_out_whole() {
    let document = "plugins: [ { name: log, kind: audit/test, config: { fail: post } } ]\n\
                    routes: [ { tool: lookup, result: { ssn: redact } } ]";
    let bench = bench(document).await;
    let mut stream = permit(&bench).await.stream();
    assert_eq!(stream.push(b"{\"a\":1}").as_deref(), Ok("{\"a\":1"));
    assert_eq!(denied(&stream.finish().await), "audit.failed");
}

#[tokio::test]
async fn under_a_document_that_enforces_nothing_a_result_is_passed_on() {
    let bench = bench("plugins: [ { name: log, kind: audit/test } ]").await;
    let mut stream = allowed(bench.manager.authorize(Operation::tool("any", Map::new())).await).stream();
    assert_eq!(stream.push(b"ab").as_deref(), Ok("a"));
    assert_eq!(allowed(stream.finish().await).text(), "b");
}
