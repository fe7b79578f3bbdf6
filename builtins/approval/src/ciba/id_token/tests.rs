#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests fail by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

const NOW_S: u64 = 1_767_225_600;

fn expected() -> Expected<'static> {
    Expected { client_id: "gateway", issuer: Some("https://idp.example"), approver_claim: "sub", now_ms: NOW_S * 1000 }
}

/// A good token with one claim changed, or without it.
fn with(claim: &str, value: Json) -> String {
    let mut claims = json!({
        "iss": "https://idp.example", "aud": "gateway", "sub": "bob", "exp": NOW_S + 1, "iat": NOW_S,
    });
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(claim);
    } else {
        claims[claim] = value;
    }
    encoded(&claims.to_string())
}

fn encoded(claims: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn a_good_token_says_who_answered() {
    for (claim, value) in [
        ("azp", Json::Null),
        ("azp", json!("gateway")),
        ("aud", json!(["gateway"])),
        ("exp", json!(NOW_S as f64 + 0.5)),
        ("nonce", json!("any")),
    ] {
        assert_eq!(answered_by(&with(claim, value.clone()), &expected()).as_deref(), Some("bob"), "{claim}: {value}");
    }
    let mut several: Json = json!({ "iss": "https://idp.example", "sub": "bob", "exp": NOW_S + 1, "azp": "gateway" });
    several["aud"] = json!(["other", "gateway"]);
    assert_eq!(answered_by(&encoded(&several.to_string()), &expected()).as_deref(), Some("bob"));
    let elsewhere = Expected { issuer: None, ..expected() };
    assert_eq!(answered_by(&with("iss", Json::Null), &elsewhere).as_deref(), Some("bob"));
    let by_mail = Expected { approver_claim: "https://acme.example/mail", ..expected() };
    assert_eq!(answered_by(&with("https://acme.example/mail", json!("b@x")), &by_mail).as_deref(), Some("b@x"));
    assert_eq!(answered_by(&with("sub", json!("bob")), &by_mail), None);
}

#[test]
fn a_token_that_is_not_for_this_client_now_says_nothing() {
    for (claim, value) in [
        ("iss", Json::Null),
        ("iss", json!("https://idp.example/")),
        ("iss", json!(["https://idp.example"])),
        ("aud", Json::Null),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", json!(["other"])),
        ("aud", json!(["gateway", "other"])),
        ("aud", json!({ "gateway": "gateway" })),
        ("azp", json!("other")),
        ("azp", json!(["gateway"])),
        ("exp", Json::Null),
        ("exp", json!(NOW_S)),
        ("exp", json!(NOW_S - 1)),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", json!((NOW_S + 1).to_string())),
        ("sub", Json::Null),
        ("sub", json!("")),
        ("sub", json!(7)),
    ] {
        assert_eq!(answered_by(&with(claim, value.clone()), &expected()), None, "{claim}: {value}");
    }
}

#[test]
fn what_is_no_token_says_nothing() {
    let good = with("azp", Json::Null);
    let unsigned = good.trim_end_matches("c2ln");
    let twice = encoded(&format!(
        r#"{{"iss":"https://idp.example","aud":"gateway","sub":"bob","sub":"eve","exp":{}}}"#,
        NOW_S + 1
    ));
    for other in ["", "opaque", "..", "e30.e30.c2ln", unsigned, &format!("{good}.x.y"), &twice] {
        assert_eq!(answered_by(other, &expected()), None, "{other}");
    }
}
