//! Which route an operation matches, and which routes a document may not have.

use apl_cmf::{Entity, EntityKind};
use apl_cpex::Policy;
use serde_json::{Value as Json, json};

use crate::support::compile_document;

fn compile(routes: &Json) -> (Policy, Vec<(&'static str, String)>) {
    compile_document(&json!({ "routes": routes }))
}

/// Index of the route found; none where the operation is left to the layers above routes.
fn found(routes: &Json, name: &str, server: Option<&str>) -> Option<usize> {
    let (policy, faults) = compile(routes);
    assert_eq!(faults, []);
    let index = policy.find(Entity { kind: EntityKind::Tool, name }, server, None);
    policy.plans()[index].route.as_ref().map(|_| index)
}

#[test]
fn trap_9_exact_beats_glob_and_declaration_order_decides_nothing() {
    let mut routes = vec![json!({ "tool": "*" }), json!({ "tool": "hr_*" }), json!({ "tool": "hr_get" })];
    for _ in 0..routes.len() {
        let at = |selector: &str| routes.iter().position(|route| route["tool"] == json!(selector));
        let document = json!(routes);
        assert_eq!(found(&document, "hr_get", None), at("hr_get"));
        assert_eq!(found(&document, "hr_put", None), at("hr_*"));
        assert_eq!(found(&document, "mail", None), at("*"));
        routes.rotate_left(1);
    }
}

#[test]
fn a_route_of_a_server_beats_one_of_all_and_matches_there_only() {
    let routes = json!([{ "tool": "get" }, { "tool": "get", "server": "hr" }, { "tool": "put", "server": "hr" }]);
    assert_eq!(found(&routes, "get", None), Some(0));
    assert_eq!(found(&routes, "get", Some("hr")), Some(1));
    assert_eq!(found(&routes, "get", Some("git")), Some(0));
    assert_eq!(found(&routes, "put", None), None);
    assert_eq!(found(&routes, "put", Some("git")), None);
}

#[test]
fn an_exact_route_of_another_server_leaves_the_operation_to_a_glob() {
    let routes = json!([{ "tool": "get", "server": "hr" }, { "tool": "g*" }]);
    assert_eq!(found(&routes, "get", Some("git")), Some(1));
}

#[test]
fn each_name_of_a_list_is_matched() {
    let routes = json!([{ "tool": ["a", "b*"] }]);
    assert_eq!(found(&routes, "a", None), Some(0));
    assert_eq!(found(&routes, "bc", None), Some(0));
    assert_eq!(found(&routes, "c", None), None);
}

#[test]
fn routes_of_which_neither_is_more_specific_are_refused() {
    for routes in [
        json!([{ "tool": "get" }, { "tool": "get" }]),
        json!([{ "tool": ["x", "get"] }, { "tool": "get" }]),
        json!([{ "tool": "*" }, { "tool": "*" }]),
        json!([{ "tool": "get", "server": "hr" }, { "tool": "get", "server": "hr" }]),
    ] {
        let (_, faults) = compile(&routes);
        assert_eq!(faults.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["route.tie"], "{routes}");
    }
    let (_, faults) = compile(&json!([{ "tool": "get", "server": "a" }, { "tool": "get", "server": "b" }]));
    assert_eq!(faults, []);
}

#[test]
fn a_route_says_by_exactly_one_selector_what_it_protects() {
    for (route, message) in [
        (json!({}), "this route does not say what it protects"),
        (json!({ "tool": "a", "prompt": "b" }), "a route has exactly one selector"),
        (json!({ "tool": [] }), "`tool` names nothing, so this route protects nothing"),
    ] {
        let (_, faults) = compile(&json!([route]));
        assert_eq!(faults, [("route.selector", message.to_owned())]);
    }
}

#[test]
fn names_that_policy_refers_to_are_those_of_the_document() {
    for (route, message) in [
        (json!({ "tool": "a", "authentication": ["jtw"] }), "no plugin is named `jtw`"),
        (json!({ "tool": "a", "authentication": ["scan"] }), "`scan` is not an identity plugin"),
        (json!({ "tool": "a", "policy": ["run(jwt)"] }), "`jwt` is not a plugin that `run` can invoke"),
        (json!({ "tool": "a", "policy": ["run(off)"] }), "plugin `off` is disabled"),
    ] {
        let (_, faults) = compile(&json!([route]));
        assert_eq!(faults.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>(), [message]);
    }
}

#[test]
fn trap_8_a_route_installs_programs_only_on_the_sides_it_writes() {
    let (policy, faults) = compile(&json!([
        { "tool": "a", "policy": ["allow"] },
        { "tool": "b", "result": { "ssn": "redact" } },
        { "tool": "c", "args": { "id": "str" } },
        { "tool": "d", "authorization": { "post_invocation": ["allow"] } },
    ]));
    assert_eq!(faults, []);
    let sides: Vec<(usize, usize)> =
        policy.plans().iter().map(|plan| (plan.pre.len(), plan.post.len())).take(4).collect();
    assert_eq!(sides, [(1, 0), (0, 1), (1, 0), (0, 1)]);
}

#[test]
fn a_route_knows_at_load_what_it_needs_of_a_session_and_of_its_arguments() {
    let (policy, faults) = compile(&json!([
        { "tool": "a", "policy": ["require(role.hr)", "taint(x, message)"] },
        { "tool": "b", "policy": ["taint(x)"], "post_policy": ["args.id == 'x': deny"] },
        { "tool": "c", "post_policy": ["session.labels contains 'x': deny"] },
    ]));
    assert_eq!(faults, []);
    let needs = |index: usize| {
        let plan = &policy.plans()[index];
        (plan.pre_needs_session, plan.post_needs_session, plan.post_reads_args)
    };
    assert_eq!(needs(0), (false, false, false));
    assert_eq!(needs(1), (true, false, true));
    assert_eq!(needs(2), (false, true, false));
}

#[test]
fn a_response_is_literal() {
    for (response, ok) in [
        (json!({ "status": 403, "body": "no", "headers": { "X": "y" } }), true),
        (json!({ "status": 200 }), false),
        (json!({ "body": "${args.id}" }), false),
        (json!({ "headers": { "X": "a\r\nSet-Cookie: b" } }), false),
    ] {
        let (policy, faults) = compile(&json!([{ "tool": "a", "response": response }]));
        assert_eq!(policy.plans()[0].response.is_some(), ok, "{response}");
        assert_eq!(faults.is_empty(), ok);
    }
}
