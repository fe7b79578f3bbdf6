//! Steps that ask a decision engine, beside what the engine alone takes.

use std::collections::HashMap;
use std::sync::Arc;

use cpex::prelude::*;

use super::Bench;
use super::monitor::{operation, ready};

pub(crate) fn all(bench: &mut Bench) {
    cel(bench);
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

/// A manager with the builtins, under a document.
fn manager(policy: &str) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    manager.load_config_yaml(policy).unwrap();
    ready(manager.initialize()).unwrap();
    manager
}
