#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod effects;
mod properties;

use serde_json::{Value as Json, json};

use super::*;
use crate::decision::Denial;
use crate::program::Statement;
use crate::span::Sources;
use crate::testing::{Plugins, Words, node, phase, policy};

fn findings(steps: &Json) -> Vec<String> {
    policy(steps).1
}

fn check(rows: &[(Json, &[&str])]) {
    for (steps, expected) in rows {
        assert_eq!(findings(steps), *expected, "{steps}");
    }
}

/// The names and places of the rules of a policy that loads.
fn rules(steps: &Json) -> Vec<String> {
    let (program, faults) = policy(steps);
    assert_eq!(faults, Vec::<String>::new(), "{steps}");
    program.rules().map(|rule| rule.id.to_string()).collect()
}

/// The denial of a policy of one denying step.
fn denial(step: &Json) -> Denial {
    let (program, faults) = policy(&json!([step]));
    match program.code.into_iter().find(|statement| matches!(statement, Statement::Deny(..))) {
        Some(Statement::Deny(denial, _)) => denial,
        _ => panic!("no denial: {faults:?}"),
    }
}

#[test]
fn default_names_follow_the_nesting() {
    let steps = json!([
        "require(role.a)",
        {"when": "role.a", "do": "deny"},
        {"when": "role.a", "do": ["deny", {"when": "role.b", "do": {"role.c": ["deny"]}}]},
        {"role.a": "deny"},
        {"role.a": ["deny", "deny"]},
        {"sequential": ["deny", {"sequential": ["deny"]}]},
        {"deny": {}},
    ]);
    let expected = [
        "route.policy[0]",
        "route.policy[1]",
        "route.policy[2]",
        "route.policy[2].do[0]",
        "route.policy[2].do[1]",
        "route.policy[2].do[1].do[0]",
        "route.policy[3]",
        "route.policy[4]",
        "route.policy[4].do[0]",
        "route.policy[4].do[1]",
        "route.policy[5].sequential[0]",
        "route.policy[5].sequential[1].sequential[0]",
        "route.policy[6]",
    ];
    assert_eq!(rules(&steps), expected);
    let (program, _) = phase(Phase::PostPolicy, &json!(["deny"]));
    assert_eq!(&*program.rules().next().unwrap().id, "route.post_policy[0]");
}

#[test]
fn the_innermost_id_names_a_rule() {
    let steps = json!([
        {"id": "outer", "when": "role.a", "do": ["deny", {"id": "inner", "deny": {}}, {"when": "role.b", "do": ["deny"]}]},
        {"id": "group", "sequential": ["deny"]},
        "deny",
    ]);
    assert_eq!(rules(&steps), ["outer", "inner", "outer", "group", "route.policy[2]"]);
}

#[test]
fn ids_are_unique_across_the_phases_of_a_document() {
    let mut source = String::new();
    let first = node(&json!([{"deny": {}, "id": "x"}]), &mut source);
    let second = node(&json!([{"deny": {}, "id": "x"}, {"deny": {}, "id": "y"}]), &mut source);
    let sources = Sources::single("p.yaml", source);
    let context = Context::new(&Words, &Plugins, &sources);
    let mut faults = Vec::new();
    compile("a", Phase::Policy, &first, &context, &mut faults);
    assert!(faults.is_empty());
    compile("b", Phase::Policy, &second, &context, &mut faults);
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!((fault.code, fault.message.as_str()), (codes::DUPLICATE_ID, "another step has the id `x`"));
    assert_eq!(fault.help.as_deref(), Some("it is the step at p.yaml:1:18"));
}

