//! Which layers are in force for an operation, in which order, and what of them is shared.

use std::sync::Arc;

use apl_cmf::{Entity, EntityKind};
use apl_cpex::{Authenticator, Plan, Policy};
use serde_json::{Value as Json, json};

use crate::support::compile_document;

fn compiled(document: &Json) -> Policy {
    let (policy, faults) = compile_document(document);
    assert_eq!(faults, []);
    policy
}

fn faults(document: &Json) -> Vec<String> {
    compile_document(document).1.into_iter().map(|(code, message)| format!("{code}: {message}")).collect()
}

fn tool<'p>(policy: &'p Policy, name: &str) -> &'p Plan {
    of_kind(policy, EntityKind::Tool, name)
}

fn of_kind<'p>(policy: &'p Policy, kind: EntityKind, name: &str) -> &'p Plan {
    &policy.plans()[policy.find(Entity { kind, name }, None, None)]
}

/// Names of the rules before the operation, in the order they run.
fn pre(plan: &Plan) -> Vec<String> {
    plan.pre.iter().flat_map(|program| program.rules()).map(|rule| rule.id.to_string()).collect()
}

fn post(plan: &Plan) -> Vec<String> {
    plan.post.iter().flat_map(|program| program.rules()).map(|rule| rule.id.to_string()).collect()
}

fn body(plan: &Plan) -> Option<&str> {
    plan.response.as_ref().and_then(|response| response.body.as_deref())
}

/// Indexes of the identity plugins in force; `host` has none.
fn authentication(plan: &Plan) -> Vec<Option<usize>> {
    plan.authentication.iter().map(Authenticator::plugin).collect()
}

#[test]
fn layers_run_from_the_most_general_to_the_route() {
    let policy = compiled(&json!({
        "global": { "policy": ["deny"], "args": { "a": "str" }, "defaults": {
            "tool": { "policy": ["deny"], "post_policy": ["deny"], "args": { "b": "str" } },
            "prompt": { "policy": ["deny"] },
        } },
        "groups": { "g": { "policy": ["deny"], "result": { "c": "str" } }, "unjoined": { "policy": ["deny"] } },
        "routes": [{ "tool": "x", "groups": "g", "args": { "d": "str" }, "authorization": { "pre_invocation": ["deny"] },
            "result": { "e": "str" } }],
    }));
    let plan = tool(&policy, "x");
    assert_eq!(
        pre(plan),
        [
            "global.args.a",
            "defaults.tool.args.b",
            "routes[0].args.d",
            "global.policy[0]",
            "defaults.tool.policy[0]",
            "groups.g.policy[0]",
            "routes[0].policy[0]",
        ]
    );
    assert_eq!(post(plan), ["groups.g.result.c", "routes[0].result.e", "defaults.tool.post_policy[0]"]);
    assert_eq!(plan.key(), Some("tool:x"));
}

#[test]
fn groups_run_in_the_order_they_are_joined_then_those_of_tags_each_once() {
    let policy = compiled(&json!({
        "groups": { "a": { "policy": ["deny"] }, "b": { "policy": ["deny"] }, "c": { "policy": ["deny"] } },
        "routes": [
            { "tool": "x", "groups": ["c", "a", "c"], "meta": { "tags": ["pii", "b", "a"] } },
            { "tool": "y", "meta": { "tags": "b" } },
            { "tool": "z" },
        ],
    }));
    assert_eq!(pre(tool(&policy, "x")), ["groups.c.policy[0]", "groups.a.policy[0]", "groups.b.policy[0]"]);
    assert_eq!(pre(tool(&policy, "y")), ["groups.b.policy[0]"]);
    assert_eq!(pre(tool(&policy, "z")), Vec::<String>::new());
}

#[test]
fn trap_6_an_undefined_group_is_refused_and_an_undefined_tag_is_only_a_tag() {
    let groups = json!({ "hr-tools": { "policy": ["deny"] } });
    assert_eq!(
        faults(&json!({ "groups": groups, "routes": [{ "tool": "x", "groups": ["hr-tool"] }] })),
        ["route.group: there is no group `hr-tool`"]
    );
    assert_eq!(
        faults(&json!({ "groups": groups, "routes": [{ "tool": "x", "meta": { "tags": ["hr-tool"] } }] })),
        Vec::<String>::new()
    );
}

