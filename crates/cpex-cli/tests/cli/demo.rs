//! `cpex demo`: what it shows is what policy decides.

use super::command::Place;

/// The cell of a caller and an operation: outcome and rule.
fn row<'t>(table: &'t str, caller: &str, operation: &str) -> &'t str {
    let line = table.lines().find(|line| line.starts_with(caller) && line.contains(operation));
    line.unwrap_or_else(|| panic!("no row of {caller} and {operation} in:\n{table}"))
}

fn show(policy: &str) -> String {
    let mut out = Vec::new();
    cpex_cli::demo::run("agent.yaml", policy, &mut out).expect("the scenario runs");
    String::from_utf8(out).expect("what it shows is text")
}

#[test]
fn the_shipped_policy_decides_by_caller_and_by_session() {
    let shown = Place::new().cpex("demo");
    shown.expect(0, &["Try next"]);
    let rows = [
        ("alice", "get_compensation", "allow {\"salary\":95000,\"ssn\":\"555-12-3456\"}"),
        ("bob", "get_compensation", "allow {\"salary\":95000,\"ssn\":\"[REDACTED]\"}   routes[0].result.ssn"),
        ("carol", "get_compensation", "deny  policy.require_failed"),
        ("alice", "send_email", "deny  session_tainted"),
        ("bob", "send_email", "no-write-down"),
        ("carol", "send_email", "allow {\"sent\":true}"),
        ("alice", "search_repos", "deny  policy.require_failed"),
        ("carol", "search_repos", "allow {\"found\":[\"gateway\",\"proxy\"]}"),
    ];
    for (caller, operation, said) in rows {
        let row = row(&shown.out, caller, operation);
        assert!(row.contains(said), "`{said}` does not stand in: {row}");
    }
    let received = shown.out.split("What the backends got").nth(1).expect("it tells what the backends got");
    for (caller, operation, cells) in [
        ("alice", "get_compensation", "workday-api     read_compensation  not there"),
        ("bob", "get_compensation", "workday-api     read_compensation  not there"),
        ("carol", "send_email", "no credential   -                  not there"),
        ("carol", "search_repos", "no credential   -                  not there"),
    ] {
        let row = row(received, caller, operation);
        assert!(row.contains(cells), "`{cells}` does not stand in: {row}");
    }
    assert!(!shown.out.contains("ARRIVED"), "{}", shown.out);
    assert!(shown.out.lines().count() <= 50, "more than a screen:\n{}", shown.out);
    assert!(shown.out.contains("\"own_code\": \"session_tainted\""), "{}", shown.out);
    assert!(shown.out.contains("\"standing\":\"verified\""), "{}", shown.out);
}

#[test]
fn another_role_in_the_policy_changes_the_table() {
    let shown = show(&cpex_cli::demo::POLICY.replace("require(role.hr)", "require(role.engineer)"));
    assert!(row(&shown, "bob", "get_compensation").contains("deny  policy.require_failed"), "{shown}");
    assert!(row(&shown, "carol", "get_compensation").contains("[REDACTED]"), "{shown}");
    assert!(row(&shown, "carol", "send_email").contains("session_tainted"), "{shown}");
    assert!(row(&shown, "bob", "send_email").contains("allow"), "{shown}");
}

#[test]
fn a_scope_that_the_token_endpoint_does_not_know_is_not_granted() {
    let wider = cpex_cli::demo::POLICY.replace("[read_compensation]", "[read_compensation, write_compensation]");
    let shown = show(&wider);
    let received = shown.split("What the backends got").nth(1).expect("it tells what the backends got");
    assert!(row(received, "alice", "get_compensation").contains("  read_compensation  "), "{shown}");
    let shown = show(&cpex_cli::demo::POLICY.replace("[read_compensation]", "[write_compensation]"));
    assert!(row(&shown, "alice", "get_compensation").contains("deny  delegation.failed"), "{shown}");
}

#[test]
fn a_policy_without_redaction_shows_the_number() {
    let shown = show(&cpex_cli::demo::POLICY.replace("str | redact(!perm.view_ssn)", "str"));
    assert!(row(&shown, "bob", "get_compensation").contains("555-12-3456"), "{shown}");
}

#[test]
fn a_policy_of_a_file_is_shown_and_a_wrong_one_refused() {
    let place = Place::new().with("mine.yaml", cpex_cli::demo::POLICY).with("wrong.yaml", "routs: []");
    place.cpex("demo --policy mine.yaml").expect(0, &["decided by mine.yaml"]);
    place.cpex("demo --policy wrong.yaml").expect(2, &["wrong.yaml:1:1: error[document.unknown_key]"]);
    place.cpex("demo --policy nowhere.yaml").expect(2, &["cannot read `nowhere.yaml`"]);
}
