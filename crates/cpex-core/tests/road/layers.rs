//! The layers above routes, on the road: what is in force for an operation whether or not a route matches it.

use cpex_core::{Caller, Operation};
use serde_json::{Map, json};

use crate::support::{Bench, allowed, denied, eve, lookup, vouched};

fn other() -> Operation {
    Operation::tool("other", Map::from_iter([("id".to_owned(), json!("7"))])).session("s1")
}

#[tokio::test]
async fn the_layers_of_a_route_are_all_in_force_and_the_record_names_the_one_that_denied() {
    let document = r#"
plugins: [ { name: log, kind: audit/test } ]
global: { policy: [ "require(authenticated)" ], defaults: { tool: { args: { id: "str" } } } }
groups: { hr: { policy: [ "require(role.hr)" ], result: { ssn: redact } } }
routes: [ { tool: lookup, groups: hr, policy: [ "args.id == 'bad': deny" ], result: { salary: omit } } ]
"#;
    let bench = Bench::new(document).await;
    let answer = allowed(bench.guard(lookup().caller(eve())).await);
    assert_eq!(answer.content(), &json!({ "ssn": "[REDACTED]" }));
    for (operation, code, rule) in [
        (lookup(), "policy.require_failed", "global.policy[0]"),
        (lookup().caller(vouched("bob", &[])), "policy.require_failed", "groups.hr.policy[0]"),
        (
            Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!(7))])).caller(eve()),
            "args.invalid",
            "defaults.tool.args.id",
        ),
        (
            Operation::tool("lookup", Map::from_iter([("id".to_owned(), json!("bad"))])).caller(eve()),
            "policy.denied",
            "routes[0].policy[0]",
        ),
    ] {
        let outcome = bench.guard(operation).await;
        assert_eq!(denied(&outcome), code);
        assert_eq!(&*outcome.report.rule.unwrap().id, rule);
        assert_eq!(bench.records().last().unwrap()["route"], json!("routes[0]"));
    }
}

#[tokio::test]
async fn an_operation_no_route_matches_passes_the_layers_above_routes_before_it_is_denied() {
    let document = r#"
plugins:
  - { name: p, kind: test/control, hooks: [cmf.tool_pre_invoke] }
  - { name: log, kind: audit/test }
global: { policy: [ "require(role.hr)" ], response: { status: 404, body: nothing here } }
routes: [ { tool: lookup } ]
"#;
    let bench = Bench::new(document).await;
    let outcome = bench.guard(other()).await;
    assert_eq!(denied(&outcome), "policy.require_failed");
    assert_eq!(&*outcome.report.rule.as_ref().unwrap().id, "global.policy[0]");
    let outcome = bench.guard(other().caller(eve())).await;
    assert_eq!(denied(&outcome), "route.unmatched");
    assert!(outcome.report.rule.is_none());
    let response = outcome.decision.violation().unwrap().response.as_ref().unwrap();
    assert_eq!((response.status, response.body.as_deref()), (Some(404), Some("nothing here")));
    assert_eq!(bench.records()[1]["route"], json!(null));
    let bench = Bench::new(&document.replace("hooks:", "config: { do: deny }, hooks:")).await;
    assert_eq!(denied(&bench.guard(other()).await), "plugin.denied", "a hooked plugin comes before the layers");
    assert_eq!(denied(&bench.guard(lookup()).await), "plugin.denied");
}

#[tokio::test]
async fn a_route_that_denies_answers_without_the_response_of_global() {
    let document = "{ global: { response: { status: 404 } }, routes: [ { tool: lookup, policy: [ deny ] } ] }";
    let bench = Bench::new(document).await;
    let outcome = bench.guard(lookup()).await;
    assert_eq!(denied(&outcome), "policy.denied");
    assert_eq!(outcome.decision.violation().unwrap().response, None);
}

