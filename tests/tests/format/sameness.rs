//! What is laid out says the same, and stays as it is laid out.

use cpex::apl::node::{Node, Value};
use cpex::apl::print;

use super::digest::digest;
use super::documents::{documents, laid_out, readable};

#[test]
fn laid_out_again_nothing_changes() {
    for written in documents() {
        let once = laid_out(&written.text).unwrap_or_else(|refused| panic!("{}: {refused}", written.place));
        assert_eq!(laid_out(&once).unwrap(), once, "{}", written.place);
    }
}

#[test]
fn values_are_the_same_but_for_the_spelling_of_rules() {
    for written in documents() {
        let before = readable(&written.text).unwrap();
        let after = readable(&laid_out(&written.text).unwrap()).unwrap();
        assert!(is_same(before.root(), after.root()), "{}", written.place);
    }
}

#[test]
fn documents_are_compiled_to_the_same_programs() {
    let mut compiled = 0;
    for written in documents() {
        let before = digest(&readable(&written.text).unwrap());
        let after = digest(&readable(&laid_out(&written.text).unwrap()).unwrap());
        compiled += usize::from(before.contains("Unless"));
        let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
        assert!(before == after, "{}: {differs:?}", written.place);
    }
    assert!(compiled > 50, "only {compiled} programs have a condition");
}

#[test]
fn every_line_that_is_a_comment_stays() {
    for written in documents() {
        let after = laid_out(&written.text).unwrap();
        let comments = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
            lines.retain(|line| line.starts_with('#'));
            lines.sort_unstable();
            lines
        };
        assert_eq!(comments(&after), comments(&written.text), "{}", written.place);
    }
}

/// Whether two values are equal, or rules of one canonical spelling.
fn is_same(before: &Node, after: &Node) -> bool {
    match (&before.value, &after.value) {
        (Value::List(before), Value::List(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| is_same(before, after))
        }
        (Value::Map(before), Value::Map(after)) => {
            let is_same = |(before, after): (&cpex::apl::node::Entry, &cpex::apl::node::Entry)| {
                is_same_text(&before.key.value, &after.key.value) && is_same(&before.value, &after.value)
            };
            before.len() == after.len() && before.iter().zip(after).all(is_same)
        }
        (Value::Text(before), Value::Text(after)) => is_same_text(&before.value, &after.value),
        _ => before.to_json() == after.to_json(),
    }
}

fn is_same_text(before: &str, after: &str) -> bool {
    let prints = [print::expression, print::step, print::pipeline];
    before == after || prints.iter().any(|print| print(before).as_deref() == Some(after))
}
