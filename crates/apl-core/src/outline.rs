//! What a run over a program can be seen to do, place by place, so that what was seen can be compared with it.

use crate::effect::{Action, Ask};
use crate::program::{Program, Statement};
use crate::rule::Rule;

/// What a [`crate::Trace`] can be told of one place of a program.
#[derive(Debug)]
pub enum Point<'p, A> {
    /// A condition, as written.
    Condition(&'p str),
    /// A denial.
    Deny,
    /// A question for a decision engine.
    Ask(&'p Ask<A>),
    /// An effect.
    Perform(&'p Action<A>),
}

impl<A> Program<A> {
    /// Every place of it with its rule, in written order, branches included. A denial or an effect that follows directly
    /// from a condition or an engine's answer is left out, for it happens when that is answered so; a field pipeline never
    /// is, for it has stages.
    pub fn outline(&self) -> impl Iterator<Item = (&Rule, Point<'_, A>)> {
        let mut points = Vec::new();
        self.collect(&mut points);
        points.into_iter()
    }

    fn collect<'p>(&'p self, points: &mut Vec<(&'p Rule, Point<'p, A>)>) {
        let mut follows = false;
        for (index, statement) in self.code.iter().enumerate() {
            let implied = std::mem::replace(&mut follows, leads_on(statement, index));
            let (point, rule) = match statement {
                Statement::Unless(condition, _, rule) => (Point::Condition(condition.written()), rule),
                Statement::Ask(ask, _, rule) => (Point::Ask(ask), rule),
                Statement::Perform(action @ Action::Rewrite(_), rule) => (Point::Perform(action), rule),
                Statement::Deny(..) | Statement::Perform(..) if implied => continue,
                Statement::Deny(_, rule) => (Point::Deny, rule),
                Statement::Perform(action, rule) => (Point::Perform(action), rule),
                Statement::DenyAsked(_) | Statement::Jump(_) => continue,
                Statement::Fork(branches, _) => {
                    branches.iter().flatten().for_each(|branch| branch.collect(points));
                    continue;
                }
            };
            points.extend(self.rules.get(*rule).map(|rule| (rule, point)));
        }
    }
}

/// Whether the statement after the one of that index runs because of how that one is answered, and only then.
fn leads_on<A>(statement: &Statement<A>, index: usize) -> bool {
    match statement {
        Statement::Unless(..) | Statement::Jump(_) => true,
        // A jump stands between the two reactions, of which the first may be empty.
        Statement::Ask(_, Some(target), _) => *target > index + 2,
        Statement::Ask(_, None, _)
        | Statement::Deny(..)
        | Statement::DenyAsked(_)
        | Statement::Perform(..)
        | Statement::Fork(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::compile::Phase;
    use crate::testing::phase;

    fn outline(of: Phase, steps: &Json) -> Vec<String> {
        let (program, faults) = phase(of, steps);
        assert_eq!(faults, Vec::<String>::new());
        let shown = |point: Point<'_, _>| match point {
            Point::Condition(text) => text.to_owned(),
            Point::Deny => "deny".to_owned(),
            Point::Ask(ask) => format!("ask {}", ask.dialect),
            Point::Perform(Action::Rewrite(rewrite)) => format!("{:?}", rewrite.stages().collect::<Vec<_>>()),
            Point::Perform(Action::Taint(taint)) => format!("taint {}", taint.label),
            Point::Perform(Action::Run(run)) => format!("run {}", run.plugin),
            Point::Perform(other) => format!("{other:?}"),
        };
        program.outline().map(|(rule, point)| format!("{}: {}", rule.id, shown(point))).collect()
    }

    #[test]
    fn conditions_are_outlined_and_what_follows_directly_from_them_is_not() {
        let steps = json!([
            "require(role.a)",
            "role.b: taint(x)",
            {"id": "own", "when": "role.c", "do": ["taint(y)", "run(scan)", {"when": "role.d", "do": "deny"}, "deny"]},
            "taint(z)",
            "deny",
        ]);
        let expected = [
            "route.policy[0]: require(role.a)",
            "route.policy[1]: role.b",
            "own: role.c",
            "own: run scan",
            "own: role.d",
            "own: deny",
            "route.policy[3]: taint z",
            "route.policy[4]: deny",
        ];
        assert_eq!(outline(Phase::Policy, &steps), expected);
    }

    #[test]
    fn what_follows_from_an_answer_is_outlined_after_its_first_step() {
        let steps = json!([
            {"cel": {"expr": "a"}, "on_allow": ["taint(a)", "taint(b)"], "on_deny": ["taint(c)", "taint(d)"]},
            {"cel": {"expr": "a"}, "on_allow": [], "on_deny": ["taint(e)"]},
            {"cel": {"expr": "a"}},
            "taint(f)",
        ]);
        let expected = [
            "route.policy[0]: ask cel",
            "route.policy[0].on_allow[1]: taint b",
            "route.policy[0].on_deny[1]: taint d",
            "route.policy[1]: ask cel",
            "route.policy[2]: ask cel",
            "route.policy[3]: taint f",
        ];
        assert_eq!(outline(Phase::Policy, &steps), expected);
    }

    #[test]
    fn branches_are_outlined_like_steps() {
        let steps = json!([{"parallel": ["taint(a)", "role.b: deny"]}, "taint(c)"]);
        let expected =
            ["route.policy[0].parallel[0]: taint a", "route.policy[0].parallel[1]: role.b", "route.policy[1]: taint c"];
        assert_eq!(outline(Phase::Policy, &steps), expected);
    }

    #[test]
    fn a_pipeline_is_outlined_with_all_its_stages() {
        let stage = |written, judges, is_guarded| crate::StageOutline { written, judges, is_guarded };
        let stages =
            [stage("required", true, false), stage("mask(2)", false, false), stage("omit(role.a)", false, true)];
        let expected = format!("route.args.x: {stages:?}");
        assert_eq!(outline(Phase::Args, &json!({"x": "required | mask(2) | omit(role.a)"})), [expected]);
    }
}
