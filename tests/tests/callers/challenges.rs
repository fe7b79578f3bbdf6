//! What callers are told of how to be let in: metadata for everybody, a challenge for who was denied.

use cpex::ResourceUrl;
use cpex::cmf::Credentials;
use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::monitor::{guard, manager, run, token, tool};

const DOCUMENT: &str = r#"
plugins:
  - { name: user, kind: identity/jwt, config: { trusted_issuers: *trusted } }
  - name: in-query
    kind: identity/jwt
    config: { trusted_issuers: *trusted, credential: { kind: query_param, name: access_token } }
  - name: in-cookie
    kind: identity/jwt
    config:
      credential: { kind: cookie, name: session }
      trusted_issuers:
        - { issuer: https://cookies.example, audiences: [x], decoding_key: { kind: secret, secret: other-secret } }
  - name: auth0
    kind: identity/jwt
    config:
      claim_mapper: auth0
      trusted_issuers: [ { issuer: idp, audiences: [x], decoding_key: { kind: secret, secret: another-secret } } ]
  - name: key
    kind: identity/api-key
    config:
      keys:
        - hash: sha256:26f13efdebd93429a1ca9b353d4cd2f69a882dc28a280c63d34ba5b63fa859b8
          subject: { id: crawler }
global:
  policy: [ "require(perm.agents)" ]
routes:
  - { tool: read, authentication: [user], policy: [ "require(perm['mail:read'], perm.calendar)" ] }
  - { tool: hr, authentication: [user], policy: [ "require(role.hr)" ] }
  - { tool: either, authentication: [user, key], policy: [ "require(perm.read)" ] }
  - { tool: keyed, authentication: [key], policy: [ "require(perm.secret)" ] }
  - { tool: queried, authentication: [in-query] }
  - { tool: cookied, authentication: [in-cookie] }
  - { tool: told, authentication: [auth0], policy: [ "require(perm.billed)" ] }
  - tool: literal
    authentication: [user]
    response: { headers: { www-authenticate: Negotiate } }
  - { tool: open }
"#;

const METADATA: &str = r#"resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/mcp""#;

fn resource() -> ResourceUrl {
    ResourceUrl::new("https://gateway.example/mcp").unwrap()
}

/// The stable code and the header of a denied call.
fn denied(name: &str, caller: Credentials) -> (&'static str, Option<String>) {
    run(async {
        let operation = tool(name).caller(Caller::Credentials(caller));
        let outcome = guard(&manager(DOCUMENT).await, operation).await;
        let violation = outcome.decision.violation().unwrap_or_else(|| panic!("{name} is allowed")).clone();
        let header = violation.challenge.map(|challenge| challenge.www_authenticate(&resource()));
        (outcome.report.code.unwrap(), header)
    })
}

fn bearer(claims: &Json) -> Credentials {
    Credentials::bearer(&token(claims))
}

#[test]
fn a_stranger_is_told_the_scopes_that_every_operation_needs_and_none_of_a_route() {
    let header = format!(r#"Bearer scope="agents", {METADATA}"#);
    for name in ["read", "hr", "either", "queried"] {
        assert_eq!(denied(name, Credentials::none()), ("auth.missing", Some(header.clone())), "{name}");
    }
}

#[test]
fn what_is_wrong_with_a_token_is_told_by_the_three_errors_there_are() {
    let invalid = |error: &str| Some(format!(r#"Bearer error="{error}", scope="agents", {METADATA}"#));
    let good = token(&json!({}));
    let forged = good.replacen('.', ".e30", 1);
    for (credentials, code, error) in [
        (bearer(&json!({ "exp": 1 })), "auth.expired", "invalid_token"),
        (bearer(&json!({ "nbf": 9_999_999_999_u64 })), "auth.not_yet_valid", "invalid_token"),
        (bearer(&json!({ "aud": "others" })), "auth.audience", "invalid_token"),
        (bearer(&json!({ "iss": "https://evil.example" })), "auth.issuer", "invalid_token"),
        (bearer(&json!({ "sub": "" })), "auth.invalid", "invalid_token"),
        (Credentials::bearer(&forged), "auth.malformed", "invalid_token"),
        (Credentials::bearer(""), "auth.empty", "invalid_request"),
        (
            Credentials::bearer(&good).with("Authorization", format!("Bearer {good}")),
            "auth.ambiguous",
            "invalid_request",
        ),
    ] {
        assert_eq!(denied("read", credentials), (code, invalid(error)), "{code}");
    }
}

#[test]
fn a_caller_who_lacks_permissions_is_told_all_scopes_that_are_needed_at_once() {
    let (code, header) = denied("read", bearer(&json!({ "scope": "agents calendar" })));
    let all = format!(r#"Bearer error="insufficient_scope", scope="agents calendar mail:read", {METADATA}"#);
    assert_eq!((code, header), ("policy.require_failed", Some(all)));
}

#[test]
fn a_caller_whom_no_scope_would_help_is_told_of_none() {
    assert_eq!(denied("hr", bearer(&json!({ "scope": "agents" }))), ("policy.require_failed", None));
    let with_key = Credentials::none().with("X-API-Key", "cpex_3q2-7wAbQk1m9sZ0");
    assert_eq!(denied("keyed", with_key.clone()), ("policy.require_failed", None));
    assert_eq!(denied("either", with_key), ("policy.require_failed", None));
    assert_eq!(denied("open", Credentials::none()), ("policy.require_failed", None));
}

#[test]
fn a_key_that_fails_says_nothing_of_a_token() {
    let wrong_key = Credentials::none().with("X-API-Key", "wrong");
    assert_eq!(denied("keyed", wrong_key.clone()), ("auth.invalid", None));
    let header = format!(r#"Bearer scope="agents", {METADATA}"#);
    assert_eq!(denied("either", wrong_key), ("auth.invalid", Some(header)));
}

#[test]
fn only_a_token_that_a_client_can_send_as_a_bearer_is_asked_for() {
    for name in ["keyed", "cookied"] {
        assert_eq!(denied(name, Credentials::none()), ("auth.missing", None), "{name}");
    }
}

#[test]
fn scopes_are_told_only_where_they_become_permissions() {
    assert_eq!(denied("told", Credentials::none()), ("auth.missing", Some(format!("Bearer {METADATA}"))));
}

#[test]
fn the_header_of_the_document_comes_first() {
    let denied = run(async {
        let outcome = guard(&manager(DOCUMENT).await, tool("literal")).await;
        outcome.decision.violation().unwrap().clone()
    });
    assert_eq!(denied.challenge, None);
    assert_eq!(denied.response.unwrap().headers, [("www-authenticate".to_owned(), "Negotiate".to_owned())]);
}

#[test]
fn the_metadata_of_all_operations_have_every_issuer_and_scope_that_a_token_can_have() {
    let metadata = run(async { manager(DOCUMENT).await.protected_resource(&resource()) });
    assert_eq!(
        serde_json::to_value(&metadata).unwrap(),
        json!({
            "resource": "https://gateway.example/mcp",
            "authorization_servers": ["https://idp.example"],
            "bearer_methods_supported": ["header", "query"],
            "scopes_supported": ["agents", "calendar", "mail:read", "read"],
        })
    );
}

#[test]
fn the_metadata_of_one_operation_are_what_is_in_force_for_it() {
    let of = |name: &str| {
        let metadata = run(async { manager(DOCUMENT).await.protected_resource_for(&resource(), &tool(name)) });
        serde_json::to_value(&metadata).unwrap()
    };
    let url = "https://gateway.example/mcp";
    assert_eq!(
        of("queried"),
        json!({
            "resource": url, "authorization_servers": ["https://idp.example"],
            "bearer_methods_supported": ["query"], "scopes_supported": ["agents"],
        })
    );
    assert_eq!(of("told"), json!({ "resource": url, "bearer_methods_supported": ["header"] }));
    for name in ["keyed", "cookied", "open", "unknown"] {
        assert_eq!(of(name), json!({ "resource": url }), "{name}");
    }
}

#[test]
fn a_manager_without_a_document_says_what_it_is_and_no_more() {
    let metadata = PluginManager::default().protected_resource(&resource());
    assert_eq!(serde_json::to_value(&metadata).unwrap(), json!({ "resource": "https://gateway.example/mcp" }));
}
