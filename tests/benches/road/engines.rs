//! Steps that ask a decision engine, beside what the engine alone takes.

use std::collections::HashMap;
use std::sync::Arc;

use cpex::prelude::*;
use regorus::{Engine, Value};
use serde_json::json;

use super::Bench;
use super::monitor::{operation, ready};

pub(crate) fn all(bench: &mut Bench) {
    cel(bench);
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
