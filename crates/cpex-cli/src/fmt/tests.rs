#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod properties;

use super::layout::layout;

fn check(written: &str, expected: &str) {
    let laid_out = layout("policy.yaml", written).unwrap_or_else(|refused| panic!("{written}\n{refused}"));
    assert_eq!(laid_out, expected, "of:\n{written}");
    assert_eq!(layout("policy.yaml", expected).unwrap(), expected, "again:\n{expected}");
}

#[test]
fn rules_get_their_canonical_spelling() {
    check(
        "routes:\n- tool: a\n  policy: ['require( role.hr )', deny]\n  result: {ssn: str|redact( !perm.v )}\n",
        "routes:\n  - tool: a\n    policy: [\"require(role.hr)\", deny]\n    result: { ssn: \"str | redact(!perm.v)\" }\n",
    );
    check(
        "global:\n  defaults: {tool: {args: {x: 'str|int'}}}\n  apl: {pre_invocation: [\"role.a:deny\"]}\n\
         groups: {g: {authorization: {post_invocation: [{when: \"!(args.x == 1)\", do: 'taint( a )'}]}}}\n",
        "global:\n  defaults: { tool: { args: { x: \"str | int\" } } }\n  apl: { pre_invocation: [\"role.a: deny\"] }\n\n\
         groups: { g: { authorization: { post_invocation: [{ when: \"args.x != 1\", do: \"taint(a)\" }] } } }\n",
    );
}

#[test]
fn steps_in_steps_are_rules_and_the_maps_of_effects_and_engines_are_not() {
    let steps = |steps: &str| format!("routes:\n  - tool: a\n    policy:\n{steps}");
    check(
        &steps("    - \"args.x==1\": [{sequential: [\"deny()\"]}]\n    - parallel: ['run( a )']\n      id: both\n"),
        &steps("      - \"args.x == 1\": [{ sequential: [deny] }]\n      - parallel: [\"run(a)\"]\n        id: both\n"),
    );
    let kept = [
        "      - deny: { reason: \"a==b : deny\" }\n",
        "      - cel: { expr: \"args.x==1\" }\n",
        "      - acme: { query: \"a==b : deny\" }\n",
        "      - \"a &&b\"\n",
        "      - 'not a rule \"'\n",
    ];
    check(&steps(&kept.concat()), &steps(&kept.concat()));
    check(
        &steps("    - cedar: {action: \"a==b\", on_deny: [\"deny( 'x' )\"]}\n      on_allow: ['taint( a )']\n"),
        &steps("      - cedar: { action: \"a==b\", on_deny: [\"deny('x')\"] }\n        on_allow: [\"taint(a)\"]\n"),
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "# head\n\n# more\nroutes:   # routes\n# first\n- tool: a # a\n  # of policy\n  policy: # steps\n\n\
         \x20 # x\n  - deny   # d\n    # foot of steps\n\n  # foot of a\n# b\n- tool: b\n  # foot of b\n# end\n",
        "# head\n\n# more\nroutes: # routes\n  # first\n  - tool: a # a\n    # of policy\n    policy: # steps\n\
         \x20     # x\n      - deny # d\n      # foot of steps\n\n    # foot of a\n\n  # b\n  - tool: b\n    # foot of b\n# end\n",
    );
}

#[test]
fn comments_in_brackets_stay_where_they_are() {
    check(
        "policy: [ # begin\n  a, # one\n  # above two\n  {b: 1, # key\n   c: 2}, # three\n  # foot\n] # end\nx: [ # none\n]\n",
        "policy: # begin\n  - a # one\n  # above two\n  - # three\n    b: 1 # key\n    c: 2\n  # foot\n  # end\n\nx: [] # none\n",
    );
}

#[test]
fn comments_behind_signs_stay_where_they_are() {
    check(
        "- # of a\n  # above a\n  a: 1\n- &x # of x\n  b: | # lines\n     text\n- # nothing\n- - # deep\n    c\n",
        "- # of a\n  # above a\n  a: 1\n- &x # of x\n  b: | # lines\n    text\n- # nothing\n- - c # deep\n",
    );
    check("a: # above\n  # more\n  b # behind\n", "# more\n# above\na: b # behind\n");
    check("# a\n\n-\n\n  # b\n\n  c: 1\n", "# a\n\n# b\n\n- c: 1\n");
    check("--- # start\na: 1\n... # stop\n# end\n", "# start\na: 1\n# stop\n# end\n");
}

#[test]
fn blank_lines_are_one_and_part_what_is_long() {
    check(
        "\n\na: 1\n\n\n\nb: 2\nc:\n\n  d: 1\n\n\n  e: 2\n\nf: 1\n\n\n",
        "a: 1\n\nb: 2\n\nc:\n  d: 1\n\n  e: 2\n\nf: 1\n",
    );
    let routes = "routes:\n  - tool: a\n    policy: [deny]\n\n  # b\n  - tool: b\n    args: { x: str }\n\n  - { tool: c }\n  - { tool: d }\n";
    check(&routes.replace("\n\n", "\n"), routes);
}

