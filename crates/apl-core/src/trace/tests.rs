#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::compile::Phase;
use crate::condition::{self, ConditionFault, Tested};
use crate::decision::Denial;
use crate::fact::Facts;
use crate::machine::{Limits, Reply, Run, Step};
use crate::testing::{Attribute, Words, World, phase, policy, text};

/// What was told, a line each.
#[derive(Default)]
struct Lines(Vec<String>);

impl ConditionTrace<Attribute> for Lines {
    fn asks(&mut self, rule: &Rule, written: &str) {
        self.0.push(format!("{} asks {written}", rule.id));
    }

    fn tested<F: Facts<Attribute = Attribute>>(&mut self, test: Tested<'_, Attribute>, facts: &F) {
        let mut line = format!("  {test} {}", shown(test.outcome));
        for attribute in test.attributes() {
            write!(line, ", {attribute} {:?}", facts.read(attribute)).unwrap();
        }
        self.0.push(line);
    }

    fn answered(&mut self, outcome: Result<bool, ConditionFault>) {
        self.0.push(format!("  = {}", shown(outcome)));
    }
}

impl Trace<Attribute> for Lines {
    fn performs(&mut self, rule: &Rule, effect: &Effect<'_, Attribute>) {
        let what = match effect {
            Effect::Taint(taint) => format!("taint {}", taint.label),
            Effect::Run(run) => format!("run {}", run.plugin),
            Effect::Rewrite(active) => format!("{} {:?}", active.rewrite.field, active.stages().collect::<Vec<_>>()),
            other => format!("{other:?}"),
        };
        self.0.push(format!("{} performs {what}", rule.id));
    }

    fn forks(&mut self, rule: &Rule, branches: usize) {
        self.0.push(format!("{} forks {branches}", rule.id));
    }

    fn ended(&mut self, decision: &Decision) {
        self.0.push(match decision {
            Decision::Pending(rule) => format!("pending by {}", rule.id),
            Decision::Allow => "allow".to_owned(),
            Decision::Deny(denied) => {
                format!("deny {} by {:?}", denied.denial.code, denied.rule.as_ref().map(|rule| &*rule.id))
            }
        });
    }
}

fn shown(outcome: Result<bool, ConditionFault>) -> &'static str {
    match outcome {
        Ok(true) => "yes",
        Ok(false) => "no",
        Err(fault) => fault.code,
    }
}

/// Runs a phase to its end, every effect being performed.
fn told(of: Phase, steps: &Json, facts: Json) -> Vec<String> {
    let (program, faults) = phase(of, steps);
    assert_eq!(faults, Vec::<String>::new());
    let (programs, facts, mut lines) = ([Arc::new(program)], World::new(facts), Lines::default());
    let mut run = Run::new(&programs, Limits { max_steps: 100 });
    let mut step = run.resume_traced(&facts, Reply::Begin, &mut lines);
    while let Step::Perform(_) = step {
        step = run.resume_traced(&facts, Reply::Performed, &mut lines);
    }
    lines.0
}

#[test]
fn a_requirement_is_told_as_written_with_what_it_read() {
    let steps = json!(["require(role.hr, args.n > 1)", "taint(seen)"]);
    let facts = |n: Json| json!({"roles": ["hr"], "args": {"n": n}});
    let told_of = |n| told(Phase::Policy, &steps, facts(n));
    let asked = ["route.policy[0] asks require(role.hr, args.n > 1)", "  role['hr'] yes, role['hr'] Bool(true)"];
    let met = ["  args.n > 1 yes, args.n Number(Int(2))", "  = yes", "route.policy[1] performs taint seen", "allow"];
    assert_eq!(told_of(json!(2)), [asked.as_slice(), &met].concat());
    let unmet = ["  args.n > 1 no, args.n Absent", "  = no", "deny policy.require_failed by Some(\"route.policy[0]\")"];
    assert_eq!(told_of(json!(null)), [asked.as_slice(), &unmet].concat());
}

#[test]
fn a_predicate_that_is_not_reached_is_not_told() {
    let steps = json!(["role.a & args.x: deny", "role.b: deny('no', 'mine')"]);
    let expected = [
        "route.policy[0] asks role.a & args.x",
        "  role['a'] no, role['a'] Bool(false)",
        "  = no",
        "route.policy[1] asks role.b",
        "  role['b'] yes, role['b'] Bool(true)",
        "  = yes",
        "deny policy.denied by Some(\"route.policy[1]\")",
    ];
    assert_eq!(told(Phase::Policy, &steps, json!({"roles": ["b"], "args": {"x": "text"}})), expected);
}

