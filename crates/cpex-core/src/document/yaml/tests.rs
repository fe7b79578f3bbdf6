#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

use apl_core::node::{Layout, Node, Value};
use apl_core::span::Sources;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::limits::Limits;
use super::{Parsed, read};

fn parse(text: &str, limits: &Limits) -> (Sources, Parsed) {
    let sources = Sources::single("d", text);
    let parsed = read(&sources, 0, limits);
    (sources, parsed)
}

fn tree(text: &str) -> Node {
    let (sources, Parsed { root, faults }) = parse(text, &Limits::default());
    let shown: Vec<String> = faults.iter().map(|fault| fault.render(&sources)).collect();
    assert!(shown.is_empty(), "{text:?}: {shown:#?}");
    root.unwrap()
}

/// `line:column code: message` of every fault.
fn faults(text: &str) -> Vec<String> {
    faults_within(text, &Limits::default())
}

fn faults_within(text: &str, limits: &Limits) -> Vec<String> {
    let (sources, parsed) = parse(text, limits);
    let shown = |fault: &apl_core::diagnostic::Diagnostic| {
        let place = sources.position(fault.span);
        format!("{}:{} {}: {}", place.line, place.column, fault.code.name, fault.message)
    };
    parsed.faults.iter().map(shown).collect()
}

/// Where in the source a part of a text value stands.
fn written<'t>(text: &'t str, node: &Node, part: &str) -> &'t str {
    let value = node.text().unwrap();
    let start = value.value.find(part).unwrap();
    let span = value.span_of(start..start + part.len());
    &text[span.start as usize..span.end as usize]
}

#[test]
fn scalars_are_what_json_says_and_text_otherwise() {
    let text = "[null, ~, true, false, 0, -1, 1.5, 2e3, yes, No, True, NULL, 007, 0x1f, 1_000, +1, .5, 1., 1:30, .nan]";
    let expected = json!([
        null, null, true, false, 0, -1, 1.5, 2e3, "yes", "No", "True", "NULL", "007", "0x1f", "1_000", "+1", ".5",
        "1.", "1:30", ".nan"
    ]);
    assert_eq!(tree(text).to_json(), expected);
    assert_eq!(
        tree("a: '1'\nb: \"true\"\nc: |\n  null\nd:\n").to_json(),
        json!({"a": "1", "b": "true", "c": "null\n", "d": null})
    );
}

#[test]
fn a_number_that_no_type_holds_is_refused() {
    assert_eq!(faults("a: 1e999"), ["1:4 document.number: the number `1e999` is too large"]);
}

#[test]
fn keys_become_text() {
    let expected = json!({"1": 1, "true": 2, "~": 3, "null": 4, "a b": 5});
    assert_eq!(tree("1: 1\ntrue: 2\n~: 3\nnull: 4\n'a b': 5\n").to_json(), expected);
    assert_eq!(tree(": 1\n").to_json(), json!({"": 1}));
}

#[test]
fn a_key_that_is_no_text_is_refused() {
    assert_eq!(faults("? [a]\n: 1\nb: 2"), ["1:3 document.key: a key is text, not a list"]);
}

#[test]
fn an_empty_text_is_null() {
    for text in ["", "\n", "# nothing\n", "---\n", "---\n...\n"] {
        assert_eq!(tree(text).to_json(), Json::Null, "{text:?}");
    }
}

#[test]
fn spans_are_bytes_whatever_stands_before() {
    let text = "é: ü\n\u{1f600}: [ 'ß', x ]\r\nt:\t\"v\"\r\nz: end";
    let root = tree(text);
    let spans: Vec<&str> = root
        .entries()
        .iter()
        .flat_map(|entry| [entry.key.span, entry.value.span])
        .map(|span| &text[span.start as usize..span.end as usize])
        .collect();
    assert_eq!(spans, ["é", "ü", "\u{1f600}", "[ 'ß', x ]", "t", "\"v\"", "z", "end"]);
    let sources = Sources::single("d", text);
    let place = |key: &str| sources.place(root.get(key).unwrap().span);
    assert_eq!([place("é"), place("\u{1f600}"), place("t"), place("z")], ["d:1:4", "d:2:4", "d:3:4", "d:4:4"]);
}