#[tokio::test]
async fn operations_that_no_route_matches_may_be_left_to_the_layers_above_routes() {
    let document = r#"
plugin_settings: { unmatched: global }
global: { policy: [ "require(role.hr)", "exists(route.key): deny" ], result: { ssn: redact } }
routes: [ { tool: lookup } ]
"#;
    let bench = Bench::new(document).await;
    assert_eq!(denied(&bench.guard(other()).await), "policy.require_failed");
    let answer = allowed(bench.guard(other().caller(eve())).await);
    assert_eq!(answer.content()["ssn"], json!("[REDACTED]"), "both sides are under the layers");
    assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "policy.denied", "a route that matched has a key");
}

#[tokio::test]
async fn without_routes_the_layers_are_in_force_for_every_operation() {
    let bench = Bench::new(r#"{ global: { policy: [ "require(role.hr)" ], result: { ssn: redact } } }"#).await;
    assert_eq!(denied(&bench.guard(other()).await), "policy.require_failed");
    let answer = allowed(bench.guard(other().caller(eve())).await);
    assert_eq!(answer.content()["ssn"], json!("[REDACTED]"));
}

#[tokio::test]
async fn trap_7_a_layer_anywhere_makes_every_operation_name_its_entity() {
    let nameless = || Operation::new(apl_cmf::Message::new(apl_cmf::Role::User, Vec::new()));
    for document in ["{ global: { policy: [] } }", "{ groups: { g: { args: {} } } }"] {
        assert_eq!(denied(&Bench::new(document).await.guard(nameless()).await), "request.unidentified");
    }
    allowed(Bench::new("{ global: { description: d } }").await.guard(nameless()).await);
}

#[tokio::test]
async fn trap_6_the_authentication_of_layers_is_in_force_on_and_off_routes() {
    let document = r"
plugins:
  - { name: alice, kind: test/identity, config: { yield: alice } }
  - { name: bob, kind: test/identity, config: { yield: bob } }
  - { name: log, kind: audit/test }
global: { defaults: { tool: { authentication: [alice] } } }
groups: { bobs: { authentication: { use: [bob], replace_inherited: true } } }
routes: [ { tool: lookup }, { tool: send, meta: { tags: [bobs] } } ]
";
    let bench = Bench::new(document).await;
    allowed(bench.guard(lookup()).await);
    allowed(bench.guard(Operation::tool("send", Map::new())).await);
    assert_eq!(denied(&bench.guard(other()).await), "route.unmatched");
    let callers: Vec<_> = bench.records().iter().map(|record| record["caller"]["subject"].clone()).collect();
    assert_eq!(callers, ["alice", "alice", "bob", "bob", "alice"], "both sides of two calls, and what was denied");
    assert_eq!(denied(&bench.guard(lookup().caller(eve())).await), "auth.invalid");
    assert_eq!(denied(&bench.guard(other().caller(eve())).await), "auth.invalid");
    assert!(bench.manager.authentication_in_force(&other().caller(Caller::anonymous())));
}

#[tokio::test]
async fn tags_that_a_request_brings_never_join_groups() {
    let document = "{ groups: { open: { authentication: { use: [host], replace_inherited: true } }, \
                    shut: { policy: [ deny ] } }, routes: [ { tool: lookup } ] }";
    let bench = Bench::new(document).await;
    let tags = apl_cmf::NameSet::from_iter(["shut", "open"]);
    let tagged = lookup().meta(apl_cmf::Meta { tags, ..apl_cmf::Meta::default() });
    allowed(bench.guard(tagged).await);
}

#[tokio::test]
async fn a_label_that_a_layer_adds_follows_the_session_to_operations_of_other_routes() {
    let document = r#"
groups: { secret: { policy: [ "taint(secret, session)" ] } }
global: { policy: [ "security.labels contains 'secret': deny" ] }
routes: [ { tool: lookup, groups: [secret] }, { tool: other } ]
"#;
    let bench = Bench::new(document).await;
    allowed(bench.guard(other().caller(eve())).await);
    allowed(bench.guard(lookup().caller(eve())).await);
    let outcome = bench.guard(other().caller(eve())).await;
    assert_eq!(denied(&outcome), "policy.denied");
    assert_eq!(&*outcome.report.rule.unwrap().id, "global.policy[0]");
}
