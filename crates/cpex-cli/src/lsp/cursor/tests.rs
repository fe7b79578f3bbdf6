#![expect(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};

use cpex::apl::node::{Layout, Node, Text, Value};
use cpex::document::Document;
use proptest::prelude::*;

use super::*;

/// Ways to write the same things, some seldom.
const SEVERAL: &[&str] = &[
    "routes:\n- tool: a\n  policy:\n  - \"require(role.hr)\"\n  -  'deny'\n- tool: b\n",
    "routes:\n  -\n    tool: a\n    policy:\n\n      - role.hr\n      -   role.guest: deny\n  - tool: 'b'\n",
    "# first\nglobal: # second\n  # third\n  policy: [ \"a\", 'b' , c ] # fourth\n  description: d\n",
    "{\"routes\":[{\"tool\":\"a\",\"policy\":[\"x\",{\"when\":\"y\",\"do\":[\"z\"]}]},{\"tool\":\"b\"}]}\n",
    "a: { b: c, \"d\": { e: [f, g] }, h: [], i: { } }\nj: k\n",
    "a:\n  b: [\n    c,\n    d: e, # f\n    { g: h }\n  ]\n  i: j\n",
    "a: &x\n  b: c\nd: &y [e]\nf: &z g\n",
    "a:\n- - b\n  - c\n-\n  - d: e\n    f: g\n",
    "---\na: b\n",
    "\u{feff}a: b\nc: [d]\n",
    "a: b\r\nc:\r\n  - d\r\n  - e: f\r\n",
    "a: \"b # c: d\"\ne: f#g\nh: i:j\n",
    "a: 'it''s'\nb: \"say \\\"é\\\"\"\nc: d\n",
    "\"a b\": c\n'd: e': f\n",
    "a:\n  |\n  b\nc: d\n",
    "emoji: \"😀é\"\nnext: [ \"😀\", x ]\n",
];

/// The policies and tests of the repository.
fn documents() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["tests/corpus", "examples"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder), &mut files);
    }
    let mut documents: Vec<_> = SEVERAL.iter().map(|text| ((*text).to_owned(), (*text).to_owned())).collect();
    documents
        .extend(files.into_iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())));
    assert!(documents.len() > 40, "only {} documents were found", documents.len());
    documents
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

/// Checks what is found at each place of the scalars below a node, and counts them.
fn check(name: &str, text: &str, node: &Node, path: &[Step]) -> usize {
    let below = |step: Step| [path, &[step]].concat();
    match &node.value {
        Value::Text(scalar) => expect(name, text, scalar, path, &[Role::Value, Role::Open]),
        Value::List(nodes) => {
            nodes.iter().enumerate().map(|(index, node)| check(name, text, node, &below(Step::Index(index)))).sum()
        }
        Value::Map(entries) => {
            let of_entry = |entry: &cpex::apl::node::Entry| {
                expect(name, text, &entry.key, path, &[Role::Key])
                    + check(name, text, &entry.value, &below(Step::Key(entry.key.value.clone())))
            };
            entries.iter().map(of_entry).sum()
        }
        _ => 0,
    }
}

fn expect(name: &str, text: &str, scalar: &Text, path: &[Step], roles: &[Role]) -> usize {
    // Escapes and folds are told on the way, and compared where nothing is.
    let Layout::Verbatim { start } = scalar.layout else { return 0 };
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let middle = scalar.value.char_indices().nth(scalar.value.chars().count() / 2).map_or(0, |(at, _)| at);
    for length in [0, middle, scalar.value.len()] {
        let offset = start as usize + length + bom;
        let found = at(text, offset).unwrap_or_else(|| panic!("{name}: nothing at {:?}", &text[..offset]));
        assert_eq!(found.path, path, "{name}: at {:?}", &text[..offset]);
        assert_eq!(found.before, scalar.value[..length], "{name}: at {:?}", &text[..offset]);
        assert!(roles.contains(&found.role), "{name}: {:?} at {:?}", found.role, &text[..offset]);
    }
    1
}

#[test]
fn a_cursor_is_where_the_tree_says() {
    let mut scalars = 0;
    for (name, text) in documents() {
        let Ok(document) = Document::parse("d", &text) else { continue };
        if !text.contains(" *") && !text.contains("apl:") {
            scalars += check(&name, &text, document.root(), &[]);
        }
    }
    assert!(scalars > 2000, "only {scalars} scalars were compared");
}

#[test]
fn what_follows_the_cursor_does_not_count() {
    for (name, text) in documents() {
        // A few places of long texts are enough.
        let step = 1 + text.len() / 400;
        for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)).step_by(step) {
            let (whole, typed) = (at(&text, offset), at(&text[..offset], offset));
            let (Some(whole), Some(typed)) = (whole, typed) else { continue };
            // Whether a blank line goes on with what is above it depends on what is below it.
            if text[..offset].rsplit('\n').next().unwrap().trim().is_empty() {
                continue;
            }
            if whole.role != Role::Key && typed.role != Role::Key {
                assert_eq!((whole.path, whole.before), (typed.path, typed.before), "{name}: at {:?}", &text[..offset]);
            }
        }
    }
}

