#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use apl_cmf::NameSet;
use serde_json::json;

use super::*;

fn claims(value: Json) -> Claims {
    let Json::Object(claims) = value else { panic!("not a map") };
    claims
}

fn subject(mapping: &Mapping, value: Json) -> Result<Subject, Refusal> {
    match mapping.principal(claims(value))? {
        Principal::Subject(subject) => Ok(subject),
        other => panic!("expected a user, found {other:?}"),
    }
}

fn client(mapping: &Mapping, value: Json) -> Result<Client, Refusal> {
    match mapping.principal(claims(value))? {
        Principal::Client(client) => Ok(client),
        other => panic!("expected a client, found {other:?}"),
    }
}

fn set(names: &[&str]) -> NameSet {
    names.iter().copied().collect()
}

#[test]
fn permissions_are_those_claimed_else_the_words_of_the_scope() {
    let user = Mapping::standard(Role::User);
    let permissions = |value: Json| subject(&user, value).unwrap().permissions;
    assert_eq!(permissions(json!({"sub": "a", "scope": " read  write "})), set(&["read", "write"]));
    assert_eq!(permissions(json!({"sub": "a", "permissions": ["x"], "scope": "read"})), set(&["x"]));
    assert_eq!(permissions(json!({"sub": "a", "permissions": [], "scope": "read"})), NameSet::EMPTY);
    assert_eq!(permissions(json!({"sub": "a", "permissions": null, "scope": "read"})), set(&["read"]));
    assert_eq!(permissions(json!({"sub": "a"})), NameSet::EMPTY);
}

#[test]
fn teams_and_tenant_have_a_second_name() {
    let user = Mapping::standard(Role::User);
    let both = json!({"sub": "a", "teams": ["t"], "groups": ["g"], "tenant": "x", "tid": "y"});
    let told = subject(&user, both).unwrap();
    assert_eq!((told.teams, told.tenant.as_deref()), (set(&["t"]), Some("x")));
    let second = subject(&user, json!({"sub": "a", "groups": ["g"], "tid": "y"})).unwrap();
    assert_eq!((second.teams, second.tenant.as_deref()), (set(&["g"]), Some("y")));
}

#[test]
fn a_text_is_one_role_even_with_spaces_in_it() {
    let told = subject(&Mapping::standard(Role::User), json!({"sub": "a", "roles": "Domain Users"})).unwrap();
    assert_eq!(told.roles, set(&["Domain Users"]));
}

#[test]
fn a_client_is_named_by_client_id_before_azp() {
    let mapping = Mapping::standard(Role::Client);
    let told =
        client(&mapping, json!({"client_id": "c", "azp": "z", "authorized_scopes": ["s"], "scope": "t"})).unwrap();
    assert_eq!((told.id.as_str(), told.scopes, told.authorized_scopes), ("c", set(&["s"]), set(&["s"])));
    let told = client(&mapping, json!({"azp": "z", "scope": "t u", "aud": ["x", "y"]})).unwrap();
    assert_eq!((told.id.as_str(), told.scopes, told.authorized_scopes), ("z", set(&["t", "u"]), NameSet::EMPTY));
    assert_eq!(told.audiences, set(&["x", "y"]));
}

#[test]
fn sub_does_not_name_a_client_and_an_empty_name_is_none() {
    let missing = Refusal::invalid("the claim that identifies the principal is missing or empty");
    assert_eq!(client(&Mapping::standard(Role::Client), json!({"sub": "a"})), Err(missing));
    assert_eq!(client(&Mapping::standard(Role::Client), json!({"client_id": "", "azp": "z"})), Err(missing));
}

#[test]
fn paths_lead_into_claims_and_whole_names_come_first() {
    let path = |text: &str| ClaimPath::Dotted(text.to_owned());
    let held = claims(json!({"a": {"b": {"c": 1}}, "a.b": 2, "https://x.example/roles": 3, "n": null, "t": "text"}));
    assert_eq!(path("a.b.c").find(&held), Some(&json!(1)));
    assert_eq!(path("a.b").find(&held), Some(&json!(2)));
    assert_eq!(path("https://x.example/roles").find(&held), Some(&json!(3)));
    for absent in ["b", "a.c", "a.b.c.d", "n", "t.x", "a.", ".a", ""] {
        assert_eq!(path(absent).find(&held), None, "{absent}");
    }
}

#[test]
fn a_claim_map_takes_all_of_its_names_together() {
    let mut mapping = Mapping::standard(Role::User);
    mapping.id = paths(&["oid", "sub"]);
    mapping.roles = Names::All(paths(&["realm_access.roles", "resource_access.app.roles", "absent"]));
    let value = json!({
        "sub": "a", "roles": ["unread"],
        "realm_access": {"roles": ["x"]}, "resource_access": {"app": {"roles": ["y", "x"]}},
    });
    let told = subject(&mapping, value).unwrap();
    assert_eq!((told.id.as_str(), told.roles), ("a", set(&["x", "y"])));
}

#[test]
fn one_unreadable_claim_of_several_is_refused() {
    let mut mapping = Mapping::standard(Role::User);
    mapping.roles = Names::All(paths(&["a", "b"]));
    let refused = subject(&mapping, json!({"sub": "a", "a": ["x"], "b": {"y": 1}}));
    assert_eq!(refused.unwrap_err().code, "auth.malformed");
}
