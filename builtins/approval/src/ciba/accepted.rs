//! What the backchannel endpoint answers. Its errors never repeat it: they are texts of this program and codes of the
//! specification.

use apl_cmf::Secret;
use cpex_sdk::elicitation::ElicitationError;
use cpex_sdk::http::OutboundResponse;
use cpex_sdk::oauth::{members, refusal};
use serde::Deserialize;

/// Why a person is not asked (CIBA Core 1.0, section 13).
const REFUSALS: [&str; 10] = [
    "invalid_request",
    "invalid_scope",
    "expired_login_hint_token",
    "unknown_user_id",
    "unauthorized_client",
    "missing_user_code",
    "invalid_user_code",
    "invalid_binding_message",
    "invalid_client",
    "access_denied",
];

/// How long the identifier of a request may be, in bytes: it is kept as long as the question stands.
const MAX_REQUEST: usize = 8 * 1024;

/// The person is being asked (CIBA Core 1.0, section 7.3).
pub(super) struct Accepted {
    /// What the answer is polled by.
    pub(super) request: Secret,
    /// How long there may be one, in seconds.
    pub(super) expires_in: u64,
    /// How far apart polls are, in seconds.
    pub(super) interval: u64,
}

/// The members that are read. One that is stated twice makes the whole unreadable.
#[derive(Deserialize)]
struct Written {
    auth_req_id: Secret,
    expires_in: u64,
    interval: Option<u64>,
}

impl Accepted {
    pub(super) fn read(response: &OutboundResponse) -> Result<Self, ElicitationError> {
        if response.status != 200 {
            let refused = match refusal(response, &REFUSALS) {
                Some(code) => format!("the backchannel endpoint refused: `{code}`"),
                None => format!("the backchannel endpoint answered with status {}", response.status),
            };
            return Err(ElicitationError(refused));
        }
        let written: Written = members(&response.body)
            .ok_or_else(|| failed("the answer of the backchannel endpoint is not that of CIBA"))?;
        if written.auth_req_id.expose().is_empty() {
            return Err(failed("the backchannel endpoint names no request"));
        }
        if written.auth_req_id.expose().len() > MAX_REQUEST {
            return Err(failed("the backchannel endpoint names the request at too great length"));
        }
        if written.expires_in == 0 {
            return Err(failed("the request is over already"));
        }
        let interval = written.interval.unwrap_or(5).max(1);
        Ok(Self { request: written.auth_req_id, expires_in: written.expires_in, interval })
    }
}

fn failed(text: &str) -> ElicitationError {
    ElicitationError(text.to_owned())
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn read(status: u16, body: &str) -> Result<(String, u64, u64), String> {
        let body = Zeroizing::new(body.as_bytes().to_vec());
        let accepted = Accepted::read(&OutboundResponse { status, headers: Vec::new(), body });
        accepted.map(|read| (read.request.expose().to_owned(), read.expires_in, read.interval)).map_err(|error| error.0)
    }

    #[test]
    fn a_request_is_polled_every_five_seconds_unless_it_says_otherwise() {
        let named = |interval, expected| {
            let body = format!(r#"{{"auth_req_id":"r","expires_in":60{interval},"other":[1]}}"#);
            assert_eq!(read(200, &body), Ok(("r".to_owned(), 60, expected)), "{interval}");
        };
        named("", 5);
        named(r#","interval":null"#, 5);
        named(r#","interval":0"#, 1);
        named(r#","interval":30"#, 30);
    }

    #[test]
    fn an_answer_that_is_not_good_is_refused_in_our_words() {
        let unread = "the answer of the backchannel endpoint is not that of CIBA";
        for (body, text) in [
            ("", unread),
            ("planted", unread),
            ("[]", unread),
            (r#"["planted",60,5]"#, unread),
            (r#"{"expires_in":60}"#, unread),
            (r#"{"auth_req_id":"planted"}"#, unread),
            (r#"{"auth_req_id":7,"expires_in":60}"#, unread),
            (r#"{"auth_req_id":"planted","expires_in":"60"}"#, unread),
            (r#"{"auth_req_id":"planted","expires_in":-1}"#, unread),
            (r#"{"auth_req_id":"planted","expires_in":60,"interval":1.5}"#, unread),
            (r#"{"auth_req_id":"planted","auth_req_id":"planted","expires_in":60}"#, unread),
            (r#"{"auth_req_id":"","expires_in":60}"#, "the backchannel endpoint names no request"),
            (r#"{"auth_req_id":"planted","expires_in":0}"#, "the request is over already"),
        ] {
            assert_eq!(read(200, body), Err(text.to_owned()), "{body}");
        }
    }

    #[test]
    fn the_name_of_a_request_has_a_limit() {
        let named = |length: usize| format!(r#"{{"auth_req_id":"{}","expires_in":60}}"#, "p".repeat(length));
        assert!(read(200, &named(MAX_REQUEST)).is_ok());
        let text = "the backchannel endpoint names the request at too great length";
        assert_eq!(read(200, &named(MAX_REQUEST + 1)), Err(text.to_owned()));
    }

    #[test]
    fn trap_36_of_a_refusal_to_ask_only_the_codes_of_the_specification_are_repeated() {
        let told = r#"{"error":"unknown_user_id","error_description":"planted"}"#;
        assert_eq!(read(400, told), Err("the backchannel endpoint refused: `unknown_user_id`".to_owned()));
        let good = r#"{"auth_req_id":"planted","expires_in":60}"#;
        for (status, body) in [(400, r#"{"error":"planted"}"#), (302, good), (201, good), (503, "planted")] {
            assert_eq!(read(status, body), Err(format!("the backchannel endpoint answered with status {status}")));
        }
    }
}
