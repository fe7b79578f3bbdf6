#![expect(clippy::panic, reason = "tests fail by panicking")]

use serde_json::{Value as Json, json};

use super::*;
use crate::compile::Phase;
use crate::effect::{Effect, Scope};
use crate::testing::{Attribute, World, phase, policy};

const LIMITS: Limits = Limits { max_steps: 100 };

fn programs(layers: &[Json]) -> Vec<Arc<Program<Attribute>>> {
    let compiled = layers.iter().map(|steps| match policy(steps) {
        (program, faults) if faults.is_empty() => Arc::new(program),
        (_, faults) => panic!("{steps} is refused: {faults:?}"),
    });
    compiled.collect()
}

/// What a step is, in a line.
fn show(step: &Step<'_, Attribute>) -> String {
    match step {
        Step::Perform(Effect::Taint(taint)) => format!("taint {} {:?}", taint.label, taint.scope),
        Step::Perform(Effect::Run(run)) => format!("run {} {}", run.index, run.plugin),
        Step::Perform(Effect::Rewrite(_)) => "rewrite".to_owned(),
        Step::Perform(Effect::RunField(run)) => format!("run {} on {}", run.plugin, run.field),
        Step::Perform(Effect::Ask(ask)) => format!("ask {} {}", ask.dialect, ask.question),
        Step::Perform(Effect::Elicit(elicit)) => format!("{} {}", elicit.verb, elicit.approver),
        Step::Perform(Effect::Delegate(delegate)) => format!("delegate {}", delegate.delegator),
        Step::Perform(Effect::Declassify(declassify)) => format!("declassify {}", declassify.label),
        Step::Perform(Effect::Restrict(_)) => "restrict".to_owned(),
        Step::Fork(fork) => format!("fork {}", fork.runs().count()),
        Step::Done(Decision::Pending(rule)) => format!("pending by {}", rule.id),
        Step::Done(Decision::Allow) => "allow".to_owned(),
        Step::Done(Decision::Deny(Denied { denial, rule })) => {
            let rule = rule.as_ref().map_or("nobody", |rule| &*rule.id);
            format!("deny {} by {rule}", denial.shown_code())
        }
    }
}

/// Runs the layers and answers every step, with the replies given in order.
fn run(layers: &[Json], facts: &World, replies: impl IntoIterator<Item = Reply>) -> Vec<String> {
    let programs = programs(layers);
    let mut run = Run::new(&programs, LIMITS);
    replies.into_iter().map(|reply| show(&run.resume(facts, reply))).collect()
}

fn decide(steps: Json, facts: Json) -> String {
    run(&[steps], &World::new(facts), [Reply::Begin]).concat()
}

#[test]
fn a_program_that_asks_for_nothing_is_done_at_once() {
    let steps = json!(["require(role.hr, args.n > 1)", "role.guest: deny('no guests', 'guest')", "allow"]);
    assert_eq!(decide(steps.clone(), json!({"roles": ["hr"], "args": {"n": 2}})), "allow");
    assert_eq!(
        decide(steps.clone(), json!({"roles": ["hr"], "args": {"n": 1}})),
        "deny policy.require_failed by route.policy[0]"
    );
    assert_eq!(
        decide(steps.clone(), json!({"roles": ["hr", "guest"], "args": {"n": 2}})),
        "deny guest by route.policy[1]"
    );
    assert_eq!(
        decide(steps, json!({"roles": ["hr"], "args": {"n": "x"}})),
        "deny policy.type_error by route.policy[0]"
    );
    assert_eq!(decide(json!([]), json!({})), "allow");
    assert_eq!(run(&[], &World::new(json!({})), [Reply::Begin]), ["allow"]);
}

#[test]
fn a_comma_of_require_is_an_and_that_binds_loosest() {
    let steps = json!(["require(role.a | role.b, role.c)"]);
    assert_eq!(decide(steps.clone(), json!({"roles": ["a", "c"]})), "allow");
    assert_eq!(decide(steps.clone(), json!({"roles": ["b"]})), "deny policy.require_failed by route.policy[0]");
    assert_eq!(decide(steps, json!({"roles": ["c"]})), "deny policy.require_failed by route.policy[0]");
    let fault = json!(["require(role.a, args.text)"]);
    assert_eq!(decide(fault.clone(), json!({"args": {"text": "x"}})), "deny policy.require_failed by route.policy[0]");
    assert_eq!(
        decide(fault, json!({"roles": ["a"], "args": {"text": "x"}})),
        "deny policy.type_error by route.policy[0]"
    );
}

#[test]
fn effects_are_asked_for_in_written_order_and_name_their_rule() {
    let programs = programs(&[
        json!(["taint(secret)", {"id": "log", "role.a": "run(audit-log)"}]),
        json!(["taint(t:x-1, message)"]),
    ]);
    let facts = World::new(json!({"roles": ["a"]}));
    let mut run = Run::new(&programs, LIMITS);
    assert_eq!(&*run.rule().id, "");
    assert_eq!(show(&run.resume(&facts, Reply::Begin)), "taint secret Session");
    assert_eq!((&*run.rule().id, &*run.rule().at), ("route.policy[0]", "policy.yaml:1:2"));
    assert_eq!(show(&run.resume(&facts, Reply::Performed)), "run 0 audit-log");
    assert_eq!(&*run.rule().id, "log");
    assert_eq!(show(&run.resume(&facts, Reply::Performed)), "taint t:x-1 Message");
    assert_eq!(show(&run.resume(&facts, Reply::Performed)), "allow");
}

