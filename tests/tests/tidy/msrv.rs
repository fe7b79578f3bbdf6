//! No crate we bring to a user asks for a newer Rust than we say we need. A package of ours that a feature brings may say that
//! it needs a newer one; it then answers for what it brings.

use std::collections::BTreeSet;

use super::metadata::{Graph, Package, graph};
use super::repository::expect_none;

#[test]
fn no_dependency_needs_a_newer_rust_than_we_declare() {
    expect_none("pin an older version, or raise `rust-version`:", &faults(&graph()));
}

fn faults(graph: &Graph) -> Vec<String> {
    let mut faults = BTreeSet::new();
    for member in graph.packages.iter().filter(|package| package.ours) {
        let Some(ours) = member.rust else {
            faults.insert(format!("`{}` declares no `rust-version`", member.name));
            continue;
        };
        let answers =
            |by: &Package, next: &Package| next.ours && next.rust > Some(ours) && by.optional.contains(&next.name);
        for (&place, &parent) in &graph.reachable(&member.name, |by, next| !answers(by, next)) {
            let Package { name, version, rust: Some(rust), ours: false, .. } = graph.package(place) else { continue };
            if *rust > ours {
                let parent = &graph.package(parent).name;
                faults.insert(format!("{name} {version} needs Rust {}.{}; `{parent}` asks for it", rust.0, rust.1));
            }
        }
    }
    faults.into_iter().collect()
}

fn package(name: &str, rust: Option<(u64, u64)>, ours: bool, uses: &[usize]) -> Package {
    Package {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        rust,
        ours,
        uses: uses.to_vec(),
        optional: BTreeSet::new(),
    }
}

#[test]
fn a_dependency_that_needs_a_newer_rust_is_named_with_who_asks_for_it() {
    let graph = Graph {
        packages: vec![
            package("ours", Some((1, 89)), true, &[1, 2]),
            package("old", Some((1, 60)), false, &[3]),
            package("silent", None, false, &[]),
            package("eager", Some((1, 90)), false, &[]),
            package("of-tests-only", Some((1, 99)), false, &[]),
        ],
    };
    assert_eq!(faults(&graph), ["eager 1.0.0 needs Rust 1.90; `old` asks for it"]);
}

#[test]
fn a_package_of_ours_that_declares_none_is_named() {
    let graph = Graph { packages: vec![package("ours", None, true, &[])] };
    assert_eq!(faults(&graph), ["`ours` declares no `rust-version`"]);
}

#[test]
fn a_package_of_ours_that_a_feature_brings_may_need_a_newer_rust_and_no_other() {
    let graph = |optional: &[&str]| Graph {
        packages: vec![
            Package {
                optional: optional.iter().map(|&name| name.to_owned()).collect(),
                ..package("ours", Some((1, 89)), true, &[1])
            },
            package("behind-a-feature", Some((1, 95)), true, &[2]),
            package("eager", Some((1, 95)), false, &[]),
        ],
    };
    assert_eq!(faults(&graph(&[])), ["eager 1.0.0 needs Rust 1.95; `behind-a-feature` asks for it"]);
    assert_eq!(faults(&graph(&["behind-a-feature"])), [""; 0]);
}
