//! Which route a request to a model, an agent or by HTTP matches.

use apl_cmf::{Entity, EntityKind};
use apl_cpex::Policy;
use serde_json::{Value as Json, json};

use crate::support::compile_document;

fn compile(routes: &Json) -> (Policy, Vec<(&'static str, String)>) {
    compile_document(&json!({ "routes": routes }))
}

/// What an operation is looked up by.
#[derive(Clone, Copy)]
struct Asked<'a> {
    entity: Entity<'a>,
    server: Option<&'a str>,
    method: Option<&'a str>,
}

const fn asked(kind: EntityKind, name: &str) -> Asked<'_> {
    Asked { entity: Entity { kind, name }, server: None, method: None }
}

const fn http<'a>(method: &'a str, name: &'a str) -> Asked<'a> {
    Asked { method: Some(method), ..asked(EntityKind::Http, name) }
}

/// The key of the route found, whatever the order the routes are written in.
fn found(routes: &Json, asked: Asked<'_>) -> Option<String> {
    let mut routes = routes.as_array().unwrap().clone();
    let mut keys = Vec::new();
    for _ in 0..routes.len() {
        let (policy, faults) = compile(&json!(routes));
        assert_eq!(faults, []);
        let plan = &policy.plans()[policy.find(asked.entity, asked.server, asked.method)];
        keys.push(plan.key().map(str::to_owned));
        routes.rotate_left(1);
    }
    keys.dedup();
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.remove(0)
}

