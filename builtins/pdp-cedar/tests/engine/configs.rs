//! What a config may be, and what is said of one that is not.

use cpex_sdk::testing::FixedFiles;
use serde_json::{Value as Json, json};

use super::support::{alice, answer, built, refused, refused_step, told};

fn step() -> Json {
    json!({ "action": "view", "resource": { "type": "Doc", "id": "d" } })
}

#[test]
fn policies_are_given_in_one_way() {
    let none = [": there are no policies (give `policy_text` or `policy_files`)"];
    assert_eq!(refused(Json::Null), none);
    assert_eq!(refused(json!({ "policy_files": [] })), none);
    assert_eq!(
        refused(json!({ "policy_text": "", "policy_files": "a.cedar" })),
        ["policy_files: `policy_text` and `policy_files` are given both (keep one of them)"]
    );
    assert_eq!(refused(json!({ "policy_text": 1 })), ["policy_text: expected text, found a number"]);
}

#[test]
fn a_mistake_is_told_at_its_offset_in_the_words_of_cedar() {
    for (text, expected) in [
        (
            "permit(principal, action);",
            "@24: this policy is missing the `resource` variable in the scope (policy scopes must contain a `principal`, `action`, and `resource` element in that order)",
        ),
        ("permit(principal, action, resource)", "@35: unexpected end of input (expected `;` or identifier)"),
        (
            "permit(principal, action, resource) when { 'x' };",
            "@43: invalid token (strings must use double quotes, not single quotes)",
        ),
        ("@id(\"ü\") permit(principal, action, resource) when { principal.a > };", "@67: unexpected token `}`"),
        (
            "permit(principal, action, resource)\n  when { principal.a.contins(1) };",
            "@45: `contins` is not a valid method, at line 2, column 10 of the text",
        ),
        (
            "permit(principal, action, resource) when { ipp(\"x\") };",
            "@43: `ipp` is not a valid function (did you mean `ip`?)",
        ),
    ] {
        let found = refused(json!({ "policy_text": text }));
        assert!(
            found.len() == 1 && found.iter().all(|found| found.starts_with(&format!("policy_text{expected}"))),
            "{found:?}"
        );
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = "permit(principal, action, resource) when { principal.f() };\npermit(principal, action, resorce);";
    let found = refused(json!({ "policy_text": text }));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_template_is_refused_at_its_slot() {
    let text = "// ?principal is no slot here\npermit(principal == ?principal, action, resource);";
    let expected = "policy_text@50: a template, which nothing links here, at line 2, column 21 of the text (write a policy without `?principal` and `?resource`)";
    assert_eq!(refused(json!({ "policy_text": text })), [expected]);
}

#[test]
fn an_id_names_one_policy() {
    let text = "@id(\"a\") permit(principal, action, resource);\n@id(\"a\") forbid(principal, action, resource);";
    assert_eq!(
        refused(json!({ "policy_text": text })),
        ["policy_text@46: two policies have the id `a`, at line 2, column 1 of the text"]
    );
    let text = "permit(principal, action, resource);\n@id(\"policy0\") forbid(principal, action, resource);";
    assert_eq!(
        refused(json!({ "policy_text": text })),
        ["policy_text@37: two policies have the id `policy0`, at line 2, column 1 of the text"]
    );
}

#[test]
fn policies_of_several_files_are_named_by_them() {
    let files = FixedFiles::default()
        .with("a.cedar", "permit(principal, action, resource); @id(\"own\") permit(principal, action, resource);")
        .with("b.cedar", "permit(principal, action, resource);");
    let engine = built(json!({ "policy_files": ["a.cedar", "b.cedar"] }), files).unwrap();
    let verdict = answer(&engine, &step(), &alice()).unwrap();
    assert_eq!(verdict.policies, ["a.cedar:policy0", "own", "b.cedar:policy0"]);
}

#[test]
fn a_mistake_in_a_file_is_told_of_the_file() {
    let files =
        FixedFiles::default().with("a.cedar", "permit(principal, action, resource);").with("b.cedar", "permit(");
    let faults = built(json!({ "policy_files": ["a.cedar", "b.cedar", "c.cedar"] }), files.clone()).err().unwrap();
    assert_eq!(told(&faults), ["policy_files.2: cannot read `c.cedar`: there is no such file"]);
    let faults = built(json!({ "policy_files": ["a.cedar", "b.cedar"] }), files).err().unwrap();
    let found = told(&faults);
    assert!(
        found.iter().all(|found| found.starts_with("policy_files.1[b.cedar]@7: unexpected end of input")),
        "{found:?}"
    );
}

#[test]
fn a_step_is_checked_as_it_is_written() {
    let engine = built(json!({ "policy_text": "" }), FixedFiles::default()).unwrap();
    let resource = |resource: Json| json!({ "action": "view", "resource": resource });
    for (step, expected) in [
        (json!({ "action": "view" }), ": the key `resource` is missing"),
        (json!({ "action": 1, "resource": { "type": "Doc", "id": "d" } }), "action: expected text, found a number"),
        (
            json!({ "action": "Ns::Do::\"x\"", "resource": { "type": "Doc", "id": "d" } }),
            "action: `Ns::Do::\"x\"` is no action (write `view`, or in full `Ns::Action::\"view\"`)",
        ),
        (resource(json!({ "type": "Doc" })), "resource: the key `id` is missing"),
        (
            resource(json!({ "type": "Doc", "id": "d", "attrs": {} })),
            "resource.attrs: unknown key `attrs` (the keys here are `type`, `id`, `attributes`)",
        ),
        (
            resource(json!({ "type": "a b", "id": "d" })),
            "resource.type: `a b` is no type of entities (write it as in `Ns::Doc`)",
        ),
        (
            resource(json!({ "type": "${args.type}", "id": "d" })),
            "resource.type: the type of an entity is written, and not filled in (fill in its `id`)",
        ),
        (
            resource(json!({ "type": "Doc", "id": "d", "attributes": "x" })),
            "resource.attributes: expected a map, found text",
        ),
    ] {
        assert_eq!(refused_step(&engine, &step), [expected]);
    }
}

#[test]
fn a_value_that_cedar_has_none_of_is_refused_by_its_key() {
    let engine = built(json!({ "policy_text": "" }), FixedFiles::default()).unwrap();
    let attribute = |value: Json| {
        let resource = json!({ "type": "Doc", "id": "d", "attributes": { "rate": value } });
        refused_step(&engine, &json!({ "action": "view", "resource": resource })).join("; ")
    };
    let at = "resource.attributes.rate";
    for (value, expected) in [
        (
            json!(0.5),
            format!(
                "{at}: `{at}` is or holds a number that is no whole number of 64 bits (write a whole number, text or `{{ __extn: {{ fn: decimal, arg: '0.5' }} }}`)"
            ),
        ),
        (json!(u64::MAX), format!("{at}: `{at}` is or holds a number that is no whole number of 64 bits")),
        (json!(null), format!("{at}: `{at}` is or holds null, which Cedar has none of")),
        (json!([{ "deep": null }]), format!("{at}.0.deep: `{at}.deep` is or holds null, which Cedar has none of")),
        (
            json!({ "__extn": { "fn": "decimal", "arg": "0.12345" } }),
            format!("{at}.__extn.arg: `decimal` takes no `0.12345`"),
        ),
        (
            json!({ "__extn": { "fn": "float", "arg": "0.5" } }),
            format!(
                "{at}.__extn.fn: no extension makes values by `float` (write one of `ip`, `decimal`, `datetime`, `duration`)"
            ),
        ),
        (
            json!({ "__expr": "1 + 1" }),
            format!("{at}: no such value (write `__entity: {{type, id}}` or `__extn: {{fn, arg}}`, alone in its map)"),
        ),
        (
            json!({ "__entity": { "type": "User", "id": 1 } }),
            format!("{at}.__entity: expected a map of two texts, `type` and `id`"),
        ),
        (
            json!({ "__entity": { "type": "${args.type}", "id": "x" } }),
            format!("{at}.__entity.type: the type of an entity is written, and not filled in (fill in its `id`)"),
        ),
    ] {
        assert_eq!(attribute(value), expected);
    }
}
