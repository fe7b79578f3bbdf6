//! Steps that ask a decision engine, beside what the engine alone takes.

use std::collections::HashMap;
use std::sync::Arc;

use cedar_policy::{Authorizer, Context, Entities, Entity, PolicySet, Request, RestrictedExpression};
use cpex::prelude::*;
use regorus::{Engine, Value};
use serde_json::json;

use super::Bench;
use super::monitor::{operation, ready};

pub(crate) fn all(bench: &mut Bench) {
    cel(bench);
    cedar(bench);
    rego(bench);
}

/// f. A step with an expression of CEL.
fn cel(bench: &mut Bench) {
    const EXPRESSION: &str = "role.hr && args.employee_id == '123456'";
    let env = Arc::new(cel::Env::stdlib());
    let program = env.compile(EXPRESSION).unwrap();
    let mut context = cel::Context::with_env(env);
    context.add_variable_from_value("role", HashMap::from([("hr", true)]));
    context.add_variable_from_value("args", HashMap::from([("employee_id", "123456")]));
    bench.scenario("floor-cel-execute", || (), |()| program.execute(&context));
    let step = format!(r#"{{ cel: {{ expr: "{EXPRESSION}" }} }}"#);
    let manager = manager(&format!("{{ routes: [ {{ tool: lookup, policy: [{step}] }} ] }}"));
    bench.scenario("f-cel-step", || operation("hr"), |operation| ready(manager.authorize(operation)));
}

/// The three policies that can apply to what is asked.
const CEDAR: &str = r#"
@id("hr-reads") permit(principal, action == Action::"read", resource is Record) when { principal.roles.contains("hr") };
@id("owners-read") permit(principal, action, resource is Record) when { resource.owner == principal };
@id("sealed") forbid(principal, action == Action::"read", resource is Record) when { resource.level > 3 };
"#;

/// g. A question of Cedar, and the same among a thousand policies of which three can apply.
fn cedar(bench: &mut Bench) {
    let policies: PolicySet = CEDAR.parse().unwrap();
    let entities = Entities::from_entities(cedar_entities(), None).unwrap();
    let uid = |text: &str| text.parse().unwrap();
    let (principal, action, resource) = (uid("User::\"eve\""), uid("Action::\"read\""), uid("Record::\"123456\""));
    let request = Request::new(principal, action, resource, Context::empty(), None).unwrap();
    let authorizer = Authorizer::new();
    bench.scenario("floor-cedar-authorize", || (), |()| authorizer.is_authorized(&request, &policies, &entities));
    let others: String = (3..1000)
        .map(|number| format!("permit(principal, action == Action::\"do{number}\", resource is Thing{number});\n"))
        .collect();
    for (name, policies) in [("g-cedar-step", CEDAR.to_owned()), ("g-cedar-step-of-1000", others + CEDAR)] {
        let resource = json!({
            "type": "Record",
            "id": "${args.employee_id}",
            "attributes": { "owner": { "__entity": { "type": "User", "id": "adam" } }, "level": 2 },
        });
        let document = json!({
            "global": { "pdp": [{ "kind": "cedar-direct", "policy_text": policies }] },
            "routes": [{ "tool": "lookup", "policy": [{ "cedar": { "action": "read", "resource": resource } }] }],
        });
        let manager = manager(&document.to_string());
        bench.scenario(name, || operation("hr"), |operation| ready(manager.authorize(operation)));
    }
}

/// What such a request is about.
fn cedar_entities() -> [Entity; 2] {
    let uid = |text: &str| text.parse().unwrap();
    let roles = RestrictedExpression::new_set([RestrictedExpression::new_string("hr".to_owned())]);
    let principal = HashMap::from([("roles".to_owned(), roles)]);
    let owner = RestrictedExpression::new_entity_uid(uid("User::\"adam\""));
    let level = RestrictedExpression::new_long(2);
    let resource = HashMap::from([("owner".to_owned(), owner), ("level".to_owned(), level)]);
    let entity = |text: &str, attributes| Entity::new(uid(text), attributes, Default::default()).unwrap();
    [entity("User::\"eve\"", principal), entity("Record::\"123456\"", resource)]
}

/// h. A step that asks a rule of Rego.
fn rego(bench: &mut Bench) {
    const POLICY: &str = "package pay\n\ndefault allow := false\n\n\
        allow if {\n\t\"hr\" in input.subject.roles\n\tinput.args.employee_id == \"123456\"\n}\n";
    let mut engine = Engine::new();
    engine.add_policy("pay.rego".to_owned(), POLICY.to_owned()).unwrap();
    engine.compile_with_entrypoint(&"data.pay.allow".into()).unwrap();
    let input = Value::from(json!({ "subject": { "roles": ["hr"] }, "args": { "employee_id": "123456" } }));
    let asked = || {
        let mut engine = engine.clone();
        engine.set_input(input.clone());
        engine
    };
    bench.scenario("floor-rego-rule", asked, |mut engine| engine.eval_rule("data.pay.allow".to_owned()).unwrap());
    let document = json!({
        "global": { "pdp": [{ "kind": "opa", "policy_text": POLICY }] },
        "routes": [{ "tool": "lookup", "policy": ["opa('data.pay.allow')"] }],
    });
    let manager = manager(&document.to_string());
    bench.scenario("h-opa-step", || operation("hr"), |operation| ready(manager.authorize(operation)));
}

/// A manager with the builtins, under a document.
fn manager(policy: &str) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    manager.load_config_yaml(policy).unwrap();
    ready(manager.initialize()).unwrap();
    manager
}
