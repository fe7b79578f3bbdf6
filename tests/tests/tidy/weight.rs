//! A plugin author compiles little: the SDK and all it brings stay few crates.

use std::collections::BTreeSet;
use std::process::Command;

use super::repository::top;

const SDK: &str = "cpex-sdk";
const MAX_CRATES: usize = 24;

#[test]
fn a_plugin_author_compiles_few_crates() {
    let crates = crates(&compiled(SDK));
    let names: Vec<&str> = crates.iter().map(String::as_str).collect();
    assert!(within(&crates), "`{SDK}` brings {} crates; {MAX_CRATES} are the limit: {}", names.len(), names.join(", "));
}

/// What cargo compiles for a package alone, a crate a line. What other packages of the workspace ask of a crate that both
/// have does not count: who depends on the one has nothing of the others.
fn compiled(package: &str) -> String {
    let options = ["tree", "--offline", "--package", package, "--edges", "normal,build", "--prefix", "none"];
    let asked = Command::new(env!("CARGO")).args(options).current_dir(top()).output().expect("cargo can be run");
    assert!(asked.status.success(), "`cargo tree` fails: {}", String::from_utf8_lossy(&asked.stderr));
    String::from_utf8(asked.stdout).expect("cargo writes UTF-8")
}

/// The crates of such a list, by name and version. One that was listed before is marked.
fn crates(tree: &str) -> BTreeSet<String> {
    let name = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    tree.lines().filter(|line| !line.trim().is_empty()).map(name).collect()
}

fn within(crates: &BTreeSet<String>) -> bool {
    crates.len() <= MAX_CRATES
}

#[test]
fn one_crate_too_many_is_seen() {
    let tree = |count| (0..count).map(|at| format!("other-{at} v1.0.0\nother-{at} v1.0.0 (*)\n")).collect::<String>();
    assert!(within(&crates(&tree(MAX_CRATES))));
    assert!(!within(&crates(&tree(MAX_CRATES + 1))));
}
