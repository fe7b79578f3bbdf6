//! Tokens as identity providers make them.

use cpex_sdk::cmf::{Client, NameSet, Principal, Subject};
use serde_json::{Value as Json, json};

use super::door::{Door, issuer};
use super::signer::{AUDIENCE, ISSUER, NOW, Token};

/// A door for tokens of that provider, which are meant for [`AUDIENCE`].
fn door(provider: &str, role: &str) -> Door {
    Door::new(&json!({ "role": role, "claim_mapper": provider, "trusted_issuers": [issuer("EdDSA")] }))
}

fn signed(claims: &Json) -> String {
    Token { claims: claims.clone(), ..Token::new("EdDSA") }.signed()
}

fn user(provider: &str, claims: &Json) -> Subject {
    match door(provider, "user").accept(&signed(claims)) {
        Principal::Subject(subject) => subject,
        other => panic!("expected a user, found {other:?}"),
    }
}

fn client(provider: &str, claims: &Json) -> Client {
    match door(provider, "client").accept(&signed(claims)) {
        Principal::Client(client) => client,
        other => panic!("expected a client, found {other:?}"),
    }
}

fn refusal(provider: &str, claims: &Json) -> &'static str {
    door(provider, "user").refuse(&signed(claims)).code
}

fn set(names: &[&str]) -> NameSet {
    names.iter().copied().collect()
}

/// The same with some claims set, and those that are null left out.
fn with(mut claims: Json, changes: &Json) -> Json {
    let own = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        own.insert(name.clone(), value.clone());
    }
    own.retain(|_, value| !value.is_null());
    claims
}

/// An access token of Keycloak.
fn keycloak() -> Json {
    json!({
        "exp": NOW + 300, "iat": NOW, "auth_time": NOW - 10, "jti": "onrtac:5a1c", "iss": ISSUER,
        "aud": [AUDIENCE, "account"], "sub": "f:12:alice", "typ": "Bearer", "azp": "portal", "sid": "b3c7", "acr": "1",
        "realm_access": { "roles": ["offline_access", "hr"] },
        "resource_access": {
            "agents": { "roles": ["caller"] }, "portal": { "roles": ["admin"] },
            "account": { "roles": ["manage-account"] },
        },
        "scope": "openid email", "preferred_username": "alice", "groups": ["/engineering"],
    })
}

#[test]
fn keycloak_states_roles_of_the_realm_and_of_the_clients_that_are_audiences() {
    let alice = user("keycloak", &keycloak());
    assert_eq!(alice.roles, set(&["offline_access", "hr", "caller"]));
    assert_eq!((alice.id.as_str(), alice.teams), ("f:12:alice", set(&["/engineering"])));
    let none = with(keycloak(), &json!({ "realm_access": null, "resource_access": null }));
    assert_eq!(user("keycloak", &none).roles, NameSet::EMPTY);
    let service = with(keycloak(), &json!({ "client_id": "portal", "sub": "service-account" }));
    let portal = client("keycloak", &service);
    assert_eq!((portal.id.as_str(), portal.roles), ("portal", set(&["offline_access", "hr", "caller"])));
}

#[test]
fn an_audience_with_dots_is_one_client_of_keycloak() {
    let mut trusted = issuer("EdDSA");
    trusted["audiences"] = json!(["https://api.example"]);
    let door = Door::new(&json!({ "claim_mapper": "keycloak", "trusted_issuers": [trusted] }));
    let claims = json!({
        "aud": "https://api.example",
        "resource_access": { "https://api.example": { "roles": ["caller"] }, "https://api": { "example": { "roles": ["x"] } } },
    });
    let Principal::Subject(alice) = door.accept(&signed(&with(keycloak(), &claims))) else { panic!("not a user") };
    assert_eq!(alice.roles, set(&["offline_access", "hr", "caller"]));
}

#[test]
fn roles_of_keycloak_in_another_shape_are_refused() {
    for claims in [
        json!({ "realm_access": { "roles": { "hr": true } } }),
        json!({ "resource_access": { "agents": { "roles": [7] } } }),
    ] {
        assert_eq!(refusal("keycloak", &with(keycloak(), &claims)), "auth.malformed", "{claims}");
    }
}

/// An access token of Auth0, of an API with permissions.
fn auth0() -> Json {
    json!({
        "iss": ISSUER, "sub": "auth0|5f7c", "aud": [AUDIENCE, "https://tenant.example/userinfo"], "iat": NOW,
        "exp": NOW + 300, "azp": "portal", "scope": "openid read:pay write:pay", "org_id": "org_9ybsU1",
        "permissions": ["read:pay"], "tenant": "elsewhere", "https://example.com/roles": ["hr"],
    })
}

#[test]
fn auth0_states_permissions_and_an_organization() {
    let alice = user("auth0", &auth0());
    assert_eq!((alice.permissions, alice.tenant.as_deref()), (set(&["read:pay"]), Some("org_9ybsU1")));
    assert_eq!(alice.roles, NameSet::EMPTY);
    let asked = user("auth0", &with(auth0(), &json!({ "permissions": null, "org_id": null })));
    assert_eq!((asked.permissions, asked.tenant), (NameSet::EMPTY, None), "a scope is what was asked for");
    let machine = client("auth0", &with(auth0(), &json!({ "sub": "portal@clients", "gty": "client-credentials" })));
    assert_eq!((machine.id.as_str(), machine.permissions), ("portal", set(&["read:pay"])));
    assert_eq!(machine.scopes, set(&["openid", "read:pay", "write:pay"]));
}

/// An access token of Cognito, which has no `aud`.
fn cognito() -> Json {
    json!({
        "sub": "aaaaaaaa-bbbb", "cognito:groups": ["hr"], "iss": ISSUER, "client_id": AUDIENCE, "origin_jti": "b1",
        "token_use": "access", "scope": "pay/read", "auth_time": NOW, "exp": NOW + 300, "iat": NOW, "jti": "c1",
        "username": "alice", "custom:tenant": "acme",
    })
}

#[test]
fn cognito_states_groups_that_are_roles_and_teams() {
    let alice = user("cognito", &cognito());
    assert_eq!((alice.roles, alice.teams, alice.permissions), (set(&["hr"]), set(&["hr"]), set(&["pay/read"])));
    assert_eq!(alice.tenant, None, "its users may write what begins with `custom:`");
    let app = client("cognito", &with(cognito(), &json!({ "sub": AUDIENCE })));
    assert_eq!((app.id.as_str(), app.scopes, app.teams), (AUDIENCE, set(&["pay/read"]), NameSet::EMPTY));
}

#[test]
fn the_client_of_an_access_token_of_cognito_is_its_audience_and_of_no_other_token() {
    for (claims, code) in [
        (json!({ "client_id": "elsewhere" }), "auth.audience"),
        (json!({ "client_id": null }), "auth.audience"),
        (json!({ "client_id": [7] }), "auth.malformed"),
        (json!({ "token_use": "id" }), "auth.audience"),
        (json!({ "token_use": "ACCESS" }), "auth.audience"),
        (json!({ "token_use": null }), "auth.audience"),
        (json!({ "aud": "elsewhere" }), "auth.audience"),
    ] {
        assert_eq!(refusal("cognito", &with(cognito(), &claims)), code, "{claims}");
    }
    user("cognito", &with(cognito(), &json!({ "token_use": "id", "aud": AUDIENCE, "client_id": null })));
    for other in ["standard", "keycloak", "auth0"] {
        assert_eq!(refusal(other, &cognito()), "auth.audience", "{other}");
    }
}
