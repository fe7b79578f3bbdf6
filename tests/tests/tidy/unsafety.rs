//! `unsafe` stands in the C edge only.

use proc_macro2::TokenTree;

use super::repository::{File, expect_none, rust_files};
use super::source::{is_ident, line, tokens};

const C_EDGE: &str = "crates/cpex-ffi/";

#[test]
fn unsafe_stands_in_the_c_edge_only() {
    let faults: Vec<String> = rust_files().iter().flat_map(faults).collect();
    expect_none("`unsafe` outside the C edge:", &faults);
}

fn faults(file: &File) -> Vec<String> {
    if file.path.starts_with(C_EDGE) {
        return Vec::new();
    }
    match tokens(&file.text) {
        Ok(tokens) => {
            let mut lines = Vec::new();
            unsafe_lines(&tokens, &mut lines);
            lines.iter().map(|line| format!("{}:{line}", file.path)).collect()
        }
        Err(fault) => vec![format!("{}: {fault}", file.path)],
    }
}

fn unsafe_lines(tokens: &[TokenTree], lines: &mut Vec<usize>) {
    for token in tokens {
        if is_ident(token, "unsafe") {
            lines.push(line(token));
        } else if let TokenTree::Group(group) = token {
            unsafe_lines(&group.stream().into_iter().collect::<Vec<_>>(), lines);
        }
    }
}

#[test]
fn unsafe_is_found_in_blocks_items_and_macros() {
    let text = "// unsafe\nunsafe fn a() {}\nfn b() { unsafe { a() } }\nmacro_rules! c { () => { unsafe { a() } } }";
    let place = "crates/apl-core/src/a.rs";
    assert_eq!(faults(&File::fixture(place, text)), [2, 3, 4].map(|line| format!("{place}:{line}")));
}

#[test]
fn the_word_in_a_string_is_not_it() {
    assert!(faults(&File::fixture("tests/a.rs", "const A: &str = \"unsafe\"; // unsafe")).is_empty());
}

#[test]
fn the_c_edge_may() {
    assert!(faults(&File::fixture("crates/cpex-ffi/src/a.rs", "unsafe fn a() {}")).is_empty());
}
