//! Where a token is looked for, and what else may stand there.

use cpex_sdk::Resolution;
use cpex_sdk::cmf::Credentials;
use serde_json::json;

use super::door::{Door, failure, issuer};
use super::signer::Token;

#[test]
fn trap_32_two_credentials_in_one_place_are_ambiguous() {
    let door = Door::for_algorithm("RS256");
    let token = Token::new("RS256").signed();
    door.accept(&token);
    let bearer = format!("Bearer {token}");
    for credentials in [
        Credentials::bearer(&token).with("Authorization", bearer.clone()),
        Credentials::bearer(&token).with("AUTHORIZATION", "Basic dXNlcjpwYXNz"),
        Credentials::none().with("authorization", format!("{bearer}, {bearer}")),
        Credentials::none().with("authorization", format!("Basic dXNlcjpwYXNz, {bearer}")),
    ] {
        assert_eq!(failure(door.ask(&credentials)).code, "auth.ambiguous");
    }
}

#[test]
fn nothing_and_an_empty_place_and_another_scheme_differ() {
    let door = Door::for_algorithm("RS256");
    let authorization = |value: &str| door.ask(&Credentials::none().with("authorization", value));
    assert!(matches!(door.ask(&Credentials::none()), Resolution::Nothing));
    assert!(matches!(door.ask(&Credentials::none().with("x-api-key", "k")), Resolution::Nothing));
    assert!(matches!(authorization("Basic dXNlcjpwYXNz"), Resolution::Nothing));
    assert_eq!(failure(authorization("")).code, "auth.empty");
    assert_eq!(failure(authorization("Bearer ")).code, "auth.empty");
    assert_eq!(failure(authorization("Bearer ..")).code, "auth.malformed");
}

/// The token a principal was identified by.
fn proof(resolution: Resolution) -> String {
    match resolution {
        Resolution::Verified(verified) => verified.token.unwrap().expose().to_owned(),
        other => panic!("expected to be accepted, found {other:?}"),
    }
}

#[test]
fn a_token_is_taken_from_its_place_and_from_no_other() {
    let token = Token::new("RS256").signed();
    let trusted = json!([issuer("RS256")]);
    let cookie = json!({"credential": {"kind": "cookie", "name": "session"}, "trusted_issuers": trusted});
    let door = Door::new(&cookie);
    let sent = Credentials::none().with("cookie", format!("theme=dark; session={token}"));
    assert_eq!(proof(door.ask(&sent.with("x-other", "Bearer of-nobody"))), token);
    assert!(matches!(door.bearer(&token), Resolution::Nothing));

    let door = Door::new(&json!({"header": "X-Token", "trusted_issuers": trusted}));
    let sent = Credentials::none().with("x-token", token.clone());
    assert_eq!(proof(door.ask(&sent.with("x-other", "Bearer of-nobody"))), token);
    assert!(matches!(door.bearer(&token), Resolution::Nothing));

    let parameter = json!({"credential": {"kind": "query_param", "name": "access_token"}, "trusted_issuers": trusted});
    let door = Door::new(&parameter);
    let sent = Credentials::none().with_parameter("access_token", token.clone());
    assert_eq!(proof(door.ask(&sent.clone().with("x-other", "Bearer of-nobody"))), token);
    assert!(matches!(door.bearer(&token), Resolution::Nothing));
    assert_eq!(failure(door.ask(&sent.with_parameter("access_token", token))).code, "auth.ambiguous");
}
