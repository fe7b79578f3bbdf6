//! `cpex lsp` as an editor meets it: a client that is not ours, of pygls, asks the binary over its streams.

use std::process::Command;

use super::command::top;

/// Fewer tests than this are not those of the client.
const AT_LEAST: usize = 13;

#[test]
fn a_client_that_is_not_ours_is_served() {
    let python = top().join(".tools/venv/bin/python");
    assert!(python.exists(), "`{}` is not there: run `make setup`", python.display());
    let ran = Command::new(&python)
        .arg(top().join("tests/lsp/test_lsp.py"))
        .env("CPEX", env!("CARGO_BIN_EXE_cpex"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("the client starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stdout));
    let count = said.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse::<usize>().ok());
    assert!(count.is_some_and(|count| count >= AT_LEAST), "too few tests were run:\n{said}");
}
