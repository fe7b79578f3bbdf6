//! Every mode, every `on_error`, everything a plugin may do: what comes of the operation, what of the next one, and what the
//! record says.

use std::task::{Context, Poll, Waker};

use cpex_core::{Decision, Outcome, Permit};
use serde_json::{Value as Json, json};

use crate::support::{Bench, lookup};

/// What comes of the operation: `allow`, `modify` where what the plugin asks for is forwarded, `off` where it is allowed and
/// the plugin is not asked again, `gone` where nothing is decided and that is recorded, or the code of the denial.
///
/// Garbage is a payload about another tool. A plugin in the background hears of no cancellation, and is timed out.
const TABLE: &str = "
    mode             on_error  allow  deny           modify  error         panic         timeout         garbage       cancel
    sequential       fail      allow  plugin.denied  modify  plugin.error  plugin.panic  plugin.timeout  plugin.error  gone
    sequential       ignore    allow  plugin.denied  modify  allow         allow         allow           allow         gone
    sequential       disable   allow  plugin.denied  modify  off           off           off             off           gone
    transform        fail      allow  allow          modify  allow         allow         allow           allow         gone
    transform        ignore    allow  allow          modify  allow         allow         allow           allow         gone
    transform        disable   allow  allow          modify  off           off           off             off           gone
    audit            fail      allow  allow          allow   allow         allow         allow           allow         gone
    audit            ignore    allow  allow          allow   allow         allow         allow           allow         gone
    audit            disable   allow  allow          allow   off           off           off             allow         gone
    concurrent       fail      allow  plugin.denied  allow   plugin.error  plugin.panic  plugin.timeout  allow         gone
    concurrent       ignore    allow  plugin.denied  allow   allow         allow         allow           allow         gone
    concurrent       disable   allow  plugin.denied  allow   off           off           off             allow         gone
    fire_and_forget  fail      allow  allow          allow   allow         allow         allow           allow         allow
    fire_and_forget  ignore    allow  allow          allow   allow         allow         allow           allow         allow
    fire_and_forget  disable   allow  allow          allow   off           off           off             allow         off
";

/// Script of the plugin, and the decision and code that its execution record shows.
fn deed(name: &str) -> (&'static str, &'static str, Json) {
    match name {
        "allow" => ("allow", "allow", json!(null)),
        "deny" => ("deny", "deny", json!("plugin.denied")),
        "modify" => ("{ set: { id: '8' } }", "modify", json!(null)),
        "error" => ("error", "error", json!("plugin.error")),
        "panic" => ("panic", "error", json!("plugin.panic")),
        "timeout" => ("hang", "error", json!("plugin.timeout")),
        "garbage" => ("rename", "modify", json!(null)),
        "cancel" => ("hang", "error", json!(null)),
        other => panic!("there is no deed `{other}`"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_mode_makes_of_everything_a_plugin_does_what_the_table_says() {
    let mut lines = TABLE.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let mut cells = 0;
    for line in lines {
        let (mode, on_error) = (line[0], line[1]);
        for (name, expected) in header[2..].iter().zip(&line[2..]) {
            let found = cell(mode, on_error, name, expected).await;
            assert_eq!(&found, expected, "{mode}, {on_error}: {name}");
            cells += 1;
        }
    }
    assert_eq!(cells, 5 * 3 * 8);
}

async fn cell(mode: &str, on_error: &str, name: &str, expected: &str) -> String {
    let (script, requested, code) = deed(name);
    let document = format!(
        "plugins: [ {{ name: log, kind: audit/test }}, {{ name: p, kind: test/control, mode: {mode}, on_error: \
         {on_error}, timeout: 2, hooks: [cmf.tool_pre_invoke], config: {{ do: {script} }} }} ]\n\
         routes: [ {{ tool: lookup, policy: [ allow ] }} ]"
    );
    let bench = Bench::new(&document).await;
    if name == "cancel" && mode != "fire_and_forget" {
        return cancelled(&bench).await;
    }
    let found = shown(bench.manager.authorize(lookup()).await);
    bench.manager.background_ended().await;
    let records = bench.records();
    if mode != "fire_and_forget" {
        let execution = &records[0]["controls"][0];
        assert_eq!(execution["requested"], requested, "{mode}, {on_error}: {name}: {execution}");
        let fails = name == "garbage" && ["sequential", "transform"].contains(&mode);
        let code = if fails { json!("plugin.error") } else { code };
        assert_eq!(execution.get("code").unwrap_or(&Json::Null), &code, "{mode}, {on_error}: {name}");
        let effective = match expected {
            "modify" => "modify",
            "allow" | "off" => "allow",
            _ => "deny",
        };
        assert_eq!(execution["effective"], effective, "{mode}, {on_error}: {name}");
        let failed = requested == "error" || fails;
        assert_eq!(records[0]["errors"].as_array().unwrap().len(), usize::from(failed), "{mode}, {on_error}: {name}");
    }
    assert_eq!(bench.calls().len(), 1);
    let again = shown(bench.manager.authorize(lookup()).await);
    bench.manager.background_ended().await;
    match bench.calls().len() {
        1 => {
            assert_eq!((found.as_str(), again.as_str()), ("allow", "allow"));
            "off".to_owned()
        }
        _ => {
            assert_eq!(found, again, "a plugin that is not off does the same again");
            found
        }
    }
}

/// The operation is let go of while the plugin is asked.
async fn cancelled(bench: &Bench) -> String {
    let mut deciding = Box::pin(bench.manager.authorize(lookup()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(deciding.as_mut().poll(&mut context), Poll::Pending));
    assert!(bench.records().is_empty());
    drop(deciding);
    let records = bench.records();
    assert_eq!((records.len(), &records[0]["code"]), (1, &json!("operation.abandoned")));
    assert_eq!((&records[0]["phase"], &records[0]["decision"]), (&json!("pre"), &json!("deny")));
    "gone".to_owned()
}

fn shown(outcome: Outcome<Permit>) -> String {
    match outcome.decision {
        Decision::Deny(_) => outcome.report.code.unwrap().to_owned(),
        Decision::Pending(_) => "pending".to_owned(),
        Decision::Allow(permit) => {
            let call = permit.message().unwrap().tool_calls().next().unwrap();
            assert_eq!(call.name, "lookup");
            if call.arguments["id"] == "8" { "modify".to_owned() } else { "allow".to_owned() }
        }
    }
}