fn assert_found(routes: &Json, table: &[(Asked<'_>, Option<&str>)]) {
    for (asked, expected) in table {
        let name = asked.entity.name;
        assert_eq!(found(routes, *asked).as_deref(), *expected, "{:?} {name}", asked.method);
    }
}

fn refused(route: &Json) -> Vec<(&'static str, String)> {
    compile(&json!([route])).1
}

#[test]
fn models_are_matched_by_name_or_glob() {
    let routes = json!([{ "llm": "gpt-4o" }, { "llm": "gpt-*" }, { "llm": "openai/**" }, { "tool": "claude" }]);
    let model = |name| asked(EntityKind::Llm, name);
    assert_found(
        &routes,
        &[
            (model("gpt-4o"), Some("llm:gpt-4o")),
            (model("gpt-4o-mini"), Some("llm:gpt-*")),
            (model("openai/gpt/4"), Some("llm:openai/**")),
            (model("claude"), None),
        ],
    );
}

#[test]
fn an_agent_is_matched_with_every_method_and_a_method_comes_first() {
    let routes = json!([
        { "agent": "planner" }, { "agent": "planner/message/send" }, { "agent": "planner/tasks/*" }, { "agent": "plan*" },
        { "agent": "*/message/stream" }, { "agent": "*" },
    ]);
    let agent = |name| asked(EntityKind::Agent, name);
    assert_found(
        &routes,
        &[
            (agent("planner"), Some("agent:planner")),
            (agent("planner/message/send"), Some("agent:planner/message/send")),
            (agent("planner/tasks/get"), Some("agent:planner/tasks/*")),
            (agent("planner/tasks/push/set"), Some("agent:planner")),
            (agent("planner/message/stream"), Some("agent:planner")),
            (agent("planner2/tasks/get"), Some("agent:plan*")),
            (agent("other/message/stream"), Some("agent:*/message/stream")),
            (agent("other/plan"), Some("agent:*")),
        ],
    );
}

#[test]
fn trap_9_of_http_routes_exact_beats_the_longer_prefix_which_beats_globs() {
    let routes = json!([
        { "http": "/orders/7" }, { "http": { "path_prefix": "/orders" } }, { "http": { "path_prefix": "/orders/archive" } },
        { "http": "/orders/archive/2024/*" }, { "http": "/files/**" }, { "http": "/files/*" }, { "http": "*" },
    ]);
    assert_found(
        &routes,
        &[
            (http("GET", "/orders/7"), Some("http:/orders/7")),
            (http("GET", "/orders"), Some("http:path_prefix=/orders")),
            (http("GET", "/orders/7/lines"), Some("http:path_prefix=/orders")),
            (http("GET", "/orders/archive/2024/may"), Some("http:path_prefix=/orders/archive")),
            (http("GET", "/ordersx"), Some("http:*")),
            (http("GET", "/files/a"), Some("http:/files/*")),
            (http("GET", "/files/a/b"), Some("http:/files/**")),
            (http("GET", "/"), Some("http:*")),
        ],
    );
}

#[test]
fn trap_9_a_route_narrowed_by_server_then_by_fewer_methods_beats_an_open_one() {
    let routes = json!([
        { "http": "/a" }, { "http": { "path": "/a", "method": ["GET", "HEAD"] } }, { "http": { "path": "/a", "method": "GET" } },
        { "http": "/a", "server": "hr" }, { "http": { "path": "/b", "method": "POST" } }, { "http": { "path_prefix": "/b" } },
    ]);
    let at_hr = Asked { server: Some("hr"), ..http("GET", "/a") };
    assert_found(
        &routes,
        &[
            (http("GET", "/a"), Some("http:GET /a")),
            (http("HEAD", "/a"), Some("http:GET,HEAD /a")),
            (http("POST", "/a"), Some("http:/a")),
            (http("get", "/a"), Some("http:/a")),
            (at_hr, Some("http:/a@hr")),
            (http("POST", "/b"), Some("http:POST /b")),
            (http("GET", "/b"), Some("http:path_prefix=/b")),
        ],
    );
}

#[test]
fn each_path_of_a_list_is_matched_by_each_method() {
    let routes =
        json!([{ "http": { "path": ["/a", "/b/*"], "method": ["PUT", "POST", "PUT"] } }, { "http": ["/c", "/d"] }]);
    assert_found(
        &routes,
        &[
            (http("POST", "/b/x"), Some("http:PUT,POST /a,/b/*")),
            (http("GET", "/b/x"), None),
            (http("GET", "/d"), Some("http:/c,/d")),
            (asked(EntityKind::Http, "/a"), None),
        ],
    );
}

#[test]
fn routes_that_could_match_one_request_and_tie_are_refused() {
    for routes in [
        json!([{ "llm": "a" }, { "llm": "a" }]),
        json!([{ "llm": "a*" }, { "llm": ["b", "a*"] }]),
        json!([{ "agent": "a" }, { "agent": "a" }]),
        json!([{ "agent": "*-a/send" }, { "agent": "*-a/send" }]),
        json!([{ "http": "/a" }, { "http": { "path": "/a" } }]),
        json!([{ "http": { "path_prefix": "/a" } }, { "http": { "path_prefix": "/a" } }]),
        json!([{ "http": { "path": "/a", "method": ["GET", "PUT"] } }, { "http": { "path": "/a", "method": ["PUT", "POST"] } }]),
        json!([{ "http": "/a/*/b" }, { "http": "/a/*/b" }]),
        json!([{ "http": "/*/aa" }, { "http": "/*/a*" }, { "http": "/*/ab" }, { "http": "/*/*a" }]),
    ] {
        let (_, faults) = compile(&routes);
        assert_eq!(faults.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["route.tie"], "{routes}");
        assert!(faults[0].1.contains("the route at"), "{faults:?}");
    }
    for routes in [
        json!([{ "http": { "path": "/a", "method": "GET" } }, { "http": { "path": "/a", "method": "PUT" } }]),
        json!([{ "http": { "path": "/a", "method": "GET" } }, { "http": { "path": "/a", "method": ["GET", "PUT"] } }]),
        json!([{ "http": { "path_prefix": "/a" } }, { "http": { "path_prefix": "/a/" } }, { "http": "/a/**" }]),
        json!([{ "agent": "a" }, { "agent": "a/**" }, { "agent": "a*" }, { "agent": "a*/x" }]),
        json!([{ "llm": "a" }, { "agent": "a" }, { "tool": "a" }]),
    ] {
        assert_eq!(compile(&routes).1, [], "{routes}");
    }
}

#[test]
fn a_selector_that_no_request_could_match_is_refused() {
    for selector in [
        json!("orders"),
        json!("*x"),
        json!("/a?x"),
        json!("/a#x"),
        json!("/a%20b"),
        json!("/a\\b"),
        json!("/a/../b"),
        json!("/a\u{7}"),
        json!("/***"),
        json!(""),
        json!({ "path_prefix": "orders" }),
        json!({ "path_prefix": "/a*" }),
        json!({ "path_prefix": "/a/./b" }),
        json!({ "path_prefix": "/%61" }),
        json!({ "path": "/a", "method": "GET /b" }),
        json!({ "path": "/a", "method": "" }),
    ] {
        let faults = refused(&json!({ "http": selector }));
        assert_eq!(faults.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["route.pattern"], "{selector}");
    }
    for plain in [json!("**/x"), json!("*/x"), json!("/a b"), json!("/100%"), json!({ "path_prefix": "/.well-known" })]
    {
        assert_eq!(refused(&json!({ "http": plain })), [], "{plain}");
    }
}

#[test]
fn an_http_selector_says_which_paths_it_is_for_and_once() {
    for (selector, message) in [
        (json!({ "method": "GET" }), "this selector does not say which paths it is for"),
        (json!({}), "this selector does not say which paths it is for"),
        (json!({ "path": "/a", "path_prefix": "/a" }), "`path` and `path_prefix` exclude one another"),
        (json!({ "path": [] }), "`path` names nothing, so this route protects nothing"),
        (json!({ "path": "/a", "method": [] }), "`method` names nothing, so this route protects nothing"),
        (json!([]), "`http` names nothing, so this route protects nothing"),
    ] {
        assert_eq!(refused(&json!({ "http": selector })), [("route.selector", message.to_owned())]);
    }
}