#[test]
fn trap_6_authentication_is_inherited_as_policy_is() {
    let policy = compiled(&json!({
        "global": { "authentication": ["jwt"], "defaults": { "tool": { "authentication": ["host"] } } },
        "groups": { "g": { "authentication": ["key"] } },
        "routes": [
            { "tool": "x", "groups": "g" },
            { "tool": "y", "meta": { "tags": ["g"] } },
            { "tool": "z", "authentication": { "use": ["key"], "replace_inherited": true } },
            { "tool": "w", "authentication": ["key", "jwt"] },
        ],
    }));
    assert_eq!(authentication(tool(&policy, "x")), [Some(0), None, Some(1)]);
    assert_eq!(authentication(tool(&policy, "y")), [Some(0), None, Some(1)]);
    assert_eq!(authentication(tool(&policy, "z")), [Some(1)]);
    assert_eq!(authentication(tool(&policy, "w")), [Some(0), None, Some(1)], "named twice, asked once");
    assert_eq!(authentication(tool(&policy, "unmatched")), [Some(0), None]);
    let global = &policy.plans()[policy.global().unwrap()];
    assert_eq!(authentication(global), [Some(0)], "what is no operation is under `global` alone");
    assert_eq!(compiled(&json!({ "plugins": [] })).global(), None);
}

#[test]
fn an_authenticator_that_two_layers_name_is_optional_only_if_both_say_so() {
    let optional = |here: bool, there: bool| {
        let policy = compiled(&json!({
            "global": { "authentication": [{ "name": "jwt", "optional": here }] },
            "routes": [{ "tool": "x", "authentication": [{ "name": "jwt", "optional": there }] }],
        }));
        tool(&policy, "x").authentication.iter().map(Authenticator::is_optional).collect::<Vec<_>>()
    };
    assert_eq!(optional(true, true), [true]);
    assert_eq!(optional(true, false), [false]);
    assert_eq!(optional(false, true), [false]);
}

#[test]
fn the_response_is_that_of_the_most_specific_layer_and_of_global_only_where_no_route_matched() {
    let named = |name: &str| json!({ "body": name });
    let policy = compiled(&json!({
        "global": { "response": named("global"), "defaults": { "prompt": { "response": named("prompts") } } },
        "groups": { "a": { "response": named("a") }, "b": { "response": named("b") } },
        "routes": [
            { "tool": "own", "groups": ["a"], "response": named("own") },
            { "tool": "joined", "groups": ["a", "b"] },
            { "tool": "bare" },
            { "prompt": "bare" },
        ],
    }));
    assert_eq!(body(tool(&policy, "own")), Some("own"));
    assert_eq!(body(tool(&policy, "joined")), Some("b"));
    assert_eq!(body(tool(&policy, "bare")), None);
    assert_eq!(body(tool(&policy, "unmatched")), Some("global"));
    assert_eq!(body(of_kind(&policy, EntityKind::Prompt, "bare")), Some("prompts"));
    assert_eq!(body(of_kind(&policy, EntityKind::Prompt, "unmatched")), Some("prompts"));
}

#[test]
fn operations_that_no_route_matches_are_under_the_layers_of_their_entity() {
    let policy = compiled(&json!({
        "global": { "policy": ["deny"], "defaults": { "prompt": { "policy": ["deny"] } } },
        "routes": [{ "tool": "x", "policy": ["deny"] }],
    }));
    let unmatched = tool(&policy, "y");
    assert_eq!(pre(unmatched), ["global.policy[0]"]);
    assert_eq!(unmatched.key(), None);
    assert_eq!(pre(of_kind(&policy, EntityKind::Prompt, "x")), ["global.policy[0]", "defaults.prompt.policy[0]"]);
    assert_eq!(pre(of_kind(&policy, EntityKind::Resource, "x")), ["global.policy[0]"]);
}