#[test]
fn a_block_collection_ends_with_its_content() {
    let text = "a:\n  - b: 1\n\n# comment\n\nc: 2\n";
    let span = tree(text).get("a").unwrap().span;
    assert_eq!(&text[span.start as usize..span.end as usize], "- b: 1");
}

#[test]
fn plain_and_quoted_texts_without_escapes_lie_verbatim() {
    let text = "- deny now\n- 'it is, é'\n- \"so: #1\"\n";
    let root = tree(text);
    for node in root.one_or_many() {
        let value = node.text().unwrap();
        let Layout::Verbatim { start } = value.layout else { panic!("{value:?}") };
        assert!(text[start as usize..].starts_with(&value.value));
    }
}

#[test]
fn escapes_are_mapped_to_where_they_stand() {
    let text = r#"- 'it''s role.x'
- "say \"é\" \u00e9\t\x41 role.x"
- "\ud83d\ude00 role.x"
"#;
    let root = tree(text);
    let [single, double, pair] = root.one_or_many() else { panic!("{root:?}") };
    assert_eq!(written(text, single, "'"), "''");
    assert_eq!(double.text().unwrap().value, "say \"é\" é\tA role.x");
    assert_eq!(written(text, double, "\"é\""), "\\\"é\\\"");
    assert_eq!(written(text, double, "é\tA"), "\\u00e9\\t\\x41");
    assert_eq!(written(text, pair, "\u{1f600}"), "\\ud83d\\ude00");
    for node in root.one_or_many() {
        assert_eq!(written(text, node, "role.x"), "role.x");
        assert_eq!(
            written(text, node, &node.text().unwrap().value).len(),
            node.span.end as usize - node.span.start as usize - 2
        );
    }
}

#[test]
fn every_escape_of_yaml_is_mapped() {
    let text = r#""\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u0042\U00000043""#;
    let root = tree(text);
    assert!(matches!(root.text().unwrap().layout, Layout::Mapped(_)), "{root:?}");
    assert_eq!(written(text, &root, "ABC"), r"\x41\u0042\U00000043");
}

#[test]
fn a_text_over_several_lines_is_pointed_at_by_its_first_character() {
    let text = "- plain\n  folded\n- 'quoted\n  folded'\n- |\n  literal\n- >-\n  folded\n";
    for node in tree(text).one_or_many() {
        let value = node.text().unwrap();
        assert!(matches!(value.layout, Layout::Folded), "{value:?}");
        assert_eq!(value.span_of(3..5).start, value.span.start);
    }
}

#[test]
fn a_key_given_twice_names_both_places_and_the_first_stays() {
    let text = "a: 1\n\"b\": 2\na: 3\nc: {x: 1, 'x': 2}\n";
    let (_, parsed) = parse(text, &Limits::default());
    assert_eq!(
        faults(text),
        [
            "4:11 document.duplicate_key: the key `x` is given twice, here and at d:4:5",
            "3:1 document.duplicate_key: the key `a` is given twice, here and at d:1:1",
        ]
    );
    assert_eq!(parsed.root.unwrap().to_json(), json!({"a": 1, "b": 2, "c": {"x": 1}}));
}

#[test]
fn keys_that_read_alike_are_one_key() {
    assert_eq!(faults("1: a\n'1': b\n"), ["2:1 document.duplicate_key: the key `1` is given twice, here and at d:1:1"]);
}

#[test]
fn the_merge_key_is_refused_by_name() {
    assert_eq!(
        faults("x: &x {a: 1}\ny:\n  <<: *x\n  b: 2\n"),
        ["3:3 document.merge_key: the merge key `<<` is not supported"]
    );
    assert_eq!(tree("'<<': 1").to_json(), json!({"<<": 1}));
}