#[test]
fn facts_are_read_when_a_condition_asks() {
    let programs = programs(&[json!(["taint(secret)", "require(role.a)"])]);
    let mut run = Run::new(&programs, LIMITS);
    assert_eq!(show(&run.resume(&World::new(json!({})), Reply::Begin)), "taint secret Session");
    assert_eq!(show(&run.resume(&World::new(json!({"roles": ["a"]})), Reply::Performed)), "allow");
}

#[test]
fn a_refusal_ends_the_run_with_the_rule_that_asked() {
    let layers = [json!(["run(scan)", "taint(x)"]), json!(["run(audit-log)"])];
    let facts = World::new(json!({}));
    let refused = || Reply::Refused(Denial::new("plugin.denied").because("no"));
    assert_eq!(
        run(&layers, &facts, [Reply::Begin, refused()]),
        ["run 1 scan", "deny plugin.denied by route.policy[0]"]
    );
    assert_eq!(
        run(&layers, &facts, [Reply::Begin, Reply::Performed, refused()]),
        ["run 1 scan", "taint x Session", "deny plugin.denied by route.policy[1]"]
    );
}

#[test]
fn the_first_deny_ends_every_later_layer() {
    let layers = [json!(["deny"]), json!(["run(scan)"])];
    assert_eq!(run(&layers, &World::new(json!({})), [Reply::Begin]), ["deny policy.denied by route.policy[0]"]);
}

#[test]
fn a_reply_that_does_not_fit_denies() {
    let steps = [json!(["run(scan)"])];
    let facts = World::new(json!({}));
    let protocol = "deny policy.protocol by nobody";
    assert_eq!(run(&steps, &facts, [Reply::Performed]), [protocol]);
    assert_eq!(run(&steps, &facts, [Reply::Refused(Denial::new("plugin.denied"))]), [protocol]);
    assert_eq!(run(&steps, &facts, [Reply::Begin, Reply::Begin]), ["run 1 scan", protocol]);
    assert_eq!(
        run(&steps, &facts, [Reply::Begin, Reply::Begin, Reply::Performed]),
        ["run 1 scan", protocol, protocol],
        "a run that is over stays denied"
    );
    assert_eq!(run(&[json!([])], &facts, [Reply::Begin, Reply::Begin]), ["allow", protocol]);
}

#[test]
fn a_run_ends_at_its_limit_of_steps() {
    let programs = programs(&[json!(["role.a: deny", "role.b: deny"]), json!(["role.c: deny"])]);
    let facts = World::new(json!({}));
    let decide = |max_steps| show(&Run::new(&programs, Limits { max_steps }).resume(&facts, Reply::Begin));
    assert_eq!(decide(3), "allow");
    assert_eq!(decide(2), "deny policy.limit by nobody");
    assert_eq!(decide(0), "deny policy.limit by nobody");
}

#[test]
fn steps_under_a_condition_run_only_when_it_holds() {
    let steps = json!([{"when": "role.a", "do": ["taint(one)", {"role.b": ["taint(two)", "deny"]}]}, "taint(three)"]);
    let labels = |roles: &[&str]| {
        let programs = programs(std::slice::from_ref(&steps));
        let facts = World::new(json!({"roles": roles}));
        let mut run = Run::new(&programs, LIMITS);
        let mut shown = vec![show(&run.resume(&facts, Reply::Begin))];
        while shown.last().is_some_and(|last| last.starts_with("taint")) {
            shown.push(show(&run.resume(&facts, Reply::Performed)));
        }
        shown
    };
    assert_eq!(labels(&[]), ["taint three Session", "allow"]);
    assert_eq!(labels(&["a"]), ["taint one Session", "taint three Session", "allow"]);
    assert_eq!(
        labels(&["a", "b"]),
        ["taint one Session", "taint two Session", "deny policy.denied by route.policy[0].do[1].do[1]"]
    );
}

#[test]
fn a_pipeline_is_asked_for_with_its_conditions_decided() {
    let (program, faults) =
        phase(Phase::Args, &json!({"items[].ssn": "str | redact(role.a)", "note": "redact(args.flag)"}));
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(program.attributes().count(), 2);
    let programs = [Arc::new(program)];
    let facts = World::new(json!({"roles": ["a"], "args": {"flag": "yes"}}));
    let mut run = Run::new(&programs, LIMITS);
    match run.resume(&facts, Reply::Begin) {
        Step::Perform(Effect::Rewrite(rewrite)) => assert!(rewrite.could_transform()),
        other => panic!("{other:?}"),
    }
    assert_eq!(&*run.rule().id, "route.args.items[].ssn");
    assert_eq!(show(&run.resume(&facts, Reply::Performed)), "deny policy.type_error by route.args.note");
}

#[test]
fn a_program_tells_what_it_asks_for_and_reads() {
    let programs =
        programs(&[json!(["require(role.a, args.b == args.c)", "session.labels contains 'x': taint(y)", "run(scan)"])]);
    let program = programs.first().map(|program| &**program);
    let Some(program) = program else { panic!("there is one program") };
    let actions: Vec<String> = program.actions().map(|action| format!("{action:?}")).collect();
    assert!(
        matches!(actions.as_slice(), [taint, run] if taint.starts_with("Taint") && run.starts_with("Run")),
        "{actions:?}"
    );
    assert!(program.actions().any(|action| matches!(action, Action::Taint(taint) if taint.scope == Scope::Session)));
    assert_eq!(program.attributes().count(), 4);
    assert!(program.attributes().any(|attribute| *attribute == Attribute::Labels));
    let rules: Vec<&str> = program.rules().map(|rule| &*rule.id).collect();
    assert_eq!(rules, ["route.policy[0]", "route.policy[1]", "route.policy[2]"]);
}