#[test]
fn a_layer_is_compiled_once_and_shared_by_every_route_it_is_in_force_for() {
    let routes: Vec<Json> = (0..3).map(|n| json!({ "tool": format!("t{n}"), "groups": "g" })).collect();
    let document =
        json!({ "global": { "policy": ["deny"] }, "groups": { "g": { "policy": ["deny"] } }, "routes": routes });
    let policy = compiled(&document);
    let (first, last) = (&tool(&policy, "t0").pre, &tool(&policy, "t2").pre);
    assert_eq!(first.len(), 2);
    for (one, other) in first.iter().zip(last) {
        assert!(Arc::ptr_eq(one, other));
    }
}

#[test]
fn a_mistake_in_a_layer_is_reported_once_however_many_routes_it_is_in_force_for() {
    let routes: Vec<Json> = (0..3).map(|n| json!({ "tool": format!("t{n}"), "groups": "g" })).collect();
    let group = json!({ "policy": ["run(nothing)"], "authentication": ["nobody"] });
    assert_eq!(faults(&json!({ "groups": { "g": group }, "routes": routes })).len(), 2);
}

#[test]
fn an_id_is_unique_across_the_layers_of_a_document() {
    let step = json!({ "id": "gate", "when": "role.hr", "do": "deny" });
    let document = json!({ "global": { "policy": [step] }, "routes": [{ "tool": "x", "policy": [step] }] });
    assert_eq!(faults(&document).len(), 1);
}

#[test]
fn trap_4_a_group_nobody_joins_reaches_no_plugin() {
    let document = |groups: &Json| {
        let policy = compiled(&json!({
            "global": { "defaults": { "prompt": { "policy": ["run(log)"] } } },
            "groups": { "g": { "policy": ["run(scan)"], "authentication": ["jwt"] } },
            "routes": [{ "tool": "x", "groups": groups }],
        }));
        let mut reached: Vec<usize> = policy.reached().into_iter().collect();
        reached.sort_unstable();
        reached
    };
    assert_eq!(document(&json!([])), [3]);
    assert_eq!(document(&json!(["g"])), [0, 2, 3]);
}

#[test]
fn a_document_enforces_something_once_it_has_a_route_or_a_layer_key_anywhere() {
    for document in [
        json!({ "routes": [{ "tool": "x" }] }),
        json!({ "global": { "policy": [] } }),
        json!({ "global": { "defaults": { "tool": { "authorization": { "post_invocation": [] } } } } }),
        json!({ "groups": { "g": { "response": { "status": 403 } } } }),
    ] {
        assert!(!compiled(&document).is_empty(), "{document}");
    }
    for document in [
        json!({}),
        json!({ "routes": [] }),
        json!({ "global": { "description": "d", "defaults": { "tool": {} } }, "groups": { "g": { "description": "d" } } }),
    ] {
        assert!(compiled(&document).is_empty(), "{document}");
    }
}

#[test]
fn trap_8_a_layer_of_one_side_or_of_fields_alone_is_in_force() {
    let policy = compiled(&json!({
        "global": { "result": { "ssn": "redact" } },
        "groups": { "g": { "args": { "id": "str" } } },
        "routes": [{ "tool": "x", "groups": "g" }, { "tool": "y" }],
    }));
    let sides = |name: &str| (pre(tool(&policy, name)), post(tool(&policy, name)));
    assert_eq!(sides("x"), (vec!["groups.g.args.id".into()], vec!["global.result.ssn".into()]));
    assert_eq!(sides("y"), (Vec::new(), vec!["global.result.ssn".into()]));
}

#[test]
fn what_a_layer_needs_of_a_session_is_needed_by_every_plan_it_is_in_force_for() {
    let policy = compiled(&json!({
        "global": { "post_policy": ["taint(x)", "args.id == 'a': deny"] },
        "groups": { "g": { "policy": ["session.labels contains 'x': deny"] } },
        "routes": [{ "tool": "x", "groups": "g" }],
    }));
    let needs = |plan: &Plan| (plan.pre_needs_session, plan.post_needs_session, plan.post_reads_args);
    assert_eq!(needs(tool(&policy, "x")), (true, true, true));
    assert_eq!(needs(tool(&policy, "unmatched")), (false, true, true));
}