#[test]
fn tags_are_refused_and_a_negated_step_is_answered_with_its_quoted_line() {
    let (sources, parsed) = parse("- !role.guest: deny\n- !!str 5\n", &Limits::default());
    let shown: Vec<String> = parsed.faults.iter().map(|fault| fault.render(&sources)).collect();
    assert_eq!(shown.len(), 2, "{shown:#?}");
    assert!(shown[0].starts_with("d:1:3: error[document.tag]: `!role.guest:` is read as a YAML tag"), "{}", shown[0]);
    assert!(shown[0].contains("help: if this is a step, quote it: `- \"!role.guest: deny\"`"), "{}", shown[0]);
    assert!(shown[1].starts_with("d:2:3: error[document.tag]: `!!str`"), "{}", shown[1]);
}

#[test]
fn aliases_are_expanded_where_they_stand() {
    let text = "x-a: &a {k: [1]}\nb: *a\nc: [*a, &d t, *d]\n";
    let expected = json!({"x-a": {"k": [1]}, "b": {"k": [1]}, "c": [{"k": [1]}, "t", "t"]});
    assert_eq!(tree(text).to_json(), expected);
}

#[test]
fn aliases_that_lead_nowhere_are_refused() {
    assert_eq!(
        faults("a: *b\nc: &c [*c]\nd: &d k\n*d : 1\n"),
        [
            "1:4 document.alias: nothing before this is anchored as `&b`",
            "2:8 document.alias: `*c` stands within what it is an alias of",
            "4:1 document.alias: a key is written out, `*d` is an alias",
        ]
    );
}

#[test]
fn what_aliases_expand_to_is_bounded() {
    let mut text = "x0: &x0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n".to_owned();
    for level in 1..12 {
        let below = level - 1;
        text.push_str(&format!("x{level}: &x{level} [{}]\n", vec![format!("*x{below}"); 9].join(", ")));
    }
    let limits = Limits { nodes: 10_000, ..Limits::default() };
    let faults = faults_within(&text, &limits);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].contains("document.limit: the document has more than 10000 values"), "{faults:#?}");
}

#[test]
fn nested_anchors_count_what_they_keep() {
    let text = format!("{}[{}]", "&a [".repeat(20), vec!["1"; 500].join(",")) + &"]".repeat(20);
    let limits = Limits { nodes: 5_000, ..Limits::default() };
    assert!(faults_within(&text, &limits)[0].contains("more than 5000 values"));
}

#[test]
fn nesting_is_bounded_in_both_styles_and_through_aliases() {
    let limits = Limits { depth: 4, ..Limits::default() };
    let deep =
        ["[[[[[1]]]]]", "a:\n b:\n  c:\n   d:\n    e: 1\n", "{a: {b: {c: {d: {e: 1}}}}}", "- &x [[1]]\n- [[*x]]\n"];
    for text in deep {
        let faults = faults_within(text, &limits);
        assert_eq!(faults.len(), 1, "{text:?} {faults:#?}");
        assert!(faults[0].ends_with("document.limit: lists and maps nest deeper than 4 levels"), "{faults:#?}");
    }
    assert!(faults_within("[[[[1]]]]", &limits).is_empty());
    assert!(faults_within("- &x [[1]]\n- [*x]\n", &limits).is_empty());
}

#[test]
fn a_text_past_the_limit_is_not_read() {
    let limits = Limits { bytes: 4, ..Limits::default() };
    assert!(faults_within("a: 1", &limits).is_empty());
    assert_eq!(faults_within("a: 12", &limits), ["1:1 document.limit: the document is larger than 4 bytes"]);
}

#[test]
fn one_file_holds_one_document() {
    assert_eq!(faults("a: 1\n---\nb: 2\n"), ["2:1 document.several: a second document begins here"]);
    assert_eq!(
        faults("%YAML 1.2\n---\na: 1\n"),
        ["1:1 document.tag: YAML directives are not supported; remove the line"]
    );
}

#[test]
fn syntax_errors_are_told_in_plain_words() {
    for (text, expected) in [
        ("a: [1, 2", "`[` is never closed"),
        ("a: {b: 1", "`{` is never closed"),
        ("a: 'b", "this quote is never closed"),
        ("a: 1\n b: 2\n", "a key cannot stand here"),
        ("a: \"\\q\"", "an escape that double quotes do not know"),
        ("a:\n\t- b\n", "a tab cannot indent"),
        ("a: [1}", "is closed by"),
        ("a: @b", "the character `@` cannot stand here"),
        ("a: x\n\t# y\n  z\n", "a comment needs a blank before `#`, and here is a tab"),
    ] {
        let faults = faults(text);
        assert_eq!(faults.len(), 1, "{text:?} {faults:#?}");
        assert!(faults[0].contains("document.syntax: ") && faults[0].contains(expected), "{text:?} {faults:#?}");
    }
}

