//! Where in a document lints look, and what they are told of it.

use serde_json::{Map, Value as Json, json};

use crate::support::node;

fn codes(document: &Json) -> Vec<&'static str> {
    let mut findings = Vec::new();
    apl_cpex::lint::check(&node(document), &Map::new(), &mut findings);
    findings.iter().map(|finding| finding.code.name).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn every_layer_and_spelling_is_looked_at() {
    let steps = json!(["deny", "allow"]);
    for document in [
        json!({ "routes": [{ "tool": "a", "policy": steps }] }),
        json!({ "routes": [{ "tool": "a", "pre_invocation": steps }] }),
        json!({ "routes": [{ "tool": "a", "authorization": { "pre_invocation": steps } }] }),
        json!({ "routes": [{ "tool": "a", "post_policy": steps }] }),
        json!({ "routes": [{ "tool": "a", "post_invocation": steps }] }),
        json!({ "routes": [{ "tool": "a", "authorization": { "post_invocation": steps } }] }),
        json!({ "global": { "policy": steps } }),
        json!({ "global": { "defaults": { "tool": { "policy": steps } } } }),
        json!({ "groups": { "hr": { "post_policy": steps } } }),
    ] {
        assert_eq!(codes(&document), ["lint.unreachable"], "{document}");
    }
}

#[test]
fn what_a_route_always_has_is_not_absent() {
    let of = |selector: &str, step: &str| codes(&json!({ "routes": [{ selector: "a", "policy": [step] }] }));
    assert_eq!(of("http", "http.method == 'DELETE': deny"), NOTHING);
    assert_eq!(of("tool", "http.method == 'DELETE': deny"), ["lint.absent_allows"]);
    assert_eq!(of("llm", "llm.model == 'x': deny"), NOTHING);
    assert_eq!(of("tool", "request.hour > 18: deny"), NOTHING);
    assert_eq!(of("tool", "meta.entity_name == 'x': deny"), NOTHING);
    assert_eq!(of("tool", "subject.roles contains 'guest': deny"), NOTHING);
    assert_eq!(of("tool", "subject.tenant == 'x': deny"), ["lint.absent_allows"]);
    assert_eq!(of("tool", "require(request.environment != 'prod')"), ["lint.absent_holds"]);
}

#[test]
fn fields_of_shared_layers_count_in_routes() {
    let route = json!({ "tool": "a", "policy": ["args.x == 5: deny"] });
    assert_eq!(codes(&json!({ "routes": [route] })), ["lint.absent_allows", "lint.exact_number"]);
    let global = json!({ "args": { "x": "required | int" } });
    assert_eq!(codes(&json!({ "global": global, "routes": [route] })), NOTHING);
    assert_eq!(codes(&json!({ "groups": { "g": global }, "routes": [route] })), NOTHING);
}

#[test]
fn labels_are_followed_from_route_to_route() {
    let routes = json!([
        { "tool": "a", "policy": ["taint(secret)"] },
        { "tool": "b", "policy": ["session.labels contains 'secret': deny"] },
    ]);
    assert_eq!(codes(&json!({ "routes": routes })), NOTHING);
    assert_eq!(codes(&json!({ "routes": [routes[0]] })), ["lint.label_unread"]);
    assert_eq!(codes(&json!({ "routes": [routes[1]] })), ["lint.label_unset"]);
}

#[test]
fn labels_that_others_may_add_or_read_are_left_alone() {
    let adds = json!([{ "tool": "a", "policy": ["taint(secret)"] }]);
    let reads = json!([{ "tool": "b", "policy": ["session.labels contains 'secret': deny"] }]);
    let plugin = |capability: &str| json!([{ "name": "p", "kind": "k", "capabilities": [capability] }]);
    assert_eq!(codes(&json!({ "plugins": plugin("read_labels"), "routes": adds })), NOTHING);
    assert_eq!(codes(&json!({ "plugins": plugin("append_labels"), "routes": adds })), ["lint.label_unread"]);
    assert_eq!(codes(&json!({ "plugins": plugin("append_labels"), "routes": reads })), NOTHING);
    assert_eq!(codes(&json!({ "plugins": plugin("read_labels"), "routes": reads })), ["lint.label_unset"]);
    let store = json!({ "session_store": { "kind": "redis" } });
    assert_eq!(codes(&json!({ "global": store, "routes": adds })), NOTHING);
    assert_eq!(codes(&json!({ "global": store, "routes": reads })), NOTHING);
    let engine = json!({ "pdp": [{ "kind": "opa" }] });
    assert_eq!(codes(&json!({ "global": engine, "routes": adds })), NOTHING);
    let cel = json!([
        { "tool": "a", "policy": ["taint(secret)"] },
        { "tool": "b", "policy": [{ "cel": { "expr": "!('secret' in session.labels)" } }] },
    ]);
    assert_eq!(codes(&json!({ "routes": cel })), NOTHING);
}

#[test]
fn a_document_without_policy_says_nothing() {
    assert_eq!(codes(&json!({})), NOTHING);
    assert_eq!(codes(&json!({ "global": null, "groups": [], "routes": { "tool": "a" }, "plugins": "x" })), NOTHING);
}