#[test]
fn a_fault_is_the_answer_of_its_predicate_and_its_condition() {
    let expected = [
        "route.policy[0] asks args.x",
        "  args.x policy.type_error, args.x Text(\"text\")",
        "  = policy.type_error",
        "deny policy.type_error by Some(\"route.policy[0]\")",
    ];
    assert_eq!(told(Phase::Policy, &json!(["args.x: deny"]), json!({"args": {"x": "text"}})), expected);
}

#[test]
fn a_pipeline_is_told_with_the_stages_in_force() {
    let steps = json!({"ssn": "str | redact(!role.hr) |mask( 4 )"});
    let expected = [
        "route.result.ssn asks !role.hr",
        "  role['hr'] yes, role['hr'] Bool(true)",
        "  = no",
        "route.result.ssn performs ssn [(\"str\", true), (\"redact(!role.hr)\", false), (\"mask( 4 )\", true)]",
        "allow",
    ];
    assert_eq!(told(Phase::Result, &steps, json!({"roles": ["hr"]})), expected);
}

#[test]
fn a_refusal_is_told_as_the_end() {
    let (program, _) = policy(&json!(["run(scan)"]));
    let (programs, facts, mut lines) = ([Arc::new(program)], World::new(json!({})), Lines::default());
    let mut run = Run::new(&programs, Limits { max_steps: 100 });
    let _ = run.resume_traced(&facts, Reply::Begin, &mut lines);
    let _ = run.resume_traced(&facts, Reply::Refused(Denial::new("plugin.denied")), &mut lines);
    let ended = "deny plugin.denied by Some(\"route.policy[0]\")";
    assert_eq!(lines.0, ["route.policy[0] performs run scan", ended]);
}

#[test]
fn a_trace_decides_nothing() {
    let steps = json!(["require(role.hr | args.n == 1)", {"when": "args.n", "do": ["taint(a)", "role.b: deny"]}]);
    for facts in [json!({}), json!({"roles": ["hr"]}), json!({"roles": ["b"], "args": {"n": 1}})] {
        let (program, _) = policy(&steps);
        let (programs, world) = ([Arc::new(program)], World::new(facts.clone()));
        let mut run = Run::new(&programs, Limits { max_steps: 100 });
        let mut step = run.resume(&world, Reply::Begin);
        while let Step::Perform(_) = step {
            step = run.resume(&world, Reply::Performed);
        }
        let Step::Done(decision) = step else { panic!("the run is over") };
        let mut untold = Lines::default();
        untold.ended(&decision);
        assert_eq!(told(Phase::Policy, &steps, facts).last(), untold.0.last());
    }
}

/// The predicates of an expression, as they are shown.
fn predicates(expr: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let condition = condition::compile(&text(expr), 0..expr.len(), &Words, &mut faults);
    let Some(condition) = condition else { panic!("`{expr}` is refused: {faults:?}") };
    condition.predicates().collect()
}

#[test]
fn a_predicate_is_shown_in_the_language_and_means_the_same() {
    let rows = [
        ("args.a", "args.a"),
        ("exists( args.a )", "exists(args.a)"),
        ("args.a!=args.b", "args.a == args.b"),
        ("1.50 <= args.a", "1.5 <= args.a"),
        ("args.a > -7", "args.a > -7"),
        ("args.a >= 1e300", "args.a >= 1e300"),
        ("args.a < 2.0", "args.a < 2.0"),
        (r#"args.a contains "it's \\ \"x\"""#, r#"args.a contains 'it\'s \\ "x"'"#),
        ("args.a not in [1, 'b', true]", "args.a in [1, 'b', true]"),
        ("'x' in data.rows[args.i]['odd key'][0]", "'x' in data.rows[args.i]['odd key'][0]"),
        (r"args.a matches '^\d\'\\x'", r#"args.a matches "^\d'\\x""#),
        (r#"args.a matches "\'\"\\""#, r#"args.a matches "\'\"\\""#),
    ];
    for (written, shown) in rows {
        assert_eq!(predicates(written), [shown], "{written}");
        assert_eq!(predicates(shown), [shown], "{shown}");
    }
}