#[test]
fn a_step_that_yaml_cannot_read_is_answered_with_its_quoted_line() {
    let (sources, parsed) = parse("policy:\n  - !(role.a & role.b): deny\n", &Limits::default());
    let shown: String = parsed.faults.iter().map(|fault| fault.render(&sources)).collect();
    assert!(shown.contains("quote it: `- \"!(role.a & role.b): deny\"`"), "{shown}");
}

#[test]
fn places_count_characters_in_every_line_ending() {
    for text in ["é: 1\né: 2\n", "é: 1\r\né: 2\r\n"] {
        assert_eq!(faults(text), ["2:1 document.duplicate_key: the key `é` is given twice, here and at d:1:1"]);
    }
    assert_eq!(faults("{ üü: 1, üü: 2 }")[0].split(' ').next(), Some("1:10"));
}

#[test]
fn escaped_control_characters_are_read() {
    assert_eq!(tree(r#""\u007f\u0000\u0085""#).to_json(), json!("\u{7f}\0\u{85}"));
}

/// Any JSON value, of characters that YAML prints: JSON may hold others bare, which YAML wants escaped.
fn json_value() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "[ -~\t\n\u{a0}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}\u{10000}-\u{10ffff}]{0,12}",
        "[-?:,{}&*!|>'\"%@`#~<=. 0-9a-f\\\\]{0,8}",
        Just("<<".to_owned()),
        Just("null".to_owned()),
        "a{1500}",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(text.clone(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// Every span lies within the text on boundaries of characters, and within the span of what holds it.
fn check_spans(text: &str, node: &Node) {
    let range = node.span.start as usize..node.span.end as usize;
    assert!(text.get(range).is_some(), "{node:?}");
    match &node.value {
        Value::Text(value) => {
            for (at, character) in value.value.char_indices() {
                let span = value.span_of(at..at + character.len_utf8());
                assert!(text.is_char_boundary(span.start as usize), "{node:?} {at}");
                let folded = matches!(value.layout, Layout::Folded);
                assert!(folded || text.is_char_boundary(span.end as usize), "{node:?} {at}");
            }
        }
        Value::List(nodes) => nodes.iter().for_each(|node| check_spans(text, node)),
        Value::Map(entries) => entries.iter().for_each(|entry| check_spans(text, &entry.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

proptest! {
    #[test]
    fn json_is_a_subset(value in json_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        // What a number reads back as is serde_json's affair: both readers must agree.
        let expected: Json = serde_json::from_str(&text).unwrap();
        let root = tree(&text);
        prop_assert_eq!(root.to_json(), expected, "{}", text);
        check_spans(&text, &root);
    }

    #[test]
    fn no_text_panics(text in "(?s).{0,60}") {
        let (sources, parsed) = parse(&text, &Limits::default());
        parsed.root.iter().for_each(|root| check_spans(&text, root));
        parsed.faults.iter().for_each(|fault| drop(fault.render(&sources)));
        prop_assert!(parsed.root.is_some() || !parsed.faults.is_empty());
    }

    #[test]
    fn no_text_like_yaml_panics(text in "([ \n\r\t]|- |: |[a-z]|\\? |[&*]a |!t |[\\[\\]{},'\"|>#%@`<=~\\\\]|\\\\u00e9|é|---|<<|\u{feff}){0,40}") {
        let limits = Limits { depth: 8, nodes: 200, ..Limits::default() };
        let (sources, parsed) = parse(&text, &limits);
        parsed.root.iter().for_each(|root| check_spans(&text, root));
        parsed.faults.iter().for_each(|fault| drop(fault.render(&sources)));
        prop_assert!(parsed.root.is_some() || !parsed.faults.is_empty());
    }
}
