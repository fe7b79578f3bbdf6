//! What a trace can tell of the policy in force, so that what was seen of it can be compared with all there is.

use std::sync::Arc;

use apl_core::{Action, Point, Program, Rule};
use apl_cpex::{Attribute, Plan};
use serde_json::{Value as Json, json};

use crate::manager::PluginManager;
use crate::trace::step;

impl PluginManager {
    /// The rules of the policy in force in the form of a trace, `[{id, at, steps}]`: each rule that some operation can reach
    /// once, with every step a trace can show of it. What follows directly from a condition or an answer is left out. A stage says
    /// whether it judges values or changes them, and whether it is in force only under a condition.
    #[must_use]
    pub fn outline(&self) -> Json {
        let Some(snapshot) = self.snapshot() else { return Json::Array(Vec::new()) };
        let mut rules = Vec::new();
        for program in programs(snapshot.policy.plans()) {
            add(program, &mut rules);
        }
        rules.into()
    }
}

/// The programs of all plans, each once however many plans share it.
fn programs(plans: &[Plan]) -> Vec<&Program<Attribute>> {
    let mut programs: Vec<&Arc<Program<Attribute>>> = Vec::new();
    for program in plans.iter().flat_map(|plan| plan.pre.iter().chain(&plan.post)) {
        if !programs.iter().any(|known| Arc::ptr_eq(known, program)) {
            programs.push(program);
        }
    }
    programs.into_iter().map(|program| &**program).collect()
}

/// Adds the rules of a program; what a rule does in a row stands together.
fn add(program: &Program<Attribute>, rules: &mut Vec<Json>) {
    let mut last: Option<(&Rule, Vec<Json>)> = None;
    for (rule, point) in program.outline() {
        match &mut last {
            Some((known, steps)) if *known == rule => steps.push(named(&point)),
            _ => rules.extend(last.replace((rule, vec![named(&point)])).map(rule_json)),
        }
    }
    rules.extend(last.map(rule_json));
}

fn rule_json((rule, steps): (&Rule, Vec<Json>)) -> Json {
    json!({ "id": &*rule.id, "at": &*rule.at, "steps": steps })
}

fn named(point: &Point<'_, Attribute>) -> Json {
    match point {
        Point::Condition(text) => json!({ "kind": "condition", "text": text }),
        Point::Deny => json!({ "kind": "deny" }),
        Point::Ask(ask) => step::ask(ask),
        Point::Perform(action) => match action {
            Action::Taint(taint) => step::taint(taint),
            Action::Run(run) => step::run(run),
            Action::RunField(run) => step::run_field(run),
            Action::Delegate(delegate) => step::delegate(delegate),
            Action::Declassify(declassify) => step::declassify(declassify),
            Action::Elicit(elicit) => step::elicit(elicit),
            Action::Restrict(_) => step::restrict(),
            Action::Rewrite(rewrite) => step::pipeline(&rewrite.field, rewrite.stages().map(step::stage)),
        },
    }
}