/// What is at the `@` of a text, which is not in it.
fn spot(marked: &str) -> Option<(Role, String, String)> {
    let offset = marked.find('@').unwrap();
    let found = at(&marked.replacen('@', "", 1), offset)?;
    let step = |step: &Step| match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => index.to_string(),
    };
    Some((found.role, found.path.iter().map(step).collect::<Vec<_>>().join("."), found.before))
}

fn expect_spot(marked: &str, role: Role, path: &str, before: &str) {
    assert_eq!(spot(marked), Some((role, path.to_owned(), before.to_owned())), "{marked}");
}

#[test]
fn half_typed_keys_and_values_are_found() {
    for (marked, role, path, before) in [
        ("@", Role::Open, "", ""),
        ("rou@", Role::Open, "", "rou"),
        ("routes: []\nglo@", Role::Key, "", "glo"),
        ("routes:\n  - tool: x\n    pol@", Role::Key, "routes.0", "pol"),
        ("routes:\n  - tool: x\n    pol@\n    args: {}\n", Role::Key, "routes.0", "pol"),
        ("routes:\n  - tool: x\n    @", Role::Key, "routes.0", ""),
        ("routes:\n  - tool: x\n    @\n    policy: []\n", Role::Key, "routes.0", ""),
        ("routes:\n  - @", Role::Open, "routes.0", ""),
        ("routes:\n  - tool: x\n  - @", Role::Open, "routes.1", ""),
        ("routes:\n- tool: x\n@", Role::Key, "", ""),
        ("global:\n  @", Role::Open, "global", ""),
        ("plugins:\n  - name: a\n    kind: @", Role::Open, "plugins.0.kind", ""),
        ("plugins:\n  - name: a\n    kind: aud@", Role::Value, "plugins.0.kind", "aud"),
        ("plugins: [{ name: a, @ }]", Role::Key, "plugins.0", ""),
        ("plugins: [{ name: a, ki@", Role::Key, "plugins.0", "ki"),
        ("plugins: [{ name: a, kind: @ }]", Role::Open, "plugins.0.kind", ""),
        ("routes: [{ tool: a, groups: [b, @", Role::Open, "routes.0.groups.1", ""),
    ] {
        expect_spot(marked, role, path, before);
    }
}

#[test]
fn half_typed_rules_are_found() {
    for (marked, role, path, before) in [
        ("global:\n  policy:\n    - \"require(role.@", Role::Open, "global.policy.0", "require(role."),
        ("global:\n  policy:\n    - \"a@\n    - b\n", Role::Open, "global.policy.0", "a"),
        ("global:\n  policy: [ \"a\", \"b & @", Role::Open, "global.policy.1", "b & "),
        ("global:\n  policy: [ \"a\", 'it''s@", Role::Open, "global.policy.1", "it's"),
        ("global:\n  policy:\n    - role.hr & @\n", Role::Open, "global.policy.0", "role.hr & "),
        ("global:\n  policy:\n    - { when: \"a@", Role::Value, "global.policy.0.when", "a"),
        ("global:\n  policy:\n    - when: a\n      do: @", Role::Open, "global.policy.0.do", ""),
        ("global:\n  args:\n    ssn: \"str | @\n", Role::Value, "global.args.ssn", "str | "),
        ("global:\n  policy:\n    - >\n      a\n      & b@", Role::Value, "global.policy.0", "a & b"),
        ("global:\n  policy:\n    - a\n      & b@", Role::Value, "global.policy.0", "a & b"),
    ] {
        expect_spot(marked, role, path, before);
    }
}

#[test]
fn what_is_never_closed_ends_where_the_indentation_does() {
    for unclosed in ["[", "[a, {", "\"a", "'a", "{ b: [", "[\"a", "|\n    x"] {
        let marked = format!("global:\n  policy: {unclosed}\n\nroutes:\n  - tool: @");
        expect_spot(&marked, Role::Open, "routes.0.tool", "");
    }
}

#[test]
fn nothing_stands_in_comments_and_behind_values() {
    for marked in ["# a@", "a: b # c@", "a: [b] @", "a: \"b\" @", "  @ a: b", "a@: |\n".trim(), "a: [b @]", "routes:@"]
    {
        let found = spot(marked);
        assert!(found.is_none() || marked.starts_with("a@"), "{marked}: {found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_has_an_answer_at_every_place(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b: ", ": ", "- ", "\n", "\n  ", "\n    ", "\n- ", "[", "]", "{", "}", ", ", "\"", "'", "\\", "#", " # c",
            "|\n", "> ", "&x ", "*x", "!t ", "? ", "\t", "\r\n", "é", "😀", "---\n", "\u{feff}", "routes:", "\n\n",
        ]), 0..24)
    ) {
        let text = pieces.concat();
        for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)) {
            if let Some(found) = at(&text, offset) {
                prop_assert!(found.range.start <= found.range.end && found.range.end <= text.len());
                prop_assert!(text.get(found.range.clone()).is_some());
            }
        }
    }
}