#[test]
fn anchors_and_aliases_keep_their_values() {
    check(
        "x-a: &a   {b: 'c'}\nx-b: [ *a,*a ]\n&k key: *a\n? &l long\n: &n\n",
        "x-a: &a { b: c }\nx-b: [*a, *a]\n&k key: *a\n&l long: &n\n",
    );
    check("- &a\n  b: 1\n- &c d\n- &e [f]\n", "- &a\n  b: 1\n- &c d\n- &e [f]\n");
    // The text of an anchor may be given again where it is no rule.
    let shared = "routes:\n  - tool: a\n    policy: [&s \"require( role.a )\"]\n    description: *s\n";
    check(shared, shared);
}

#[test]
fn lines_under_a_sign_keep_their_value() {
    check("a: |\n     one\n\n       two  \n\n\nb: 1\n", "a: |\n  one\n\n    two  \n\nb: 1\n");
    check(
        "- >-\n  one\n  two\n- |2\n     x\n- |+\n  keep\n\n- ''\n",
        "- >-\n  one\n  two\n- |2\n     x\n- |+\n  keep\n\n- \"\"\n",
    );
    check("a: |+\n  x\n\n\nb:\n - 1\n", "a: |+\n  x\n\n\nb:\n  - 1\n");
    check("a: |\n  x\n   \n   y\n", "a: |\n  x\n   \n   y\n");
    check("a: |\nb: >-\n\n\nc: |+\n\n\n", "a: |\nb: >-\n\nc: |+\n\n\n");
    check("a: |\n  last", "a: |\n  last\n");
}

#[test]
fn long_texts_keep_their_lines_and_cut_rules_are_joined() {
    check("a: one\n      two\n\n      three\nb: \"x \\\n   y\"\n", "a: one\n  two\n\n  three\n\nb: \"x \\\n  y\"\n");
    check(
        "routes:\n  - tool: a\n    policy:\n      - \"require(\n          role.a)\"\n",
        "routes:\n  - tool: a\n    policy:\n      - \"require(role.a)\"\n",
    );
}

#[test]
fn brackets_stay_where_they_fit() {
    let long = "a: [".to_owned() + &["word"; 19].join(", ") + "]\n";
    assert_eq!(long.trim_end().len(), 117);
    check(&long, &long);
    check(&long.replace("a:", "abcd:"), &long.replace("a:", "abcd:"));
    let broken = "abcde:\n".to_owned() + &"  - word\n".repeat(19);
    check(&long.replace("a:", "abcde:"), &broken);
    check("[]\n", "[]\n");
    check("a: {b: {}, c, d: , 'e': [f: g]}\n", "a: { b: {}, c: null, d: null, e: [{ f: g }] }\n");
}

#[test]
fn json_stays_json() {
    check(
        "{\"routes\":[{\"tool\":\"a\",\"policy\":[\"require( role.hr )\",\"\\u00e9\"], \"x\": 1.50}]}",
        "{ \"routes\": [{ \"tool\": \"a\", \"policy\": [\"require(role.hr)\", \"\\u00e9\"], \"x\": 1.50 }] }\n",
    );
    let long = "x".repeat(110);
    check(&format!("{{\"a\":[\"{long}\",{{}}]}}"), &format!("{{\n  \"a\": [\n    \"{long}\",\n    {{}}\n  ]\n}}\n"));
}

#[test]
fn odd_files_are_laid_out() {
    check("", "");
    check("\n  \n", "");
    check("\n# only\n\n", "# only\n");
    check("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\n\nb: |\n  x\n  y\n");
    check("text", "text\n");
    check("~", "~\n");
    check("a:\t1\t# c\n", "a: 1 # c\n");
    check("a: 1   ", "a: 1\n");
    check("'a b': \"yes\"\n\"\": 'it''s'\n", "a b: \"yes\"\n\"\": \"it's\"\n");
}

#[test]
fn what_is_no_document_is_refused_in_the_words_of_the_reader() {
    for (text, code) in [
        ("a:\n\tb: 1\n", "document.syntax"),
        ("a: 1\na: 2\n", "document.duplicate_key"),
        ("a: !b c\n", "document.tag"),
        ("a: 1\n---\nb: 2\n", "document.several"),
        ("a: *b\n", "document.alias"),
        ("<<: a\n", "document.merge_key"),
        ("%YAML 1.2\n---\na: 1\n", "document.tag"),
    ] {
        let refused = layout("policy.yaml", text).unwrap_err().to_string();
        assert!(
            refused.starts_with("policy.yaml:") && refused.contains(&format!("error[{code}]")),
            "{text}: {refused}"
        );
    }
}

#[test]
fn what_cannot_be_laid_out_without_loss_is_refused() {
    let refused = layout("policy.yaml", "? |\n  a\n: b\n").unwrap_err().to_string();
    assert!(refused.starts_with("`policy.yaml` is written in a way that this command cannot lay out"), "{refused}");
}
