//! Files and functions stay small enough to be read at one sitting.

use proc_macro2::{Delimiter, TokenTree};

use super::repository::{File, expect_none, rust_files};
use super::source::{inside, is_ident, is_punct, line, product, tokens};

const MAX_FILE: usize = 500;
const MAX_FUNCTION: usize = 60;

/// What may be longer, because it is a table: `path` or `path::function`, and why.
const TABLES: &[(&str, &str)] = &[
    ("crates/apl-cpex/src/facts.rs::field", "one arm for each attribute, as the compiler holds it to"),
    ("crates/cpex-core/src/document/yaml/syntax.rs::words", "one arm for each fault of the YAML parser, in our words"),
];

#[test]
fn files_and_functions_are_short() {
    let mut faults: Vec<String> = rust_files().iter().flat_map(faults).map(|long| long.to_string()).collect();
    for (table, _) in TABLES {
        let line = faults.iter().position(|fault| fault.split(": ").next() == Some(table));
        match line {
            Some(line) => drop(faults.remove(line)),
            None => faults.push(format!("{table}: is no longer long: take it off the list in this test")),
        }
    }
    expect_none("split these:", &faults);
}

/// A file or function past its limit.
#[derive(Debug, PartialEq, Eq)]
struct Long {
    place: String,
    lines: usize,
    limit: usize,
}

impl std::fmt::Display for Long {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} lines, where {} are the limit", self.place, self.lines, self.limit)
    }
}

fn faults(file: &File) -> Vec<Long> {
    let mut long = Vec::new();
    let lines = file.text.lines().count();
    if lines > MAX_FILE {
        long.push(Long { place: file.path.clone(), lines, limit: MAX_FILE });
    }
    if !file.is_test() {
        let tokens = tokens(&file.text).map(|tokens| product(tokens).tokens).unwrap_or_default();
        functions(&tokens, &mut |name, lines| {
            if lines > MAX_FUNCTION {
                long.push(Long { place: format!("{}::{name}", file.path), lines, limit: MAX_FUNCTION });
            }
        });
    }
    long
}

/// Calls back with every function and its lines, signature and braces included.
fn functions(tokens: &[TokenTree], found: &mut impl FnMut(&str, usize)) {
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            functions(&group.stream().into_iter().collect::<Vec<_>>(), found);
        }
        let rest = tokens.get(at..).unwrap_or_default();
        let [word, TokenTree::Ident(name), signature @ ..] = rest else { continue };
        if !is_ident(word, "fn") {
            continue;
        }
        let end = signature.iter().find(|token| is_punct(token, ';') || inside(token, Delimiter::Brace).is_some());
        if let Some(end) = end {
            found(&name.to_string(), end.span().end().line + 1 - line(word));
        }
    }
}

fn function(name: &str, lines: usize) -> String {
    format!("fn {name}() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
}

#[test]
fn a_function_at_the_limit_passes_and_one_past_it_does_not() {
    let text = format!("impl X {{\n{}{}}}\n", function("good", MAX_FUNCTION), function("bad", MAX_FUNCTION + 1));
    let long = Long { place: "crates/a/src/a.rs::bad".to_owned(), lines: 61, limit: 60 };
    assert_eq!(faults(&File::fixture("crates/a/src/a.rs", &text)), [long]);
}

#[test]
fn a_file_past_the_limit_is_found() {
    let long = faults(&File::fixture("tests/tests/a.rs", &"//\n".repeat(MAX_FILE + 1)));
    assert_eq!(long, [Long { place: "tests/tests/a.rs".to_owned(), lines: 501, limit: 500 }]);
    assert_eq!(faults(&File::fixture("tests/tests/a.rs", &"//\n".repeat(MAX_FILE))), []);
}

#[test]
fn functions_of_tests_may_be_long() {
    let long = function("bad", MAX_FUNCTION + 1);
    assert_eq!(faults(&File::fixture("crates/a/src/b/tests.rs", &long)), []);
    let inline = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_eq!(faults(&File::fixture("crates/a/src/b.rs", &inline)), []);
}
