//! The modules of one crate and which of them use which.
//!
//! A module is a file. A path that leads through a `pub use` leads to where the name is defined: re-exports are doors,
//! not rooms. Modules that only tests see are left out.

use std::collections::{BTreeMap, BTreeSet};

use super::repository::File;
use super::source::{product, tokens};
use super::uses::{Named, named};

/// A module by its path from the root of the crate; the root is empty.
pub(super) type Module = Vec<String>;

/// Which module uses which.
pub(super) type Edges = BTreeMap<Module, BTreeSet<Module>>;

#[derive(Debug, Default)]
struct Crate {
    modules: BTreeMap<Module, Vec<Named>>,
    /// Words a module says outside of `use`.
    words: BTreeMap<Module, BTreeSet<String>>,
    test_modules: BTreeSet<Module>,
}

/// Which module of a crate uses which. `files` are those of its `src`, with paths from there.
pub(super) fn edges(files: &[File]) -> Edges {
    let whole = read(files);
    let product = whole.modules.keys().filter(|module| !whole.is_test(module));
    product.map(|module| (module.clone(), whole.uses(module))).collect()
}

fn read(files: &[File]) -> Crate {
    let mut whole = Crate::default();
    for file in files.iter().filter(|file| !file.is_test() && !file.path.starts_with("bin/") && file.path != "main.rs")
    {
        let module = module(&file.path);
        let Ok(tokens) = tokens(&file.text) else { continue };
        let product = product(tokens);
        let mut words = Vec::new();
        whole.modules.insert(module.clone(), named(&product.tokens, &mut words));
        whole.words.insert(module.clone(), words.into_iter().collect());
        whole.test_modules.extend(product.test_modules.into_iter().map(|name| child(&module, &name)));
    }
    whole
}

fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    if path == "lib" { Module::new() } else { path.split('/').map(str::to_owned).collect() }
}

fn child(module: &[String], name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

impl Crate {
    fn is_test(&self, module: &[String]) -> bool {
        (0..=module.len()).any(|end| module.get(..end).is_some_and(|prefix| self.test_modules.contains(prefix)))
    }

    fn uses(&self, module: &Module) -> BTreeSet<Module> {
        let named = self.modules.get(module).map_or(&[][..], Vec::as_slice);
        let counted = named.iter().filter(|named| !named.reexport || self.says(module, named));
        let mut used: BTreeSet<Module> = counted.filter_map(|named| self.resolve(module, named, 0)).collect();
        used.remove(module);
        used
    }

    /// Whether a module also uses what it hands on. The root only hands on.
    fn says(&self, module: &Module, named: &Named) -> bool {
        let words = self.words.get(module);
        !module.is_empty() && named.name.as_ref().is_some_and(|name| words.is_some_and(|words| words.contains(name)))
    }

    /// The module a path leads to; none if it leads out of the crate.
    fn resolve(&self, from: &[String], named: &Named, hops: usize) -> Option<Module> {
        let mut at: Module = from.iter().chain(&named.inline).cloned().collect();
        let mut path = named.path.as_slice();
        while let [first, rest @ ..] = path {
            match first.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                _ => break,
            }
            path = rest;
        }
        let anchored = path.len() < named.path.len();
        let begins_at_child = path.first().is_some_and(|first| self.modules.contains_key(&child(&at, first)));
        if !anchored && !begins_at_child {
            return None;
        }
        self.descend(at, path, hops)
    }

    /// Goes down a path from a module, through re-exports, to the file that defines its end.
    fn descend(&self, mut at: Module, path: &[String], hops: usize) -> Option<Module> {
        for (done, segment) in path.iter().enumerate() {
            let next = child(&at, segment);
            if self.modules.contains_key(&next) {
                at = next;
                continue;
            }
            let handed_on = self.modules.get(&at)?.iter().find(|named| named.name.as_ref() == Some(segment));
            let Some(handed_on) = handed_on.filter(|_| hops < 8) else { break };
            let rest = path.get(done + 1..).unwrap_or_default();
            let mut target = handed_on.clone();
            target.path.extend(rest.iter().cloned());
            return self.resolve(&at, &target, hops + 1);
        }
        // An inline module is part of the file around it.
        while !self.modules.contains_key(&at) {
            at.pop()?;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used_by(module: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files.iter().map(|(path, text)| File::fixture(path, text)).collect();
        let edges = edges(&files);
        let module: Module = module.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        edges.get(&module).into_iter().flatten().map(|used| format!("/{}", used.join("/"))).collect()
    }

    #[test]
    fn a_path_through_the_root_leads_to_where_the_name_is_defined() {
        let files = [("lib.rs", "mod a; mod b; pub use a::A;"), ("a.rs", "pub struct A;"), ("b.rs", "use crate::A;")];
        assert_eq!(used_by("b", &files), ["/a"]);
        assert_eq!(used_by("", &files), [""; 0]);
    }

    #[test]
    fn parents_children_and_siblings_are_found() {
        let files = [
            ("lib.rs", "mod a; use std::fmt; use serde::de;"),
            ("a.rs", "mod b; mod c; use b::B; fn f() { c::d::g() }"),
            ("a/b.rs", "use super::c::C; use crate::a::X;"),
            ("a/c.rs", "pub mod d { use super::super::b::B; pub fn g() {} }"),
        ];
        assert_eq!(used_by("a", &files), ["/a/b", "/a/c"]);
        assert_eq!(used_by("a/b", &files), ["/a", "/a/c"]);
        assert_eq!(used_by("a/c", &files), ["/a/b"]);
        assert_eq!(used_by("", &files), [""; 0]);
    }

    #[test]
    fn handing_on_is_no_use_unless_the_name_is_said_too() {
        let files = [
            ("lib.rs", ""),
            ("a.rs", "pub use b::B;"),
            ("a/b.rs", ""),
            ("c.rs", "pub use d::D; type E = D;"),
            ("c/d.rs", ""),
        ];
        assert_eq!(used_by("a", &files), [""; 0]);
        assert_eq!(used_by("c", &files), ["/c/d"]);
    }

    #[test]
    fn modules_of_tests_are_left_out() {
        let files = [
            ("a.rs", "#[cfg(test)] mod scripted;"),
            ("a/scripted.rs", "use super::X;"),
            ("a/tests.rs", "use super::X;"),
        ];
        assert_eq!(used_by("a/scripted", &files), [""; 0]);
        assert_eq!(used_by("a/tests", &files), [""; 0]);
    }
}
