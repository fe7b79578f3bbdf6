//! Who a verified token speaks for.

use cpex_sdk::cmf::{NameSet, Principal, Workload};
use serde_json::{Value as Json, json};

use super::door::{Door, issuer};
use super::signer::{AUDIENCE, ISSUER, Token};

fn door(role: &str) -> Door {
    Door::new(&json!({"role": role, "trusted_issuers": [issuer("EdDSA")]}))
}

fn set(names: &[&str]) -> NameSet {
    names.iter().copied().collect()
}

#[test]
fn a_user_is_told_with_every_claim_in_its_shape() {
    let token = Token::new("EdDSA")
        .claim("permissions", json!(["view_ssn"]))
        .claim("groups", json!(["engineering"]))
        .claim("tid", "acme")
        .claim("address", json!({"country": "NZ", "lines": [1, 2.5, null, true]}));
    let Principal::Subject(subject) = door("user").accept(&token.signed()) else { panic!("not a user") };
    assert_eq!((subject.id.as_str(), subject.kind.name()), ("alice", "user"));
    assert_eq!((subject.issuer.as_deref(), subject.tenant.as_deref()), (Some(ISSUER), Some("acme")));
    assert_eq!((subject.roles, subject.permissions), (set(&["hr"]), set(&["view_ssn"])));
    assert_eq!(subject.teams, set(&["engineering"]));
    assert_eq!(Json::Object(subject.claims), token.claims);
}

#[test]
fn a_client_is_told_with_its_scopes() {
    let token = Token::new("EdDSA").claim("azp", "assistant").claim("scope", "read write");
    let Principal::Client(client) = door("client").accept(&token.signed()) else { panic!("not a client") };
    assert_eq!((client.id.as_str(), client.scopes), ("assistant", set(&["read", "write"])));
    assert_eq!((client.roles, client.audiences), (set(&["hr"]), set(&[AUDIENCE])));
    assert_eq!(Json::Object(client.claims), token.claims);
    assert_eq!(door("client").refuse(&Token::new("EdDSA").signed()).code, "auth.invalid");
}

#[test]
fn a_workload_is_told_with_its_trust_domain() {
    let workload =
        Workload { spiffe_id: "spiffe://example.org/agent".to_owned(), trust_domain: "example.org".to_owned() };
    let by_subject = Token::new("EdDSA").claim("sub", "spiffe://example.org/agent");
    let by_claim = Token::new("EdDSA").without("sub").claim("spiffe_id", "spiffe://example.org/agent");
    for token in [by_subject, by_claim] {
        assert_eq!(door("caller_workload").accept(&token.signed()), Principal::CallerWorkload(workload.clone()));
    }
}

#[test]
fn a_workload_whose_sub_is_no_spiffe_id_is_refused_whatever_else_names_it() {
    let token = Token::new("EdDSA").claim("spiffe_id", "spiffe://example.org/agent");
    let failure = door("caller_workload").refuse(&token.signed());
    assert_eq!(failure.code, "auth.invalid");
    assert_eq!(failure.note, format!("issuer `{ISSUER}`, key `k1`: the workload is not named by a SPIFFE ID"));
}

#[test]
fn an_audience_may_stand_in_a_list_or_go_unchecked() {
    let listed = Token::new("EdDSA").claim("aud", json!(["elsewhere", AUDIENCE]));
    Door::for_algorithm("EdDSA").accept(&listed.signed());

    let mut anybody = issuer("EdDSA");
    anybody.as_object_mut().unwrap().remove("audiences");
    anybody["skip_audience_validation"] = true.into();
    let door = Door::new(&json!({"trusted_issuers": [anybody]}));
    door.accept(&Token::new("EdDSA").claim("aud", "elsewhere").signed());
    door.accept(&Token::new("EdDSA").without("aud").signed());
}

#[test]
fn the_types_of_access_tokens_are_accepted() {
    let door = Door::for_algorithm("EdDSA");
    for kind in ["JWT", "jwt", "at+jwt", "application/at+jwt", "JOSE"] {
        door.accept(&Token::new("EdDSA").header("typ", kind).signed());
    }
    let mut untyped = Token::new("EdDSA");
    untyped.header.as_object_mut().unwrap().remove("typ").unwrap();
    door.accept(&untyped.signed());
}
