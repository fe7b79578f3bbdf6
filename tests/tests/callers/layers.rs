//! Who must be identified under layers: authenticators are those of the route that matched.

use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::json;

use super::monitor::{manager, run, token, tool};

/// A key for everything, and a token where more is at stake.
const DOCUMENT: &str = r#"
plugins:
  - { name: user, kind: identity/jwt, config: { trusted_issuers: *trusted } }
  - name: key
    kind: identity/api-key
    config:
      keys:
        - hash: sha256:26f13efdebd93429a1ca9b353d4cd2f69a882dc28a280c63d34ba5b63fa859b8
          subject: { id: crawler, roles: [hr] }
global:
  authentication: [key]
routes:
  - { tool: search }
  - { tool: pay, authentication: { use: [user], replace_inherited: true }, policy: [ "require(role.hr)" ] }
  - { tool: pay, server: test, policy: [ "require(role.hr)" ] }
  - { tool: both, authentication: [user] }
  - { tool: "*", policy: [ "require(role.hr)" ] }
"#;

const KEY: &str = "cpex_3q2-7wAbQk1m9sZ0";

fn key(key: &str) -> Credentials {
    Credentials::none().with("X-API-Key", key)
}

fn token_of(id: &str) -> String {
    format!("Bearer {}", token(&json!({ "sub": id, "roles": ["hr"] })))
}

fn user(id: &str) -> Credentials {
    Credentials::none().with("Authorization", token_of(id))
}

/// The code of the denial, or `allow`; then the authenticators that were asked, each with what it found.
fn asked(operation: Operation, caller: Credentials) -> (String, Vec<String>) {
    run(async {
        let operation = operation.caller(Caller::Credentials(caller));
        let outcome = manager(DOCUMENT).await.authorize(operation).await;
        let controls = outcome.report.controls.iter();
        let end = outcome.report.code.unwrap_or("allow").to_owned();
        (end, controls.map(|control| format!("{}: {}", control.name, control.requested)).collect())
    })
}

fn found(end: &str, asked: &[&str]) -> (String, Vec<String>) {
    (end.to_owned(), asked.iter().map(|asked| (*asked).to_owned()).collect())
}

#[test]
fn trap_34_a_weaker_authenticator_of_all_operations_does_not_stand_in_for_that_of_the_route() {
    assert_eq!(asked(tool("pay"), key(KEY)), found("auth.missing", &["user: nothing"]));
    assert_eq!(asked(tool("search"), key(KEY)).0, "allow", "the key is good where it is asked for");
}

#[test]
fn trap_34_an_authenticator_that_the_route_replaces_has_no_say() {
    for weaker in [KEY, "wrong", ""] {
        let both = key(weaker).with("Authorization", token_of("eve"));
        assert_eq!(asked(tool("pay"), both).1.first().map(String::as_str), Some("user: allow"), "{weaker}");
    }
    assert_eq!(asked(tool("search"), key("wrong").with("Authorization", token_of("eve"))).0, "auth.invalid");
}

#[test]
fn trap_34_what_is_in_force_is_that_of_the_one_route_that_matched() {
    let on = |server: &str| tool("pay").server(server);
    assert_eq!(asked(on("prod"), key(KEY)).0, "auth.missing");
    assert_eq!(asked(on("test"), key(KEY)).1[0], "key: allow");
    assert_eq!(asked(on("test"), user("eve")), found("auth.missing", &["key: nothing"]));
    assert_eq!(asked(tool("other"), user("eve")), found("auth.missing", &["key: nothing"]));
}

#[test]
fn trap_34_authenticators_that_are_not_replaced_are_asked_together() {
    assert_eq!(asked(tool("both"), key(KEY).with("Authorization", token_of("eve"))).0, "auth.ambiguous");
    assert_eq!(asked(tool("both"), user("eve")).1[..2], ["key: nothing".to_owned(), "user: allow".to_owned()]);
}