#[test]
fn effects_that_are_no_effects_are_refused_with_the_nearest() {
    let names: Vec<&str> = crate::effect::EFFECTS.iter().flat_map(|effect| effect.names).copied().collect();
    let all = format!("an effect is one of {}", names.join(", "));
    check(&[
        (json!(["dney"]), &["rule.unknown_effect «dney» `dney` is no effect (did you mean `deny`?)"]),
        (json!(["role.a: tain(x)"]), &["rule.unknown_effect «tain» `tain` is no effect (did you mean `taint`?)"]),
        (json!(["requre(role.a)"]), &["rule.unknown_effect «requre» `requre` is no effect (did you mean `require`?)"]),
        (json!(["launch(x)"]), &[&format!("rule.unknown_effect «launch» `launch` is no effect ({all})")]),
        (json!(["role.a: 'x'"]), &[&format!("rule.unknown_effect «'x'» `'x'` is no effect ({all})")]),
        (json!(["role.a: role.b"]), &[&format!("rule.unknown_effect «role» `role` is no effect ({all})")]),
        (json!(["run(audit-lg)"]), &["rule.unknown_plugin «audit-lg» no plugin is named `audit-lg`"]),
    ]);
}

#[test]
fn a_predicate_alone_is_refused_with_both_ways_to_write_it() {
    let alone = |line: &str| {
        format!(
            "rule.predicate_alone «{line}» this expression does not say what follows from it \
             (write `require({line})` to demand it, or `{line}: deny` to refuse it)"
        )
    };
    for line in ["role.hr", "exists(args.a)", "!role.hr", "args.a == ':'", "(role.a | role.b)"] {
        assert_eq!(findings(&json!([line])), [alone(line)]);
    }
    check(&[
        (json!(["rol.hr"]), &["rule.unknown_attribute «rol.hr» there is no attribute `rol.hr`"]),
        (json!(["role.hr &"]), &["rule.syntax «» this ends where an attribute or a value is expected"]),
    ]);
}

#[test]
fn what_yaml_misreads_is_answered_with_the_quoted_line() {
    check(&[
        (
            json!([{"delegate(x, target": "y)"}]),
            &["rule.yaml «'delegate(x, target':'y)'» YAML reads this line as a map, because of the `: ` in it \
               (quote the line: `- \"delegate(x, target: y)\"`)"],
        ),
        (
            json!([{"deny('a \"b\"": "c')"}]),
            &["rule.yaml «'deny('a \"b\"':'c')'» YAML reads this line as a map, because of the `: ` in it \
               (quote the line: `- 'deny(''a \"b\": c'')'`)"],
        ),
        (
            json!(["require(role.a", "role.b)", "dney"]),
            &[
                "rule.yaml «'require(role.a','role.b)'» YAML cuts this line at its comma \
                 (quote the line: `[\"require(role.a, role.b)\"]`)",
                "rule.unknown_effect «dney» `dney` is no effect (did you mean `deny`?)",
            ],
        ),
        (json!([{"role.guest": "deny"}]), &[]),
    ]);
}

#[test]
fn shapes_that_are_no_steps_are_refused() {
    check(&[
        (json!("deny"), &["rule.step «'deny'» `policy` is a list of steps, not text (begin each step with `- `)"]),
        (json!([null]), &["rule.step «null» this step is empty"]),
        (json!([" "]), &["rule.step «' '» this step is empty"]),
        (json!([true]), &["rule.step «true» a step is text or a map, not a boolean"]),
        (json!([["deny"]]), &["rule.step «['deny',]» a step is text or a map, not a list"]),
        (json!([{}]), &["rule.step «{}» this step does nothing"]),
        (json!([{"id": "x"}]), &["rule.step «{'id':'x',}» this step does nothing"]),
        (json!([{"id": 7, "deny": {}}]), &["rule.step «7» an `id` is a name, not a number (put it in quotes)"]),
        (
            json!([{"when": "role.a"}]),
            &["rule.step «{'when':'role.a',}» `when` stands without `do` (write `{when: e, do: STEP}`)"],
        ),
        (
            json!([{"do": "deny"}]),
            &["rule.step «{'do':'deny',}» `do` stands without `when` (write `{when: e, do: STEP}`)"],
        ),
        (
            json!([{"when": true, "do": "deny"}]),
            &["rule.step «true» `when` takes an expression in quotes, not a boolean"],
        ),
        (json!([{"when": "role.a", "do": []}]), &["rule.step «[]» nothing follows from this condition (write a step)"]),
        (json!([{"role.a": null}]), &["rule.step «null» nothing follows from this condition (write a step)"]),
        (json!([{"role.a": 1}]), &["rule.step «1» a step or a list of steps follows a condition, not a number"]),
        (json!([{"sequential": []}]), &["rule.step «[]» `sequential` takes a list of steps"]),
        (
            json!([{"do": "deny", "role.b": "deny", "when": "role.a"}]),
            &["rule.step «'role.b'» `role.b` cannot stand beside `when` and `do` (begin a step of its own with `- `)"],
        ),
        (
            json!([{"role.a": "deny", "role.b": "deny"}]),
            &["rule.step «'role.b'» a step has one condition or one effect; `role.b` begins another \
               (begin a step of its own with `- `)"],
        ),
        (
            json!([{"run": "scan"}]),
            &["rule.step «'run'» `run` is written in one line, not as a map (write `- run(..)`)"],
        ),
        (
            json!([{"run(scan)": "deny"}]),
            &["rule.syntax «run» `run` is no condition and cannot stand before `:` \
               (write the condition first and the effect after it, as in `role.guest: deny`)"],
        ),
    ]);
}

