//! Every `#[expect]` and `#[allow]` says why.

use proc_macro2::{Delimiter, TokenTree};

use super::repository::{File, expect_none, rust_files};
use super::source::{inside, is_ident, is_punct, line, tokens};

#[test]
fn every_lifted_lint_says_why() {
    let faults: Vec<String> = rust_files().iter().flat_map(faults).collect();
    expect_none("add `reason = \"…\"` to these attributes:", &faults);
}

fn faults(file: &File) -> Vec<String> {
    match tokens(&file.text) {
        Ok(tokens) => {
            let mut lines = Vec::new();
            find(&tokens, false, &mut lines);
            lines.iter().map(|line| format!("{}:{line}", file.path)).collect()
        }
        Err(fault) => vec![format!("{}: {fault}", file.path)],
    }
}

/// Collects the lines of lint attributes without a reason. Inside an attribute they may stand under `cfg_attr`.
fn find(tokens: &[TokenTree], in_attribute: bool, lines: &mut Vec<usize>) {
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let content: Vec<TokenTree> = group.stream().into_iter().collect();
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        let lifts = before(1).is_some_and(|name| is_ident(name, "allow") || is_ident(name, "expect"));
        if in_attribute && lifts && !has_reason(&content) {
            lines.push(line(token));
        }
        let opens = inside(token, Delimiter::Bracket).is_some()
            && (before(1).is_some_and(|token| is_punct(token, '#'))
                || before(1).is_some_and(|token| is_punct(token, '!'))
                    && before(2).is_some_and(|token| is_punct(token, '#')));
        find(&content, in_attribute || opens, lines);
    }
}

fn has_reason(content: &[TokenTree]) -> bool {
    content.windows(2).any(|pair| matches!(pair, [word, sign] if is_ident(word, "reason") && is_punct(sign, '=')))
}

#[test]
fn an_attribute_without_a_reason_is_found() {
    let text = "#![allow(dead_code)]\n#[expect(clippy::panic)]\nfn a() {}\n#[cfg_attr(test, allow(unused))]\nfn b() {}";
    assert_eq!(faults(&File::fixture("a.rs", text)), ["a.rs:1", "a.rs:2", "a.rs:4"]);
}

#[test]
fn a_reason_and_a_call_of_the_same_name_pass() {
    let text = "#[expect(\n  clippy::panic,\n  reason = \"so\"\n)]\nfn a() { let x = [y.expect(\"b\")]; allow(c); }";
    assert_eq!(faults(&File::fixture("a.rs", text)), Vec::<String>::new());
}
