#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;

use super::super::part::Part;
use super::parts;
use crate::span::Sources;
use crate::testing::{line, text};

fn read(path: &str) -> Result<Vec<Part>, Vec<String>> {
    let mut faults = Vec::new();
    let parts = parts(&text(path), &mut faults);
    let sources = Sources::single("policy.yaml", path);
    parts.ok_or_else(|| faults.iter().map(|fault| line(&fault.clone(), &sources)).collect())
}

fn names(path: &str) -> Vec<String> {
    let shown = |part: Part| match part {
        Part::Name(name) => name.into_string(),
        Part::Each => "[]".to_owned(),
        Part::Any => "**".to_owned(),
    };
    read(path).unwrap().into_iter().map(shown).collect()
}

#[test]
fn a_path_is_a_flat_list_of_parts() {
    for (path, parts) in [
        ("ssn", vec!["ssn"]),
        ("address.street", vec!["address", "street"]),
        ("items[].ssn", vec!["items", "[]", "ssn"]),
        ("rows[][]", vec!["rows", "[]", "[]"]),
        ("[].ssn", vec!["[]", "ssn"]),
        ("[]", vec!["[]"]),
        ("**.ssn", vec!["**", "ssn"]),
        ("a.**", vec!["a", "**"]),
        ("**[]", vec!["**", "[]"]),
        ("**.**.a", vec!["**", "a"]),
        ("'a.b'.c", vec!["a.b", "c"]),
        ("'it\\'s \\\\'[]", vec!["it's \\", "[]"]),
        ("''", vec![""]),
        ("'*'.'[]'", vec!["*", "[]"]),
        ("größe.名前", vec!["größe", "名前"]),
        ("x-y_z$.0", vec!["x-y_z$", "0"]),
    ] {
        assert_eq!(names(path), parts, "{path}");
    }
}

#[test]
fn what_is_no_path_is_refused_where_it_departs() {
    for (path, finding) in [
        ("", "rule.field «» the path is empty"),
        ("a.", "rule.field «» the path ends too early"),
        (".a", "rule.field «.» `.` cannot stand here in a path"),
        ("a..b", "rule.field «.» `.` cannot stand here in a path"),
        ("a b", "rule.field « » a path has no blanks"),
        ("a|b", "rule.field «|» `|` cannot stand here in a path"),
        ("é\"b\"", "rule.field «\"» `\"` cannot stand here in a path"),
        ("items[0]", "rule.field «[» `[]` is each element, and no element can be named"),
        ("items[*].ssn", "rule.field «[» `[]` is each element, and no element can be named"),
        ("a'b'", "rule.field «'» this quoted name does not end, or does not stand between dots"),
        ("'a", "rule.field «'» this quoted name does not end, or does not stand between dots"),
        ("'a\\n'", "rule.literal «\\n» `\\n` is not an escape"),
        ("**", "rule.field «**» `**` alone leads to everything and to nothing in particular"),
        ("**.**", "rule.field «**.**» `**` alone leads to everything and to nothing in particular"),
    ] {
        let findings = read(path).unwrap_err();
        assert!(findings.len() == 1 && findings.iter().all(|found| found.starts_with(finding)), "{path}: {findings:?}");
    }
}

#[test]
fn a_path_has_at_most_63_parts() {
    assert_eq!(names(&vec!["a"; 63].join(".")).len(), 63);
    let path = vec!["a"; 64].join(".");
    assert_eq!(read(&path).unwrap_err(), [format!("rule.field «{path}» a path has at most 63 parts")]);
}

#[test]
fn a_star_in_a_name_is_warned_about() {
    let mut faults = Vec::new();
    assert!(parts(&text("items.*.ssn"), &mut faults).is_some());
    let found: Vec<_> =
        faults.iter().map(|fault| (fault.code.name, fault.message.as_str(), fault.span.start)).collect();
    assert_eq!(found, [("rule.field_star", "`*` is a field of exactly that name, not a pattern", 6)]);
}

proptest! {
    #[test]
    fn any_text_is_a_path_or_refused_at_a_place_in_it(path in r"([a-z.\[\]'*|\\ é]|\PC){0,12}") {
        let mut faults = Vec::new();
        let parts = parts(&text(&path), &mut faults);
        prop_assert!(parts.is_some() || !faults.is_empty());
        prop_assert!(faults.iter().all(|fault| fault.span.start as usize <= path.len() && fault.span.end as usize <= path.len()));
    }
}
