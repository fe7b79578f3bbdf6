//! A plugin author compiles little: the SDK and all it brings stay few crates.

use super::metadata::{Graph, Package, graph};

const SDK: &str = "cpex-sdk";
const MAX_CRATES: usize = 24;

#[test]
fn a_plugin_author_compiles_few_crates() {
    let names = crates(&graph(), SDK);
    assert!(within(&names), "`{SDK}` brings {} crates; {MAX_CRATES} are the limit: {}", names.len(), names.join(" "));
}

fn crates(graph: &Graph, from: &str) -> Vec<String> {
    let mut names: Vec<String> = graph.reachable(from).keys().map(|&place| graph.package(place).name.clone()).collect();
    names.sort();
    names
}

fn within(names: &[String]) -> bool {
    names.len() <= MAX_CRATES
}

/// A package that depends on so many others.
fn fixture(others: usize) -> Graph {
    let other = |at: usize| Package {
        name: format!("other-{at}"),
        version: "1.0.0".to_owned(),
        rust: None,
        ours: false,
        uses: Vec::new(),
    };
    let mut packages: Vec<Package> = (1..=others).map(other).collect();
    packages.insert(0, Package { ours: true, name: SDK.to_owned(), uses: (1..=others).collect(), ..other(0) });
    packages.push(other(others + 1));
    Graph { packages }
}

#[test]
fn one_crate_too_many_is_seen() {
    assert!(within(&crates(&fixture(MAX_CRATES - 1), SDK)));
    assert!(!within(&crates(&fixture(MAX_CRATES), SDK)));
}
