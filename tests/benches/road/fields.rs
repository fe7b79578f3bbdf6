//! Field pipelines over the whole guarded operation, in structured results and in text.

use cpex::cmf::ContentPart;
use cpex::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value as Json, json};

use super::Bench;
use super::monitor::{guard, manager, operation, ready, record};

pub(crate) fn all(bench: &mut Bench) {
    floors(bench);
    redacts(bench);
    many_pipelines(bench);
    in_pieces(bench);
}

fn floors(bench: &mut Bench) {
    for fields in [5, 100] {
        let name = if fields == 5 { "floor-in-place-5" } else { "floor-in-place-100" };
        bench.scenario(
            name,
            || record(fields),
            |mut record| {
                record["ssn"] = json!("[REDACTED]");
                record
            },
        );
    }
    let whole = record(100);
    bench.scenario("floor-clone-100", || (), |()| whole.clone());
    let text = whole.to_string();
    bench.scenario("floor-read-text-100", || (), |()| serde_json::from_str::<IgnoredAny>(&text).is_ok());
}

/// d. One field of a structured result redacted, of a small record and of a large one, over the whole guarded operation.
fn redacts(bench: &mut Bench) {
    let plain = manager(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"] } ] }"#);
    let redacting = manager(
        r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"], result: { ssn: "str | redact(!perm.view_ssn)" } } ] }"#,
    );
    bench.scenario(
        "d-guard-without-pipeline",
        || (operation("hr"), record(5)),
        |(operation, record)| guard(&plain, operation, Answer::structured(record)),
    );
    for (fields, name) in [(5, "d-redact-1-of-5"), (100, "d-redact-1-of-100")] {
        bench.scenario(
            name,
            || (operation("hr"), record(fields)),
            |(operation, record)| guard(&redacting, operation, Answer::structured(record)),
        );
    }
}

/// d3 of a text that is judged while it comes.
fn in_pieces(bench: &mut Bench) {
    let policy =
        r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"], result: { ssn: "redact(!perm.view_ssn)" } } ] }"#;
    let (manager, text) = (manager(policy), record(100).to_string());
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(text.len().div_ceil(4)).collect();
    bench.scenario(
        "d3-redact-1-of-100-in-pieces",
        || operation("hr"),
        |operation| {
            let mut stream = ready(manager.authorize(operation)).decision.allowed().map(Permit::stream)?;
            let released = pieces.iter().map(|piece| stream.push(piece)).collect::<Result<String, _>>().ok()?;
            Some((released, ready(stream.finish())))
        },
    );
}

/// d2 and d3. A pipeline for each of 100 fields, and the same in text; beside it one pipeline in text.
fn many_pipelines(bench: &mut Bench) {
    let pipeline = |field: &String| (field.clone(), json!("str | redact(!perm.view_ssn)"));
    let fields: Json = record(100).as_object().map(|record| record.keys().map(pipeline).collect()).unwrap_or_default();
    let policy = |result: &Json| {
        json!({ "routes": [{ "tool": "lookup", "policy": ["require(role.hr)"], "result": result }] }).to_string()
    };
    let (one, all) = (manager(&policy(&json!({ "ssn": "str | redact" }))), manager(&policy(&fields)));
    let structured = || (operation("hr"), Answer::structured(record(100)));
    let text = || {
        let part = ContentPart::text(record(100).to_string());
        (operation("hr"), Answer::with_parts(Json::Null, vec![part]))
    };
    let run = |manager: &PluginManager, (operation, answer)| guard(manager, operation, answer);
    bench.scenario("d2-redact-100-of-100", structured, |input| run(&all, input));
    bench.scenario("d3-redact-1-of-100-in-text", text, |input| run(&one, input));
    bench.scenario("d3-redact-100-of-100-in-text", text, |input| run(&all, input));
}