#[test]
fn of_each_plugin_the_most_specific_layer_that_changes_it_has_the_whole_say() {
    let strict = json!({ "config": { "mode": "deny" }, "on_error": "fail" });
    let document = json!({
        "global": {
            "plugins": { "scan": strict, "log": { "on_error": "ignore" } },
            "defaults": { "tool": { "plugins": { "jwt": { "config": { "x": 1 } } } } },
        },
        "groups": { "lax": { "plugins": { "scan": { "on_error": "ignore" } } } },
        "routes": [
            { "tool": "a" },
            { "tool": "b", "groups": "lax" },
            { "tool": "c", "groups": "lax", "plugins": { "scan": {} } },
            { "tool": "d", "groups": "lax", "plugins": { "scan": strict } },
            { "prompt": "e" },
        ],
    });
    let (policy, faults) = compile_document(&document);
    assert_eq!(faults, []);
    let in_force = |plan: usize, plugin: usize| {
        let index = policy.plans()[plan].overridden(plugin)?;
        let changed = &policy.overrides()[index];
        assert_eq!(changed.plugin, plugin);
        Some(changed.node.to_json())
    };
    let (jwt, scan, log) = (0, 2, 3);
    assert_eq!(in_force(0, scan), Some(strict.clone()));
    assert_eq!(in_force(1, scan), Some(json!({ "on_error": "ignore" })), "the config of `global` is not mixed in");
    assert_eq!(in_force(2, scan), None, "an override that says nothing is the plugin as it is declared");
    assert_eq!(in_force(3, scan), Some(strict));
    assert_eq!(policy.plans()[3].overridden(scan), policy.plans()[0].overridden(scan), "alike is one");
    assert_eq!(in_force(3, log), Some(json!({ "on_error": "ignore" })), "another plugin is not touched");
    assert_eq!(in_force(0, jwt), Some(json!({ "config": { "x": 1 } })));
    assert_eq!(in_force(4, jwt), None);
    assert_eq!(policy.overrides().len(), 4);
}

#[test]
fn a_layer_changes_plugins_that_are_declared_and_no_sink() {
    let changing = |name: &str| compile_document(&json!({ "groups": { "g": { "plugins": { name: {} } } } })).1;
    for (name, message) in [
        ("scna", "no plugin is named `scna`"),
        ("off", "plugin `off` is disabled"),
        ("sink", "`sink` is a sink, which is given the record of every operation alike"),
    ] {
        assert_eq!(changing(name), [("route.override", message.to_owned())]);
    }
    assert_eq!(changing("jwt"), []);
}

#[test]
fn a_layer_that_only_changes_plugins_is_a_layer() {
    assert!(!compile_document(&json!({ "global": { "plugins": { "scan": {} } } })).0.is_empty());
}

#[test]
fn only_the_permissions_that_every_caller_needs_are_required() {
    for (steps, names) in [
        (json!(["require(perm.read)"]), vec!["global", "read"]),
        (
            json!(["require(perm.write, perm.read)", "taint(x)", "require(perm['repo:read'])"]),
            vec!["global", "read", "repo:read", "write"],
        ),
        (json!(["!perm.read: deny('no')"]), vec!["global", "read"]),
        (json!(["args.x == 1: deny", "require(perm.read & args.x == 2)"]), vec!["global", "read"]),
        (json!(["require(perm.read | perm.write)"]), vec!["global"]),
        (json!([{ "when": "args.x == 1", "do": "require(perm.read)" }]), vec!["global"]),
        (json!(["perm.read: deny"]), vec!["global"]),
        (json!(["require(client.perm.read, role.hr)"]), vec!["global"]),
    ] {
        let policy = compiled(&json!({
            "global": { "policy": ["require(perm.global)"] },
            "routes": [{ "tool": "lookup", "policy": steps, "result": { "ssn": "redact(!perm.view)" } }],
        }));
        let required: Vec<&str> = tool(&policy, "lookup").required_permissions.iter().map(|name| &**name).collect();
        assert_eq!(required, names, "{steps}");
    }
}