#[test]
fn lines_with_a_guard_are_refused_in_both_halves() {
    check(&[
        (json!(["role.a:"]), &["rule.step «» an effect is missing here (write one, as in `role.guest: deny`)"]),
        (json!([": deny"]), &["rule.syntax «» an expression is missing here"]),
        (
            json!(["rol.a: dney"]),
            &[
                "rule.unknown_attribute «rol.a» there is no attribute `rol.a`",
                "rule.unknown_effect «dney» `dney` is no effect (did you mean `deny`?)",
            ],
        ),
        (
            json!(["role.a: require(role.b)"]),
            &["rule.step «require(role.b)» `require` is a step and cannot stand after `:` \
               (write `{when: .., do: \"require(..)\"}`)"],
        ),
        (json!(["args.a == ':' | args.b == \")\": deny('a: b | c')"]), &[]),
    ]);
}

#[test]
fn require_takes_expressions_in_parentheses() {
    check(&[
        (
            json!(["require role.a"]),
            &["rule.argument «require role.a» `require` takes expressions in parentheses (write `require(role.a)`)"],
        ),
        (
            json!(["require"]),
            &["rule.argument «require» `require` takes expressions in parentheses (write `require(role.hr)`)"],
        ),
        (
            json!(["require()"]),
            &[
                "rule.argument «require()» `require` needs at least one expression (write what must hold, as in `require(role.hr)`)",
            ],
        ),
        (json!(["require(role.a,)"]), &["rule.syntax «)» `)` stands where an attribute or a value is expected"]),
        (json!(["require(role.a) role.b"]), &["rule.syntax «role» `role` cannot stand here"]),
        (
            json!(["require(role.a role.b)"]),
            &["rule.syntax «role» `role` stands where an operator such as `&` or `==` is expected"],
        ),
        (
            json!(["require(rol.a, 'ö' == rol.b)"]),
            &[
                "rule.unknown_attribute «rol.a» there is no attribute `rol.a`",
                "rule.unknown_attribute «rol.b» there is no attribute `rol.b`",
            ],
        ),
        (json!(["require (role.a , role.b)"]), &[]),
    ]);
}

#[test]
fn effects_are_refused_for_what_they_do_not_take() {
    check(&[
        (json!(["allow(1)"]), &["rule.argument «allow(1)» this is not how `allow` is written (write `allow`)"]),
        (json!(["run"]), &["rule.argument «run» this is not how `run` is written (write `run(name)`)"]),
        (
            json!(["run(scan, scan)"]),
            &["rule.argument «run(scan, scan)» this is not how `run` is written (write `run(name)`)"],
        ),
        (
            json!(["taint(x, scope: session)"]),
            &["rule.argument «scope: session» `taint` takes its arguments by position, not by name \
               (write `taint(label, session)`)"],
        ),
        (
            json!(["taint('a b')"]),
            &["rule.argument «'a b'» a label consists of the letters a to z, digits, `_`, `.`, `:` and `-`"],
        ),
        (
            json!(["taint(x, sesion)"]),
            &[
                "rule.argument «sesion» a label lasts for the `session` or the `message`, not `sesion` (did you mean `session`?)",
            ],
        ),
        (json!(["deny(no)"]), &["rule.argument «no» the reason and the code of `deny` stand in quotes (write `'no'`)"]),
        (
            json!(["deny('a', 'b', 'c')"]),
            &["rule.argument «deny('a', 'b', 'c')» this is not how `deny` is written (write `deny('reason', 'code')`)"],
        ),
        (
            json!(["deny('a', 'b c')"]),
            &["rule.argument «'b c'» the code of a denial is one word, as in `quota.exceeded`"],
        ),
        (
            json!(["deny('${x}')"]),
            &["rule.argument «'${x}'» what a denial says is one line, as written: no line breaks and no `${}`"],
        ),
        (json!(["deny(ö)"]), &["rule.syntax «ö» `ö` stands where a name or a quoted text is expected"]),
        (json!(["deny 'x'"]), &["rule.syntax «'» `'` cannot stand here"]),
    ]);
}

