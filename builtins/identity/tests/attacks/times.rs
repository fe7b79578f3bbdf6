//! Times at their boundaries, on a clock that stands still.

use cpex_sdk::testing::START_MS;
use serde_json::json;

use super::door::{Door, issuer};
use super::signer::{NOW, Token};

fn with_leeway(seconds: u64) -> Door {
    let mut trusted = issuer("EdDSA");
    trusted["leeway_seconds"] = seconds.into();
    Door::new(&json!({"trusted_issuers": [trusted]}))
}

fn code(door: &Door, token: &Token) -> &'static str {
    match door.bearer(&token.signed()) {
        cpex_sdk::Resolution::Verified(_) => "accepted",
        other => super::door::failure(other).code,
    }
}

#[test]
fn a_token_expires_at_the_very_time_it_names() {
    let token = Token::new("EdDSA").claim("exp", NOW + 10);
    let door = Door::for_algorithm("EdDSA");
    door.clock.set(START_MS + 9_999);
    assert_eq!(code(&door, &token), "accepted");
    door.clock.set(START_MS + 10_000);
    assert_eq!(code(&door, &token), "auth.expired");
}

#[test]
fn leeway_moves_the_end_by_itself_and_no_more() {
    let token = Token::new("EdDSA").claim("exp", NOW + 10);
    let door = with_leeway(5);
    door.clock.set(START_MS + 14_999);
    assert_eq!(code(&door, &token), "accepted");
    door.clock.set(START_MS + 15_000);
    assert_eq!(code(&door, &token), "auth.expired");
}

#[test]
fn a_token_begins_at_the_very_time_it_names() {
    for claim in ["nbf", "iat"] {
        let token = Token::new("EdDSA").claim(claim, NOW + 10);
        for (leeway, begins_ms) in [(0, 10_000), (5, 5_000), (10, 0)] {
            let door = with_leeway(leeway);
            door.clock.set(START_MS + begins_ms);
            assert_eq!(code(&door, &token), "accepted", "{claim} with {leeway} s");
            door.clock.set(START_MS + begins_ms - 1);
            assert_eq!(code(&door, &token), "auth.not_yet_valid", "{claim} with {leeway} s");
        }
    }
}

#[test]
fn trap_30_no_leeway_means_none_written_or_not() {
    let expired = Token::new("EdDSA").claim("exp", NOW);
    let early = Token::new("EdDSA").claim("nbf", NOW + 1);
    for door in [Door::for_algorithm("EdDSA"), with_leeway(0)] {
        assert_eq!(code(&door, &expired), "auth.expired");
        assert_eq!(code(&door, &early), "auth.not_yet_valid");
    }
}

#[test]
fn times_with_a_fraction_are_read_to_the_millisecond() {
    let token = Token::new("EdDSA").claim("exp", NOW as f64 + 0.5).claim("nbf", NOW as f64 + 0.25);
    let door = Door::for_algorithm("EdDSA");
    for (at_ms, expected) in [(249, "auth.not_yet_valid"), (250, "accepted"), (499, "accepted"), (500, "auth.expired")]
    {
        door.clock.set(START_MS + at_ms);
        assert_eq!(code(&door, &token), expected, "at {at_ms} ms");
    }
}

#[test]
fn times_at_the_ends_of_their_range_do_no_harm() {
    let door = with_leeway(u64::MAX);
    for exp in [json!(u64::MAX), json!(i64::MIN), json!(1e308), json!(-1e308), json!(0)] {
        let token = Token::new("EdDSA").claim("exp", exp.clone());
        let expected = if exp == json!(-1e308) { "auth.expired" } else { "accepted" };
        assert_eq!(code(&door, &token), expected, "{exp}");
    }
    let zero = Door::for_algorithm("EdDSA");
    zero.clock.set(0);
    assert_eq!(code(&zero, &Token::new("EdDSA")), "auth.not_yet_valid");
    zero.clock.set(u64::MAX);
    assert_eq!(code(&zero, &Token::new("EdDSA")), "auth.expired");
}

#[test]
fn nbf_and_iat_may_be_left_out() {
    let door = Door::for_algorithm("EdDSA");
    assert_eq!(code(&door, &Token::new("EdDSA").without("nbf").without("iat")), "accepted");
}
