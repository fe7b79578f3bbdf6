#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

const FILE: &str = "# Who sees what.
doc:readme#viewer@user:alice
doc:readme#viewer@group:eng#member

  group:eng#member@user:bob@example.com
group:eng#member@group:core#member
group:core#member@user:carol
group:core#member@group:eng#member
";

#[test]
fn a_subject_has_a_relation_by_itself_or_in_a_set() {
    let tuples = Tuples::parse(FILE).unwrap();
    let found = |relation, subject| tuples.find("doc:readme", relation, subject);
    assert_eq!(found("viewer", "user:alice"), Found::Line(2));
    assert_eq!(found("viewer", "user:bob@example.com"), Found::Line(5));
    assert_eq!(found("viewer", "user:carol"), Found::Line(7), "two sets away");
    assert_eq!(found("viewer", "user:dan"), Found::Nothing, "though sets name one another in a circle");
    assert_eq!(found("owner", "user:alice"), Found::Nothing);
    assert_eq!(tuples.find("doc:other", "viewer", "user:alice"), Found::Nothing);
}

#[test]
fn a_set_is_no_subject() {
    let tuples = Tuples::parse(FILE).unwrap();
    assert_eq!(tuples.find("doc:readme", "viewer", "group:eng#member"), Found::Nothing);
    assert_eq!(tuples.find("doc:readme", "viewer", "group:eng"), Found::Nothing);
}

#[test]
fn sets_that_nest_too_deep_are_not_taken_for_nothing() {
    let chain = |sets: usize| {
        let links = (0..sets).map(|set| format!("g:{set}#member@g:{}#member\n", set + 1));
        let last = format!("g:{sets}#member@user:alice\n");
        Tuples::parse(&links.chain([last]).collect::<String>()).unwrap()
    };
    assert_eq!(chain(MAX_DEPTH - 1).find("g:0", "member", "user:alice"), Found::Line(MAX_DEPTH));
    assert_eq!(chain(MAX_DEPTH).find("g:0", "member", "user:alice"), Found::TooDeep);
    assert_eq!(chain(MAX_DEPTH).find("g:0", "member", "user:bob"), Found::TooDeep);
}

#[test]
fn every_bad_line_is_told_at_its_place() {
    let text = "doc:a#viewer@user:a\nreadme\r\n  doc:a#viewer\ndoc#viewer@user:a\ndoc:a#is viewer@user:ü\ndoc:a#v@user\ndoc:a#v@g:b#\ndoc:a#v@g:b c";
    let bad = Tuples::parse(text).unwrap_err();
    let told: Vec<_> =
        bad.iter().map(|bad| (text.get(bad.offset..).unwrap().lines().next().unwrap(), &*bad.text)).collect();
    assert_eq!(
        told,
        [
            ("readme", "there is no relation: write `object#relation@subject`"),
            ("#viewer", "there is no subject: write `object#relation@subject`"),
            ("doc#viewer@user:a", "`doc` is not a type and an identifier with a colon between"),
            ("is viewer@user:ü", "`is viewer` is not the name of a relation"),
            ("user", "`user` is not a type and an identifier with a colon between"),
            ("", "`` is not the name of a relation"),
            ("g:b c", "`g:b c` is not a type and an identifier with a colon between"),
        ]
    );
}

#[test]
fn an_empty_file_relates_nobody() {
    let tuples = Tuples::parse("# nothing yet\n").unwrap();
    assert_eq!(tuples.find("doc:readme", "viewer", "user:alice"), Found::Nothing);
}
