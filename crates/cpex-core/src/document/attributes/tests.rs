#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::Attributes;
use crate::document::{Document, Limits, LoadError};

/// What a document says that names these files, in their order.
fn attributes(files: &[(&str, &str)]) -> Attributes {
    read(&directory(files), files, &Limits::default())
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn read(directory: &TempDir, files: &[(&str, &str)], limits: &Limits) -> Attributes {
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let text = format!("global: {{ attribute_files: {} }}\n", json!(names));
    Document::parse_within("policy.yaml", &text, limits).unwrap().in_directory(directory.path()).attributes()
}

/// Every mistake as it is shown, without the directory.
fn refused(files: &[(&str, &str)]) -> String {
    let directory = directory(files);
    shown(read(&directory, files, &Limits::default()), directory.path())
}

fn shown(attributes: Attributes, directory: &Path) -> String {
    let error = LoadError::new(attributes.sources, attributes.faults).to_string();
    error.replace(&format!("{}/", directory.display()), "")
}

#[test]
fn files_are_merged_deeply_and_lists_are_leaves() {
    let read = attributes(&[
        ("a.yaml", "data:\n  regions: [eu, us]\n  tenants:\n    acme: { region: eu }\n"),
        ("b.json", r#"{"data": {"tenants": {"acme": {"tier": 2}, "b.c": {}}, "regions": ["eu", "us"], "on": true}}"#),
    ]);
    assert!(read.faults.is_empty(), "{}", shown(read, Path::new("")));
    let expected = json!({
        "on": true,
        "regions": ["eu", "us"],
        "tenants": { "acme": { "region": "eu", "tier": 2 }, "b.c": {} },
    });
    assert_eq!(serde_json::Value::Object(read.data), expected);
}

#[test]
fn two_values_of_one_leaf_are_refused_with_both_places() {
    let first = ("a.yaml", "data:\n  limits: { high: 5, low: 1 }\n");
    for (second, path, place) in [
        ("data:\n  limits:\n    high: 6\n", "limits.high", "b.yaml:3:11"),
        ("data:\n  limits:\n    high: [5]\n", "limits.high", "b.yaml:3:11"),
        ("data:\n  limits:\n    high: { x: 5 }\n", "limits.high", "b.yaml:3:11"),
        ("data:\n  limits:\n    high: 5.0\n", "limits.high", "b.yaml:3:11"),
        ("data:\n  limits:\n    high: ~\n", "limits.high", "b.yaml:3:11"),
        ("data:\n  limits: 5\n", "limits", "b.yaml:2:11"),
    ] {
        let shown = refused(&[first, ("b.yaml", second)]);
        let at = if path == "limits" { "a.yaml:2:11" } else { "a.yaml:2:19" };
        let expected = format!("{place}: error[document.attribute_twice]: `data.{path}` has another value at {at}\n");
        assert!(shown.starts_with(&expected), "{expected}\n{shown}");
    }
}

#[test]
fn what_is_wrong_in_a_file_is_shown_at_its_place_in_that_file() {
    let shown = refused(&[
        ("a.yaml", "data:\n  a: 1\n  a: 2\ndta: {}\n"),
        ("b.yaml", "data: [1]\n"),
        ("c.yaml", ""),
        ("d.yaml", "data:\n  x: [ok, '${subject.id}']\n"),
        ("e.yaml", "data: {\n"),
        ("f.yaml", "routes: []\ndata: {}\n"),
    ]);
    for expected in [
        "a.yaml:3:3: error[document.duplicate_key]: the key `a` is given twice, here and at a.yaml:2:3",
        "a.yaml:4:1: error[document.unknown_key]: unknown key `dta` in an attribute file",
        "b.yaml:1:7: error[document.wrong_shape]: expected a map, found a list",
        "c.yaml:1:1: error[document.missing_key]: `data` must be given here",
        "d.yaml:2:11: error[document.wrong_value]: attributes are literal: `${` is not replaced here",
        "e.yaml:1:7: error[document.syntax]: `{` is never closed",
        "f.yaml:1:1: error[document.misplaced_key]: `routes` is not read in an attribute file",
    ] {
        assert!(shown.contains(expected), "{expected}\n\n{shown}");
    }
    assert!(shown.ends_with("the document is refused: 7 errors"), "{shown}");
}

#[test]
fn a_file_that_cannot_be_read_is_refused_where_the_document_names_it() {
    let directory =
        directory(&[("big.yaml", "data: { x: 'long enough to be too large, longer than the document is' }")]);
    let limits = Limits { bytes: 60, ..Limits::default() };
    let read = read(&directory, &[("gone.yaml", ""), ("big.yaml", "")], &limits);
    let shown = shown(read, directory.path());
    let absent = "policy.yaml:1:29: error[document.unreadable]: attribute file `gone.yaml`: cannot open the file: ";
    let large = "policy.yaml:1:41: error[document.limit]: attribute file `big.yaml`: the file is larger than 60 bytes";
    assert!(shown.contains(absent) && shown.contains(large), "{shown}");
}

#[test]
fn the_digest_changes_with_the_files_and_is_that_of_the_document_without_them() {
    let digest = |text: &str| attributes(&[("a.yaml", text)]).digest;
    assert_eq!(digest("data: { a: 1 }"), digest("data: { a: 1 }"));
    assert_ne!(digest("data: { a: 1 }"), digest("data: { a: 2 }"));
    assert!(digest("data: {}").starts_with("sha256:") && digest("data: {}").len() == "sha256:".len() + 64);
    let document = Document::parse("policy.yaml", "routes: []").unwrap();
    assert_eq!(document.attributes().digest, document.digest());
    let two = attributes(&[("a.yaml", "data: { a: 1 }"), ("b.yaml", "data: { b: 1 }")]).digest;
    let turned = attributes(&[("a.yaml", "data: { b: 1 }"), ("b.yaml", "data: { a: 1 }")]).digest;
    assert_ne!(two, turned);
}
