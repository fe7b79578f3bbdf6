//! Effects with arguments of their own grammar, and where they may stand.

#![expect(clippy::needless_pass_by_value, clippy::indexing_slicing, reason = "rows are written in place")]

use super::*;
use crate::compile::Phase;
use crate::effect::{Action, Delegate, Elicit, Listed, Party, Restrict};
use crate::program::{Program, Request};
use crate::testing::Attribute;

fn loaded(steps: &Json) -> Program<Attribute> {
    let (program, faults) = policy(steps);
    assert_eq!(faults, Vec::<String>::new(), "{steps}");
    program
}

fn delegate(step: Json) -> Delegate {
    let program = loaded(&json!([step]));
    match program.actions().next() {
        Some(Action::Delegate(delegate)) => Delegate::clone(delegate),
        other => panic!("{other:?}"),
    }
}

fn with_elicit<T>(step: Json, look: impl FnOnce(&Elicit<Attribute>) -> T) -> T {
    let program = loaded(&json!([step]));
    match program.actions().next() {
        Some(Action::Elicit(elicit)) => look(elicit),
        other => panic!("{other:?}"),
    }
}

fn with_restrict<T>(map: Json, look: impl FnOnce(&Restrict<Attribute>) -> T) -> T {
    let program = loaded(&json!([{"restrict": map}]));
    match program.actions().next() {
        Some(Action::Restrict(restrict)) => look(restrict),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_and_a_map_delegate_alike() {
    let line = "delegate(oauth, target: workday-api, permissions: [repo:read:internal, 'a b'], actor: client)";
    let map = json!({"delegate": {
        "name": "oauth", "target": "workday-api", "permissions": ["repo:read:internal", "a b"], "actor": "client",
    }});
    let expected = Delegate {
        delegator: "oauth".into(),
        index: 2,
        target: Some("workday-api".into()),
        audience: "workday-api".into(),
        permissions: ["repo:read:internal".into(), "a b".into()].into(),
        subject: Party::User,
        actor: Some(Party::Client),
        continues_on_error: false,
    };
    assert_eq!(delegate(json!(line)), expected);
    assert_eq!(delegate(map), expected);
    assert_eq!(
        delegate(json!("delegate(oauth, target:workday-api, permissions:[repo:read:internal, 'a b'], actor:client)")),
        expected
    );
}

#[test]
fn the_audience_is_the_target_unless_another_is_named() {
    let other = delegate(json!("delegate(oauth, audience: b, subject: this_workload, on_error: continue)"));
    assert_eq!((other.target, &*other.audience), (None, "b"));
    assert_eq!((other.subject, other.continues_on_error), (Party::ThisWorkload, true));
    let both = delegate(json!("delegate(oauth, target: a, audience: 'https://b.example/x')"));
    assert_eq!((both.target.as_deref(), &*both.audience), (Some("a"), "https://b.example/x"));
}

#[test]
fn mistakes_in_a_delegation_are_refused() {
    check(&[
        (json!(["delegate(nobody, target: a)"]), &["rule.unknown_plugin «nobody» no delegator is named `nobody`"]),
        (
            json!(["delegate(oauth, tarket: a)"]),
            &["rule.argument «tarket: a» `delegate` takes no `tarket` (did you mean `target`?)"],
        ),
        (
            json!(["delegate(oauth)"]),
            &["rule.argument «oauth» `delegate` does not say whom the credential is for \
               (write `delegate(name, target: api, permissions: [read])`)"],
        ),
        (
            json!(["delegate(oauth, target: a, actor: this_workload)"]),
            &[
                "rule.argument «this_workload» `actor` is one of `user`, `client`, `caller_workload`, not `this_workload`",
            ],
        ),
        (
            json!(["delegate(oauth, target: a, target: b)"]),
            &["rule.argument «target: b» `target` is given twice (keep one of them)"],
        ),
        (
            json!(["delegate(oauth, read)"]),
            &["rule.argument «read» what follows the name is written `word: value` \
               (write `delegate(name, target: api, permissions: [read])`)"],
        ),
        (
            json!(["delegate(target: a)"]),
            &["rule.argument «delegate(target: a)» `delegate` needs a name before its other arguments \
               (write `delegate(name, target: api, permissions: [read])`)"],
        ),
        (
            json!([{"delegate": {"target": "a"}}]),
            &["rule.argument «'delegate'» `delegate` needs `name` (write `delegate: {name: .., target: ..}`)"],
        ),
        (json!(["delegate(oauth, target: [a])"]), &["rule.argument «target: [a]» `target` is one value, not a list"]),
    ]);
}

#[test]
fn a_verb_asks_whom_it_names_and_some_ask_the_caller() {
    let step = "require_approval(manager, from: claim.manager, scope: \"args.amount < 100 & role.hr\", \
                purpose: 'a raise', channel: \"#pay\", timeout: 24h)";
    with_elicit(json!(step), |elicit| {
        assert_eq!((elicit.verb, &*elicit.approver, elicit.index), ("require_approval", "manager", 3));
        assert_eq!(elicit.from.to_string(), "claim.manager");
        let scope: Vec<String> =
            elicit.scope.iter().flat_map(|scope| scope.attributes()).map(ToString::to_string).collect();
        assert_eq!(scope, ["args.amount", "role['hr']"]);
        assert_eq!((elicit.purpose.as_deref(), elicit.channel.as_deref()), (Some("a raise"), Some("#pay")));
        assert_eq!(elicit.timeout.map(|timeout| timeout.as_secs()), Some(86_400));
    });
    for verb in ["confirm", "require_step_up"] {
        with_elicit(json!(format!("{verb}(manager)")), |elicit| assert_eq!(elicit.from.to_string(), "subject.id"));
    }
    for verb in ["require_attestation", "request_info", "require_review"] {
        with_elicit(json!({verb: {"name": "manager", "from": "data.owners['x']"}}), |elicit| {
            assert_eq!((elicit.verb, elicit.from.to_string().as_str()), (verb, "data.owners['x']"));
        });
    }
}

#[test]
fn mistakes_in_a_verb_that_asks_are_refused() {
    check(&[
        (
            json!(["require_review(manager)"]),
            &["rule.argument «manager» `require_review` does not say who is asked \
               (name the attribute that holds the person's id, as in `from: claim.manager`)"],
        ),
        (json!(["confirm(nobody)"]), &["rule.unknown_plugin «nobody» no channel is named `nobody`"]),
        (
            json!(["confirm(manager, scope: \"nothing.x == 1\")"]),
            &["rule.unknown_attribute «nothing.x» there is no attribute `nothing.x`"],
        ),
        (
            json!(["confirm(manager, timeout: soon)"]),
            &["rule.argument «soon» `soon` is no duration (write a number and a unit: `30s`, `5m`, `24h` or `7d`)"],
        ),
        (
            json!(["confirm(manager, timeout: 0s)"]),
            &["rule.argument «0s» `0s` is no duration (write a number and a unit: `30s`, `5m`, `24h` or `7d`)"],
        ),
        (
            json!(["confirm(manager, purpose: 'pay ${args.n}')"]),
            &["rule.argument «pay ${args.n}» `purpose` is shown as it is written and takes no `${}`"],
        ),
    ]);
}

#[test]
fn declassify_needs_a_label_and_a_reason() {
    let program =
        loaded(&json!(["declassify(secret, reason: 'reviewed')", {"declassify": {"label": "a:b", "reason": "x"}}]));
    let shown: Vec<_> = program
        .actions()
        .map(|action| match action {
            Action::Declassify(declassify) => (&*declassify.label, &*declassify.reason),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, [("secret", "reviewed"), ("a:b", "x")]);
    check(&[
        (
            json!(["declassify(secret)"]),
            &["rule.argument «secret» `declassify` needs a reason, which is recorded \
               (write `declassify(label, reason: 'why')`)"],
        ),
        (
            json!(["declassify('a b', reason: 'x')"]),
            &["rule.argument «a b» a label consists of the letters a to z, digits, `_`, `.`, `:` and `-`"],
        ),
    ]);
}

#[test]
fn a_restriction_is_lists_and_references_to_operator_data() {
    let map = json!({
        "allow_models": ["gpt-*"], "allow_regions": "data.regions[claim.country]", "max_cost_tier": "gold",
        "custom": {"gpu": true}, "on_empty": "fallback",
    });
    with_restrict(map, |restrict| {
        assert!(matches!(&restrict.allow_models, Some(Listed::Literal(names)) if **names == ["gpt-*".into()]));
        assert!(
            matches!(&restrict.allow_regions, Some(Listed::Data(path)) if path.to_string() == "data.regions[claim.country]")
        );
        assert_eq!(restrict.max_cost_tier.as_ref().map(|tier| tier.rank), Some(1));
        assert_eq!(*restrict.custom, [("gpu".into(), json!(true))]);
    });
    with_restrict(json!({"max_cost_tier": 3}), |restrict| {
        assert_eq!(restrict.max_cost_tier.as_ref().map(|tier| tier.rank), Some(3));
    });
}

#[test]
fn mistakes_in_a_restriction_are_refused() {
    check(&[
        (
            json!([{"restrict": {"on_empty": "deny"}}]),
            &["rule.argument «{'on_empty':'deny',}» this restricts nothing (name what may be chosen)"],
        ),
        (
            json!([{"restrict": {"allow_modles": ["a"]}}]),
            &["rule.argument «'allow_modles'» `restrict` has no key `allow_modles` (did you mean `allow_models`?)"],
        ),
        (
            json!([{"restrict": {"allow_models": "gpt-4"}}]),
            &["rule.argument «'gpt-4'» `allow_models` is a list, or the path of one in `data` \
               (write `allow_models: [a, b]` or `allow_models: data.allow_models`)"],
        ),
        (
            json!([{"restrict": {"allow_sites": [1]}}]),
            &["rule.argument «1» `allow_sites` is a list of texts (put each in quotes)"],
        ),
        (
            json!([{"restrict": {"max_cost_tier": "silver"}}]),
            &["rule.argument «'silver'» no cost tier is named `silver`"],
        ),
        (
            json!([{"restrict": {"max_cost_tier": -1}}]),
            &["rule.argument «-1» a cost tier is an integer from 0, or the name of one"],
        ),
        (
            json!([{"restrict": {"custom": {"a": []}, "on_empty": "no"}}]),
            &[
                "rule.argument «[]» a label of `custom` is text, a number or a boolean, not a list",
                "rule.argument «'no'» `on_empty` is `deny` or `fallback`",
            ],
        ),
        (
            json!(["restrict(x)"]),
            &["rule.step «restrict(x)» `restrict` is a step that is written as a map \
            (write `- restrict: ..`, without the quotes)"],
        ),
    ]);
}

#[test]
fn an_engine_takes_its_reactions_beside_it_or_inside() {
    let outside =
        json!([{"cel": {"expr": "a"}, "on_allow": ["taint(x)"], "on_deny": ["deny('no', 'mine')"], "id": "e"}]);
    let inside =
        json!([{"cel": {"expr": "a", "on_allow": ["taint(x)"], "on_deny": ["deny('no', 'mine')"]}, "id": "e"}]);
    for steps in [outside, inside] {
        assert_eq!(rules(&steps), ["e"]);
        let program = loaded(&steps);
        let asked: Vec<_> = program
            .sites()
            .filter_map(|site| match site.request {
                Request::Ask(ask) => Some((&*ask.dialect, ask.engine, ask.acts)),
                Request::Perform(_) => None,
            })
            .collect();
        assert_eq!(asked, [("cel", 0, false)]);
    }
    let names = json!([{"rebac": {"x": "${args.y}"}, "on_deny": ["run(scan)", {"args.z": "deny"}]}]);
    assert_eq!(
        rules(&names),
        ["route.policy[0]", "route.policy[0].on_deny[0]", "route.policy[0].on_deny[1]", "route.policy[0]"]
    );
    let acts = loaded(&names).sites().any(|site| matches!(site.request, Request::Ask(ask) if ask.acts));
    assert!(acts, "a plugin in a reaction acts on the outside");
}

#[test]
fn mistakes_about_engines_are_refused() {
    check(&[
        (
            json!([{"cel": {"expr": "a", "on_deny": []}, "on_allow": []}]),
            &["rule.step «'on_deny'» `cel` has reactions beside it and inside its map (keep those of one place)"],
        ),
        (json!([{"cel": {}}]), &["rule.argument «'cel'» `cel` needs `expr`"]),
        (
            json!([{"cel": {"exrp": "a", "expr": "b"}}]),
            &["rule.argument «'exrp'» `cel` has no key `exrp` (did you mean `expr`?)"],
        ),
        (
            json!([{"cedar": {"action": "x", "resource": {"type": "T", "id": "${args.x}"}}}]),
            &["rule.unknown_engine «'cedar'» no engine is named `cedar`"],
        ),
        (
            json!([{"cel": {"expr": "a"}, "do": "deny"}]),
            &["rule.step «'do'» `do` cannot stand beside `cel` (begin a step of its own with `- `)"],
        ),
        (
            json!([{"on_deny": ["deny"]}]),
            &["rule.step «'on_deny'» `on_deny` stands without a decision engine to react to \
               (write it beside `cel`, `cedar` or another engine)"],
        ),
        (
            json!([{"cel": {"expr": "a"}, "on_deny": "deny"}]),
            &["rule.step «'deny'» `on_deny` takes a list of steps, not text (begin each step with `- `)"],
        ),
        (
            json!(["opa(data.x)"]),
            &["rule.argument «data.x» the query stands in quotes (write `opa(\"data.x.allow\")`)"],
        ),
        (
            json!([{"rebac": {"a": "${args.x"}}]),
            &["rule.syntax «${» `${` is never closed (write `${subject.id}`, or leave the `$` out)"],
        ),
    ]);
    assert_eq!(
        rules(&json!(["opa(\"data.x.allow\")", "role.a: opa(\"data.y\")"])),
        ["route.policy[0]", "route.policy[1]"]
    );
}

#[test]
fn branches_are_named_by_their_place() {
    let steps = json!([{"parallel": ["role.a: deny", {"sequential": ["deny"]}]}]);
    assert_eq!(
        rules(&steps),
        ["route.policy[0].parallel", "route.policy[0].parallel[0]", "route.policy[0].parallel[1].sequential[0]"]
    );
}

#[test]
fn what_a_branch_may_not_do_is_refused_in_it() {
    let serial = "(move it before or after `parallel`)";
    let refused = |steps: Json, message: &str| {
        let found = findings(&json!([{"parallel": ["role.a: deny", steps]}]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("rule.misplaced") && found[0].contains(message), "{found:?}");
    };
    refused(json!("delegate(oauth, target: a)"), serial);
    refused(json!("confirm(manager)"), serial);
    refused(json!("args.x | redact"), serial);
    refused(json!("run(scan)"), "may modify the operation");
    refused(json!({"sequential": [{"role.a": ["run(scan)"]}]}), "may modify the operation");
    refused(json!({"cel": {"expr": "a"}, "on_allow": ["confirm(manager)"]}), serial);
    assert_eq!(
        findings(&json!([{"parallel": ["run(audit-log)", "taint(x)", {"cel": {"expr": "a"}}]}])),
        Vec::<String>::new()
    );
}

#[test]
fn a_step_that_waits_stands_before_the_operation_and_after_no_denial() {
    let found = phase(Phase::PostPolicy, &json!(["confirm(manager)"])).1;
    assert_eq!(
        found,
        ["rule.misplaced «confirm(manager)» `confirm` cannot wait after the operation, which has happened already \
                        (move it to `policy`)"]
    );
    let reaction = json!([{"cel": {"expr": "a"}, "on_deny": [{"when": "role.a", "do": "confirm(manager)"}]}]);
    assert_eq!(
        findings(&reaction),
        ["rule.misplaced «confirm(manager)» `confirm` cannot follow a denial, which no answer turns \
                                      into an allow (move it out of `on_deny`)"]
    );
    assert_eq!(findings(&json!([{"cel": {"expr": "a"}, "on_allow": ["confirm(manager)"]}])), Vec::<String>::new());
}

#[test]
fn a_field_operation_is_told_from_an_expression() {
    let fields = |steps: Json| -> Vec<String> {
        let program = loaded(&steps);
        program
            .actions()
            .map(|action| match action {
                Action::Rewrite(rewrite) => rewrite.field.to_string(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let steps = json!([
        "args.x | redact", "args.a.b | str | len(1..9)", "args[].ssn | mask(4)", "role.a: args.items[].x | omit(args.y | role.b)",
        {"role.a": "args.**.z|redact"}, "args.'a b' | str",
    ]);
    assert_eq!(fields(steps), ["x", "a.b", "[].ssn", "items[].x", "**.z", "'a b'"]);
    check(&[
        (json!(["args.x | args.y: deny"]), &[]),
        (
            json!(["args.x | redcat"]),
            &["rule.unknown_stage «redcat» there is no stage `redcat` (did you mean `redact`?)"],
        ),
        (
            json!(["result.x | redact"]),
            &["rule.misplaced «result.x | redact» there is no result before the operation (move it to `post_policy`)"],
        ),
    ]);
    let after = phase(Phase::PostPolicy, &json!(["result.x | redact", "args.x | redact"])).1;
    assert_eq!(
        after,
        [
            "rule.misplaced «args.x | redact» the arguments were used already: the operation has happened (move it to `policy`)"
        ]
    );
}