#[test]
fn warnings_do_not_refuse_what_loads() {
    check(&[
        (
            json!(["role.a: allow"]),
            &[
                "rule.guarded_allow «allow» an `allow` under a condition exempts from nothing: the steps after it run all the same \
               (put the steps it should exempt from under the opposite condition)",
            ],
        ),
        (
            json!(["deny('a', 'session.x')"]),
            &["rule.reserved_code «'session.x'» codes that begin with `session` are those of the runtime \
               (choose another first word)"],
        ),
        (json!(["allow"]), &[]),
        (json!(["deny('a', 'session_tainted')"]), &[]),
    ]);
    assert_eq!(findings(&json!([{"when": "role.a", "do": ["allow"]}])).len(), 1);
}

#[test]
fn a_denial_says_what_policy_wrote() {
    assert_eq!(denial(&json!("deny")), Denial::new("policy.denied"));
    let own = Denial { own_code: Some("x.y".into()), ..Denial::new("policy.denied").because("it's off") };
    assert_eq!(denial(&json!(r"deny('it\'s off', 'x.y')")), own);
    assert_eq!(denial(&json!({"deny": {"reason": "it's off", "code": "x.y"}})), own);
    assert_eq!(denial(&json!({"role.a": {"deny": {"reason": "it's off", "code": "x.y"}}})), own);
    let detailed = denial(&json!({"deny": {"details": {"retry": [1]}}}));
    assert_eq!(detailed.details.as_deref(), Some(&json!({"retry": [1]})));
    assert_eq!(denial(&json!("require(role.a)")), Denial::new("policy.require_failed"));
    check(&[
        (
            json!([{"deny": {"reson": "x"}}]),
            &["rule.argument «'reson'» `deny` has no key `reson` (did you mean `reason`?)"],
        ),
        (json!([{"deny": {"reason": 1}}]), &["rule.argument «1» `reason` is text, not a number (put it in quotes)"]),
        (json!([{"deny": {"details": "x"}}]), &["rule.argument «'x'» `details` is a map, not text"]),
        (
            json!([{"deny": "x"}]),
            &["rule.argument «'x'» `deny` as a key takes a map, not text \
               (write `- deny`, `- deny('reason', 'code')`, or `deny: {reason: .., code: ..}`)"],
        ),
    ]);
}

#[test]
fn steps_nested_past_the_limit_are_refused() {
    let nested = |depth| (0..depth).fold(json!("deny"), |inner, _| json!({"role.a": inner}));
    assert_eq!(findings(&json!([nested(60)])), Vec::<String>::new());
    assert!(findings(&json!([nested(70)])).concat().starts_with("rule.too_deep"));
}

#[test]
fn field_phases_take_a_map_of_lines() {
    let help = "(write `field: \"stage | stage\"`)";
    let findings = |json| phase(Phase::Args, &json).1;
    assert_eq!(findings(json!([])), [format!("rule.step «[]» field pipelines are a map, not a list {help}")]);
    assert_eq!(findings(json!({"a": 1})), [format!("rule.step «1» a field pipeline is text, not a number {help}")]);
}

#[test]
fn every_kind_of_mistake_has_a_name_of_its_own() {
    let mut names: Vec<&str> = codes::ALL.iter().map(|code| code.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), codes::ALL.len());
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("rule.") && name.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c)))
    );
}
