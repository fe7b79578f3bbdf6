//! Which operations are one session, by claims of tokens that were verified.

use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::monitor::{guard, manager, run, token, tool};

const DOCUMENT: &str = r#"
plugin_settings: { sessions: [ { claim: session.id }, client_and_subject, workload ] }
plugins:
  - { name: user, kind: identity/jwt, config: { trusted_issuers: *trusted } }
  - { name: client, kind: identity/jwt, config: { role: client, header: X-Client, trusted_issuers: *trusted } }
  - name: workload
    kind: identity/jwt
    config: { role: caller_workload, header: X-Workload, trusted_issuers: *trusted }
global:
  authentication:
    - { name: user, optional: true }
    - { name: client, optional: true }
    - { name: workload, optional: true }
routes:
  - { tool: taint, policy: [ "taint(secret)" ] }
  - { tool: read, policy: [ "session.labels contains 'secret': deny('tainted', 'tainted')" ] }
"#;

fn user(claims: &Json) -> Credentials {
    Credentials::bearer(&token(claims))
}

fn with(credentials: Credentials, header: &str, claims: &Json) -> Credentials {
    credentials.with(header, token(claims))
}

/// Codes of reads by these callers, after the first of them added a label; `-` where there is none.
fn reads(callers: &[Credentials]) -> Vec<String> {
    run(async {
        let manager = manager(DOCUMENT).await;
        let by = |name: &str, caller: &Credentials| tool(name).caller(Caller::Credentials(caller.clone()));
        let tainted = guard(&manager, by("taint", &callers[0])).await;
        assert!(matches!(tainted.decision, Decision::Allow(_)), "{:?}", tainted.report);
        let mut codes = Vec::new();
        for caller in callers {
            let read = guard(&manager, by("read", caller)).await;
            codes.push(read.decision.violation().map_or("-".to_owned(), |violation| violation.code.to_string()));
        }
        codes
    })
}

#[test]
fn a_claim_that_was_verified_makes_a_session_of_its_user() {
    let sid = |id: Json| json!({ "session": { "id": id } });
    let mut of_bob = sid(json!("one"));
    of_bob["sub"] = json!("bob");
    let callers = [user(&sid(json!("one"))), user(&sid(json!("two"))), user(&of_bob), user(&sid(json!(1)))];
    assert_eq!(reads(&callers), ["tainted", "-", "-", "-"]);
}

#[test]
fn a_session_that_no_verified_claim_names_is_none() {
    let callers =
        [user(&json!({ "session": { "id": "one" } })), user(&json!({})), user(&json!({ "session": { "id": {} } }))];
    assert_eq!(reads(&callers), ["tainted", "session.unbound", "session.unbound"]);
}

#[test]
fn a_user_and_a_client_are_a_session_together() {
    let app = |subject: &str, client: &str| {
        with(
            user(&json!({ "sub": subject })),
            "X-Client",
            &json!({ "client_id": client, "session": { "id": "shared" } }),
        )
    };
    let callers = [app("eve", "app"), app("eve", "other"), app("bob", "app"), user(&json!({}))];
    assert_eq!(reads(&callers), ["tainted", "-", "-", "session.unbound"]);
}

#[test]
fn a_client_without_a_user_has_the_session_of_its_own_claim() {
    let alone = |session: &str| {
        with(Credentials::none(), "X-Client", &json!({ "client_id": "app", "session": { "id": session } }))
    };
    assert_eq!(reads(&[alone("one"), alone("two")]), ["tainted", "-"]);
}

#[test]
fn a_workload_alone_is_a_caller_with_a_session_and_nobody_is_none() {
    let workload = |id: &str| with(Credentials::none(), "X-Workload", &json!({ "sub": id }));
    let callers = [workload("spiffe://d.example/w"), workload("spiffe://d.example/v"), Credentials::none()];
    assert_eq!(reads(&callers), ["tainted", "-", "session.unbound"]);
}
