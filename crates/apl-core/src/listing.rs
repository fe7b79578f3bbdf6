//! Whether an operation could be allowed while part of what decides it is not known: what a listing of capabilities asks.
//!
//! Evaluation is three-valued. Only a certain denial counts: what an unknown value, an effect or a type error may lead to
//! is not certain.

use std::sync::Arc;

use crate::fact::Facts;
use crate::program::{Program, Statement};

/// Whether the programs deny whatever the attributes are that are not known.
pub fn denies_certainly<A, F>(programs: &[Arc<Program<A>>], facts: &F, is_known: &impl Fn(&A) -> bool) -> bool
where
    F: Facts<Attribute = A>,
{
    programs.iter().rev().fold(false, |after, program| denies(program, after, facts, is_known))
}

/// Whether a program denies from its beginning on, `after` being whether what follows it does. Jumps lead forward, so that
/// the statements are judged from the last to the first.
fn denies<A, F>(program: &Program<A>, after: bool, facts: &F, is_known: &impl Fn(&A) -> bool) -> bool
where
    F: Facts<Attribute = A>,
{
    let mut from = vec![after; program.code.len() + 1];
    for (index, statement) in program.code.iter().enumerate().rev() {
        let at = |index: usize| from.get(index).copied().unwrap_or(after);
        let next = at(index + 1);
        let denied = match statement {
            Statement::Unless(condition, target, _) => match condition.certainly(facts, is_known) {
                Some(true) => next,
                Some(false) => at(*target),
                None => next && at(*target),
            },
            Statement::Deny(..) | Statement::DenyAsked(_) => true,
            Statement::Jump(target) => at(*target),
            Statement::Perform(..) => next,
            Statement::Ask(_, on_deny, _) => next && on_deny.is_none_or(at),
            Statement::Fork(branches, _) => {
                next || branches.iter().flatten().any(|branch| denies(branch, false, facts, is_known))
            }
        };
        if let Some(place) = from.get_mut(index) {
            *place = denied;
        }
    }
    from.first().copied().unwrap_or(after)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::testing::{Attribute, World, policy};

    /// Whether the steps deny whatever the arguments are.
    fn certain(steps: &Json, facts: Json) -> bool {
        let (program, faults) = policy(steps);
        assert_eq!(faults, Vec::<String>::new(), "{steps}");
        let is_known = |attribute: &Attribute| !attribute.to_string().starts_with("args");
        denies_certainly(&[Arc::new(program)], &World::new(facts), &is_known)
    }

    #[test]
    fn only_what_is_denied_for_all_arguments_is_hidden() {
        for (steps, hidden) in [
            (json!(["require(role.hr)"]), true),
            (json!(["require(role.hr | args.x == 1)"]), false),
            (json!(["require(role.hr & args.x == 1)"]), true),
            (json!(["role.hr: deny"]), false),
            (json!(["args.x == 1: deny"]), false),
            (json!(["args.x == 1: deny", "args.x != 1: deny"]), false),
            (json!([{"when": "args.x", "do": ["deny"]}, "require(role.a)"]), true),
            (json!(["run(scan)", "deny"]), true),
            (json!(["run(scan)"]), false),
            (json!([{"cel": {"expr": "a"}}]), false),
            (json!([{"cel": {"expr": "a"}, "on_allow": ["deny"]}]), true),
            (json!([{"cel": {"expr": "a"}, "on_allow": ["deny"], "on_deny": ["taint(a)"]}]), true),
            (json!([{"parallel": ["taint(a)", "deny"]}]), true),
            (json!([{"parallel": ["args.x: deny", "run(audit-log)"]}]), false),
            (json!(["data.text: deny"]), false),
            (json!(["confirm(manager)"]), false),
            (json!([]), false),
        ] {
            let found = certain(&steps, json!({"data": {"text": "neither true nor false"}}));
            assert_eq!(found, hidden, "{steps}");
        }
        assert!(!certain(&json!(["require(role.hr)"]), json!({"roles": ["hr"]})));
        assert!(!certain(&json!(["exists(args.x) | !exists(args.x): deny"]), json!({})), "each is unknown by itself");
    }
}
