//! The files of a crate form no circle: each can be read after those it uses.

use super::metadata::members;
use super::modules::{Edges, Module, edges};
use super::repository::{File, expect_none, rust_files};

#[test]
fn the_files_of_a_crate_form_no_circle() {
    let files = rust_files();
    let mut faults = Vec::new();
    for member in members() {
        let src = format!("{}/src/", member.folder);
        let of_member = files.iter().filter_map(|file| Some(File::fixture(file.path.strip_prefix(&src)?, &file.text)));
        let edges = edges(&of_member.collect::<Vec<_>>());
        faults.extend(circles(&edges).iter().map(|circle| format!("{}: {}", member.name, names(circle))));
    }
    expect_none("move what both sides need into a file of its own:", &faults);
}

/// Circles among the edges: the modules of each in order, the first again at the end. Not every circle, but one at least
/// for every set of modules that form some.
fn circles(edges: &Edges) -> Vec<Vec<Module>> {
    let (mut done, mut found) = (Vec::new(), Vec::new());
    for start in edges.keys() {
        walk(edges, start, &mut Vec::new(), &mut done, &mut found);
    }
    found
}

fn walk(edges: &Edges, at: &Module, road: &mut Vec<Module>, done: &mut Vec<Module>, found: &mut Vec<Vec<Module>>) {
    if let Some(begin) = road.iter().position(|module| module == at) {
        found.push(road.iter().skip(begin).chain([at]).cloned().collect());
        return;
    }
    if done.contains(at) {
        return;
    }
    road.push(at.clone());
    for next in edges.get(at).into_iter().flatten() {
        walk(edges, next, road, done, found);
    }
    road.pop();
    done.push(at.clone());
}

fn names(circle: &[Module]) -> String {
    let file = |module: &Module| if module.is_empty() { "lib.rs".to_owned() } else { module.join("/") + ".rs" };
    circle.iter().map(file).collect::<Vec<_>>().join(" → ")
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<File> = files.iter().map(|(path, text)| File::fixture(path, text)).collect();
    circles(&edges(&files)).iter().map(|circle| names(circle)).collect()
}

#[test]
fn a_circle_is_told_in_order() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use c::C;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "fn f(c: crate::C) {}"),
        ("c.rs", "use crate::a::A; pub struct C;"),
    ];
    assert_eq!(circles_of(&files), ["a.rs → b.rs → c.rs → a.rs"]);
}

#[test]
fn a_child_that_uses_its_parent_back_is_a_circle() {
    let files = [("lib.rs", "mod a;"), ("a.rs", "mod b; use b::B;"), ("a/b.rs", "use super::A;")];
    assert_eq!(circles_of(&files), ["a.rs → a/b.rs → a.rs"]);
}

#[test]
fn declaring_and_handing_on_make_no_circle() {
    let files = [
        ("lib.rs", "mod a; pub use a::A;"),
        ("a.rs", "mod b; pub use b::B; #[cfg(test)] mod tests;"),
        ("a/b.rs", "use super::A; use crate::A as Same;"),
        ("a/tests.rs", "use super::*;"),
    ];
    assert_eq!(circles_of(&files), [""; 0]);
}
