#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use zeroize::Zeroizing;

use super::*;

fn response(status: u16, body: &str) -> OutboundResponse {
    OutboundResponse { status, headers: Vec::new(), body: Zeroizing::new(body.as_bytes().to_vec()) }
}

fn read(body: &str) -> Result<Answer, String> {
    Answer::read(&response(200, body), Grant::Exchange).map_err(|MintError(text)| text)
}

/// A good answer with one member changed, or without it.
fn with(member: &str, value: Json) -> String {
    let mut answer = json!({
        "access_token": "planted", "token_type": "Bearer", "expires_in": 60, "scope": "read",
        "issued_token_type": ACCESS_TOKEN,
    });
    if value.is_null() {
        answer.as_object_mut().unwrap().remove(member);
    } else {
        answer.as_object_mut().unwrap().insert(member.to_owned(), value);
    }
    answer.to_string()
}

#[test]
fn a_good_answer_is_read() {
    let answer = read(&with("refresh_token", json!({ "any": ["thing"] }))).unwrap();
    assert_eq!((answer.token.expose(), answer.lifetime), ("planted", Some(Duration::from_secs(60))));
    assert_eq!(answer.scopes, Some(vec!["read".into()]));
    for (member, value) in [
        ("token_type", json!("bEARER")),
        ("issued_token_type", json!("urn:ietf:params:oauth:token-type:jwt")),
        ("expires_in", Json::Null),
        ("scope", Json::Null),
        ("scope", json!(" read   write ")),
        ("scope", json!("")),
        ("access_token", json!("a.b-c_d~e+f/g==")),
    ] {
        assert!(read(&with(member, value.clone())).is_ok(), "{member}: {value}");
    }
    assert_eq!(read(&with("scope", json!(" a   b "))).unwrap().scopes, Some(vec!["a".into(), "b".into()]));
    assert_eq!(read(&with("scope", json!(""))).unwrap().scopes, Some(Vec::new()));
    assert_eq!(read(&with("scope", Json::Null)).unwrap().scopes, None);
    assert_eq!(read(&with("expires_in", Json::Null)).unwrap().lifetime, None);
}

#[test]
fn an_answer_that_is_not_good_is_refused_in_our_words() {
    let unread = "the answer of the token endpoint is not that of RFC 6749";
    let unsendable = "the issued token cannot be sent in a header";
    for (member, value, text) in [
        ("access_token", Json::Null, unread),
        ("access_token", json!(7), unread),
        ("access_token", json!(""), unsendable),
        ("access_token", json!("plan ted"), unsendable),
        ("access_token", json!("plan\r\nted"), unsendable),
        ("access_token", json!("plänted"), unsendable),
        ("token_type", Json::Null, unread),
        ("token_type", json!("DPoP"), "the issued token is no bearer token"),
        ("token_type", json!("N_A"), "the issued token is no bearer token"),
        ("issued_token_type", Json::Null, "the answer does not say what kind of token it is"),
        (
            "issued_token_type",
            json!("urn:ietf:params:oauth:token-type:id_token"),
            "the issued token is no access token",
        ),
        ("issued_token_type", json!("planted"), "the issued token is no access token"),
        ("expires_in", json!(0), "the issued token is already over"),
        ("expires_in", json!(-1), unread),
        ("expires_in", json!(1.5), unread),
        ("expires_in", json!("planted"), unread),
        ("expires_in", json!(1e30), unread),
        ("scope", json!(["planted"]), unread),
        ("scope", json!("planted\tplanted"), "the granted scope is not that of RFC 6749"),
        ("scope", json!("planted \"planted\""), "the granted scope is not that of RFC 6749"),
    ] {
        assert_eq!(read(&with(member, value.clone())).err().as_deref(), Some(text), "{member}: {value}");
    }
}

#[test]
fn what_is_no_object_with_each_member_once_is_unread() {
    let good = with("scope", json!("read"));
    let twice = good.replacen('{', r#"{"access_token":"planted2","#, 1);
    let nested = "[".repeat(60_000);
    let list = r#"["planted","Bearer",60,"read","urn:ietf:params:oauth:token-type:access_token"]"#;
    for body in
        ["", "null", "planted", "[]", list, r#""planted""#, "{", twice.as_str(), &nested, &format!("{good} planted")]
    {
        let text = read(body).err();
        assert_eq!(text.as_deref(), Some("the answer of the token endpoint is not that of RFC 6749"));
    }
    let bytes = OutboundResponse { body: Zeroizing::new(vec![0xff; 9]), ..response(200, "") };
    assert!(Answer::read(&bytes, Grant::Exchange).is_err());
}

#[test]
fn only_an_exchange_has_to_say_what_was_issued() {
    let body = with("issued_token_type", Json::Null);
    for grant in [Grant::ClientCredentials, Grant::Assertion] {
        assert!(Answer::read(&response(200, &body), grant).is_ok(), "{grant:?}");
    }
}

#[test]
fn trap_36_of_a_refusal_only_the_codes_of_the_rfcs_are_repeated() {
    let refused = |status, body: &str| {
        Answer::read(&response(status, body), Grant::Exchange).err().map(|MintError(text)| text).unwrap()
    };
    let told = json!({ "error": "invalid_grant", "error_description": "planted", "error_uri": "https://planted" });
    assert_eq!(refused(400, &told.to_string()), "the token endpoint refused: `invalid_grant`");
    assert_eq!(refused(401, r#"{"error":"invalid_client"}"#), "the token endpoint refused: `invalid_client`");
    for body in [r#"{"error":"planted"}"#, "planted", "", r#"{"error":["invalid_grant"]}"#] {
        assert_eq!(refused(400, body), "the token endpoint answered with status 400", "{body}");
    }
    // A token in anything but a 200 is none.
    for status in [201, 204, 302, 400, 500] {
        let text = format!("the token endpoint answered with status {status}");
        assert_eq!(refused(status, &with("scope", json!("read"))), text);
    }
}

#[test]
fn a_token_names_an_actor_where_its_claims_do() {
    let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
    assert!(names_actor(&token(r#"{"sub":"ada","act":{"sub":"agent"}}"#)));
    for claims in [
        "{}",
        r#"{"act":null}"#,
        r#"{"act":{}}"#,
        r#"{"act":"agent"}"#,
        r#"{"act":{"sub":"a"},"act":{"sub":"b"}}"#,
        "x",
    ] {
        assert!(!names_actor(&token(claims)), "{claims}");
    }
    for other in ["", "opaque", "a.b", "..", "e30.!!.c2ln"] {
        assert!(!names_actor(other), "{other}");
    }
    assert!(!names_actor(&format!("{}.x", token(r#"{"act":{"sub":"agent"}}"#))));
}
