//! What the types forbid. Each program under `compile_fail` has a twin under `compile_pass` that differs by the one line
//! that is forbidden.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::path::PathBuf;

/// Programs in which a host takes for a permit what is none.
const HOSTS: [&str; 3] = ["denied", "pending", "permit"];

#[test]
fn trap_29_a_host_cannot_mistake_pending_or_denied_for_allowed() {
    let of_hosts = |folder: &str| HOSTS.map(|name| PathBuf::from(format!("tests/{folder}/{name}.rs"))).to_vec();
    check(of_hosts("compile_fail"), of_hosts("compile_pass"));
}

#[test]
fn what_is_forbidden_does_not_compile_and_its_twin_does() {
    check(others("compile_fail"), others("compile_pass"));
}

fn check(forbidden: Vec<PathBuf>, twins: Vec<PathBuf>) {
    let cases = trybuild::TestCases::new();
    forbidden.into_iter().for_each(|program| cases.compile_fail(program));
    twins.into_iter().for_each(|program| cases.pass(program));
}

/// The programs of a folder that are not those of hosts.
fn others(folder: &str) -> Vec<PathBuf> {
    let is_other = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        path.extension().is_some_and(|extension| extension == "rs") && !HOSTS.contains(&name)
    };
    let mut programs: Vec<PathBuf> =
        fs::read_dir(format!("tests/{folder}")).unwrap().map(|entry| entry.unwrap().path()).filter(is_other).collect();
    programs.sort_unstable();
    programs
}
