//! What conditions make of what is absent, of no number, too large or empty, and of strange text.

use cpex::cmf::{Delegation, Identity, NameSet, Subject};
use cpex::{Answer, Caller};
use serde_json::{Value as Json, json};

use super::monitor::{End, args, call, denied, refused, tool};

fn holds(condition: &str, arguments: &Json) -> Option<bool> {
    let policy = json!({ "routes": [{ "tool": "t", "policy": [{ "when": condition, "do": "deny" }] }] });
    match args(&policy.to_string(), arguments) {
        End::Allowed(..) => Some(false),
        End::Denied(code) if code == "policy.denied" => Some(true),
        End::Denied(code) => {
            assert_eq!(code, "policy.type_error", "`{condition}`");
            None
        }
    }
}

#[test]
fn trap_14_unequal_and_not_in_hold_for_what_is_absent() {
    for condition in ["args.a != 'x'", "args.a not in ['x']", "args.a.b != args.c", "args.a not in args.c"] {
        assert_eq!(holds(condition, &json!({})), Some(true), "`{condition}`");
        assert_eq!(holds(condition, &json!({ "a": null })), Some(true), "`{condition}` of null");
        assert_eq!(
            holds(&format!("exists(args.a) & {condition}"), &json!({})),
            Some(false),
            "`{condition}` and exists"
        );
    }
}

#[test]
fn trap_15_an_order_with_what_is_no_number_denies_and_no_sign_turns_it() {
    let huge = 9_007_199_254_740_993_u64;
    let none = ["", " 1", "0x10", "1_000", "NaN", "Infinity", "1e999", "+1", "01", "١", "1.", "lots"].map(Json::from);
    for value in none.into_iter().chain([json!(true), json!([1]), json!({})]) {
        for condition in
            ["args.a > 10", "args.a <= 10", "!(args.a > 10)", "args.a > 10 | true == args.b", "10 < args.a"]
        {
            let arguments = json!({ "a": value, "b": true });
            assert_eq!(holds(condition, &arguments), None, "`{condition}` of {value}");
        }
    }
    for condition in ["args.a > 1.5", "!(args.a > 1.5)", "args.a < args.b"] {
        assert_eq!(holds(condition, &json!({ "a": huge, "b": 9_007_199_254_740_992.0_f64 })), None, "`{condition}`");
    }
    assert_eq!(holds("args.a > 9007199254740992", &json!({ "a": huge })), Some(true));
    assert_eq!(holds("args.a > 10", &json!({ "a": "11" })), Some(true));
}

#[test]
fn trap_16_a_chain_past_the_range_of_integers_is_still_deep() {
    let policy = r#"{ routes: [ { tool: t, policy: ["delegation.depth > 3: deny", "!delegated: deny"] } ] }"#;
    let end = |depth| {
        let chain = Delegation { depth, ..Delegation::default() };
        let operation = tool(&Json::Null).with_draft(|draft| draft.delegation(chain));
        call(policy, operation, Answer::structured(Json::Null))
    };
    assert!(matches!(end(3), End::Allowed(..)));
    for depth in [4, i64::MAX.unsigned_abs(), i64::MAX.unsigned_abs() + 1, u64::MAX] {
        assert_eq!(end(depth), denied("policy.denied"), "{depth}");
    }
}

#[test]
fn trap_17_an_empty_set_is_present_and_a_claim_keeps_its_shape() {
    assert_eq!(holds("subject.roles == subject.teams", &json!({})), Some(true));
    assert_eq!(holds("exists(args.l) & !args.l", &json!({ "l": [] })), Some(true));
    assert_eq!(holds("args.l contains 'x'", &json!({ "l": [] })), Some(false));
    let claims = json!({ "flag": "false", "count": 1, "list": [1, "1"], "deep": { "a": { "b": true } } });
    let by_eve = |condition: &str| {
        let subject = Subject {
            id: "eve".to_owned(),
            roles: NameSet::from_iter(["admin.readonly"]),
            claims: claims.as_object().cloned().unwrap_or_default(),
            ..Subject::default()
        };
        let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
        let policy = json!({ "routes": [{ "tool": "t", "policy": [format!("require({condition})")] }] });
        call(&policy.to_string(), tool(&Json::Null).caller(caller), Answer::structured(Json::Null))
    };
    for condition in ["claim.flag == 'false'", "claim.count == 1", "claim.list contains 1", "claim.deep.a.b"] {
        assert!(matches!(by_eve(condition), End::Allowed(..)), "`{condition}`");
    }
    assert_eq!(by_eve("claim.flag"), denied("policy.type_error"));
    assert_eq!(by_eve("claim.count == '1'"), denied("policy.require_failed"));
}

#[test]
fn trap_17_a_dotted_role_makes_no_alias_of_what_stands_before_its_dot() {
    let eve = || {
        let subject =
            Subject { id: "eve".to_owned(), roles: NameSet::from_iter(["admin.readonly"]), ..Subject::default() };
        Caller::vouched(Identity { subject: Some(subject), ..Identity::default() })
    };
    let end = |condition: &str| {
        let policy = json!({ "routes": [{ "tool": "t", "policy": [format!("require({condition})")] }] });
        call(&policy.to_string(), tool(&Json::Null).caller(eve()), Answer::structured(Json::Null))
    };
    assert_eq!(end("role.admin"), denied("policy.require_failed"));
    assert!(matches!(end("role['admin.readonly']"), End::Allowed(..)));
    assert!(matches!(end("subject.roles contains 'admin.readonly'"), End::Allowed(..)));
}

/// A rule alone on its line, refused where it is wrong.
fn column(rule: &str) -> Vec<String> {
    let line = format!("routes:\n  - tool: t\n    policy:\n      - {}", json!(rule));
    refused(&line).into_iter().map(|(_, place)| place).collect()
}

#[test]
fn trap_18_a_quote_without_a_partner_is_refused_where_it_stands() {
    // The rule stands from column 10 on.
    for (rule, at) in [
        ("'", "10"),
        ("args.a == 'x", "20"),
        ("args.a == \"x'", "20"),
        ("require(args.a == 'x)", "28"),
        ("role.hr: deny('no)", "24"),
        ("args.ü == 'größe", "20"),
    ] {
        let (places, expected) = (column(rule), format!("4:{at}"));
        assert!(places.contains(&expected), "`{rule}` is refused at {places:?}, not at {expected}");
    }
}

#[test]
fn trap_18_signs_inside_quotes_end_nothing_and_lose_no_action() {
    for text in [")", ":", "|", "a: deny", "x | y", "(", "]", ",", "größe: 𝄞 | é"] {
        let rule = format!("args.a == '{text}': deny('told: ({text})', 'mine.stop')");
        let policy = json!({ "routes": [{ "tool": "t", "policy": [rule] }] }).to_string();
        assert_eq!(args(&policy, &json!({ "a": text })), denied("policy.denied"), "{text}");
        assert!(matches!(args(&policy, &json!({ "a": "other" })), End::Allowed(..)), "{text}");
    }
}

#[test]
fn trap_18_signs_of_other_languages_are_refused_and_columns_count_characters() {
    assert_eq!(column("role.größe & role.b: deny"), ["4:17"]);
    assert_eq!(column("args['é𝄞'] == 1 && x: deny"), ["4:26"]);
    assert_eq!(column("role.a || role.b: deny"), ["4:17"]);
}
