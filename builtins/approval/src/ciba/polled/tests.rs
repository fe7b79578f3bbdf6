#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use zeroize::Zeroizing;

use super::*;

fn read(status: u16, body: &str) -> Result<Polled, String> {
    let expected = Expected { client_id: "gateway", issuer: None, approver_claim: "sub", now_ms: 1000 };
    let body = Zeroizing::new(body.as_bytes().to_vec());
    let response = OutboundResponse { status, headers: Vec::new(), body };
    Polled::read(&response, "bob", &expected).map_err(|ElicitationError(text)| text)
}

fn token(by: &str) -> String {
    let claims = json!({ "aud": "gateway", "sub": by, "exp": 2 }).to_string();
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn who_signed_in_is_who_approved() {
    let answer = json!({ "access_token": ["any", "thing"], "token_type": 7, "id_token": token("eve") });
    let verdict = Verdict::Approved { by: "eve".to_owned() };
    assert_eq!(read(200, &answer.to_string()), Ok(Polled::Answered(verdict)));
}

#[test]
fn a_success_that_says_not_who_signed_in_is_forged() {
    for answer in [
        json!({ "access_token": "planted", "token_type": "Bearer" }),
        json!({ "id_token": null }),
        json!({ "id_token": "" }),
        json!({ "id_token": "planted" }),
        json!({ "id_token": token("") }),
        json!({ "error": "authorization_pending" }),
    ] {
        assert_eq!(read(200, &answer.to_string()), Ok(Polled::Answered(Verdict::Forged)), "{answer}");
    }
}

#[test]
fn errors_say_how_far_the_request_is() {
    let failed = |code: &str| Verdict::Failed { cause: format!("the token endpoint refused: `{code}`") };
    for (code, polled) in [
        ("authorization_pending", Polled::Pending),
        ("slow_down", Polled::SlowDown),
        ("expired_token", Polled::Answered(Verdict::Expired)),
        ("access_denied", Polled::Answered(Verdict::Denied { by: "bob".to_owned() })),
        ("invalid_grant", Polled::Answered(failed("invalid_grant"))),
        ("invalid_request", Polled::Answered(failed("invalid_request"))),
    ] {
        let body = json!({ "error": code, "error_description": "planted" }).to_string();
        assert_eq!(read(400, &body), Ok(polled), "{code}");
    }
}

#[test]
fn trap_36_of_a_failed_poll_only_the_codes_of_the_specifications_are_repeated() {
    let refused = r#"{"error":"invalid_client","error_description":"planted"}"#;
    assert_eq!(read(401, refused).unwrap_err(), "the token endpoint refused: `invalid_client`");
    let good = json!({ "id_token": token("bob") }).to_string();
    for (status, body) in [
        (400, r#"{"error":"planted"}"#),
        (400, "planted"),
        (400, r#"{"error":"access_denied","error":"authorization_pending"}"#),
        (500, r#"{"error":"access_denied"}"#),
        (201, &good),
        (302, &good),
        (400, &good),
    ] {
        let text = format!("the token endpoint answered with status {status}");
        assert_eq!(read(status, body).unwrap_err(), text, "{body}");
    }
    let twice = format!(r#"{{"id_token":"{0}","id_token":"{0}"}}"#, token("bob"));
    for body in ["", "planted", "[]", &format!(r#"["{}"]"#, token("bob")), &twice, r#"{"id_token":["planted"]}"#] {
        assert_eq!(read(200, body).unwrap_err(), "the answer of the token endpoint is not that of OpenID Connect");
    }
}
