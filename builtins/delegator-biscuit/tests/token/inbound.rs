//! Which tokens of callers are attenuated, and which are not.

use apl_cmf::Credentials;
use biscuit_auth::{Biscuit, KeyPair};
use cpex_sdk::delegation::Party;
use serde_json::json;

use super::bench::{Bench, START, Step, appended};

const UNSIGNED: &str = "the token of `user` is no Biscuit under the root key";
const NOT_PASSING: &str = "the token of `user` does not pass for `read` and this audience at this time";

#[test]
fn a_token_that_the_root_key_did_not_sign_is_refused() {
    let bench = Bench::new();
    let other = Biscuit::builder().code("user(\"ada\")").unwrap().build(&KeyPair::new()).unwrap();
    assert_eq!(bench.cause(&other.to_base64().unwrap()), UNSIGNED);
    assert_eq!(bench.cause(&appended(&other, "check if true").to_base64().unwrap()), UNSIGNED);
}

#[test]
fn a_token_with_any_byte_changed_or_cut_off_is_refused() {
    let bench = Bench::new();
    let bytes = appended(&bench.issue("user(\"ada\")"), "check if true").to_vec().unwrap();
    for at in 1..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(bench.cause(&base64(&changed)), UNSIGNED, "byte {at}");
        assert_eq!(bench.cause(&base64(&bytes[..at])), UNSIGNED, "{at} bytes");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let bench = Bench::new();
    for text in ["x", "????", "AAAA", "biscuit:AAAA", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(bench.cause(text), UNSIGNED, "{text}");
    }
    assert_eq!(bench.cause(&"A".repeat(8192)), UNSIGNED);
    assert_eq!(bench.cause(&"A".repeat(8193)), "the token of `user` is longer than 8 KiB");
}

#[test]
fn a_sealed_token_is_refused() {
    let bench = Bench::new();
    let sealed = bench.issue("user(\"ada\")").seal().unwrap();
    let cause = bench.cause(&sealed.to_base64().unwrap());
    assert_eq!(cause, "the token of `user` is sealed, so that no block can be appended to it");
}

#[test]
fn a_token_that_is_over_is_refused_and_one_that_ends_sooner_keeps_its_end() {
    let bench = Bench::new();
    let over = bench.issue("check if time($time), $time < 2026-01-01T00:00:00Z");
    assert_eq!(bench.cause(&over.to_base64().unwrap()), NOT_PASSING);
    let soon = bench.minted(
        &bench.issue("user(\"ada\"); check if time($time), $time < 2026-01-01T00:00:05Z"),
        "pay",
        &["read"],
    );
    assert!(bench.accepts(&soon, "pay", "read", START + 4) && !bench.accepts(&soon, "pay", "read", START + 5));
}

#[test]
fn a_token_that_could_not_pass_at_the_backend_is_refused() {
    let bench = Bench::new();
    let first = ["check if audience(\"hr\")", "check if operation(\"write\")", "reject if operation(\"read\")"];
    for datalog in first.into_iter().chain(["check if resource(\"/pay\")", "audience(\"hr\")"]) {
        assert_eq!(bench.cause(&bench.issue(datalog).to_base64().unwrap()), NOT_PASSING, "{datalog}");
    }
    let later = appended(&bench.issue("user(\"ada\")"), "check if user(\"bob\")");
    assert_eq!(bench.cause(&later.to_base64().unwrap()), NOT_PASSING);
}

#[test]
fn every_permission_that_is_asked_for_must_pass() {
    let bench = Bench::new();
    let token = bench.issue("right(\"read\"); check if operation($operation), right($operation)");
    let step = |permissions: &[&'static str]| Step { permissions: permissions.to_vec(), ..Step::of(&token, "pay") };
    assert!(bench.mint(&step(&["read"])).is_ok());
    let refused = bench.mint(&step(&["read", "write"])).unwrap_err().0;
    assert_eq!(refused, "the token of `user` does not pass for `write` and this audience at this time");
    let unknown = bench.mint(&step(&[])).unwrap_err().0;
    assert_eq!(unknown, "the token of `user` does not pass for this audience at this time");
}

#[test]
fn a_party_is_known_by_its_own_token_and_by_no_other() {
    let bench = Bench::new();
    let text = bench.issue("user(\"ada\")").to_base64().unwrap();
    let sent = Step { credentials: Credentials::bearer(&text), ..Step::default() };
    let none = "the token of `user`: it was identified by none, or the plugin lacks the capability \
                `read_inbound_credentials`";
    assert_eq!(bench.mint(&sent).unwrap_err().0, none);
    let of_user = Step { subject: Party::Client, ..Step::by(&text) };
    assert_eq!(bench.mint(&of_user).unwrap_err().0, none.replace("`user`", "`client`"));
}

#[test]
fn a_token_in_a_header_of_the_config_must_be_about_who_was_identified() {
    let headers = json!({ "inbound_headers": { "user": "X-Biscuit", "client": "X-Client" } });
    let bench = Bench::configured(&headers);
    let mint = |token: &Biscuit, header: &str, subject: Party| {
        let credentials = Credentials::none().with(header, token.to_base64().unwrap());
        bench.mint(&Step { credentials, subject, ..Step::by("another token") }).map_err(|error| error.0)
    };
    let (ada, bob) = (bench.issue("user(\"ada\")"), bench.issue("user(\"bob\")"));
    assert!(mint(&ada, "x-biscuit", Party::User).is_ok());
    let not_hers = [bob.clone(), appended(&bob, "user(\"ada\")"), bench.issue("client(\"ada\")")];
    for token in &not_hers {
        assert_eq!(mint(token, "x-biscuit", Party::User).unwrap_err(), NOT_PASSING);
    }
    assert!(mint(&bench.issue("client(\"assistant\")"), "X-Client", Party::Client).is_ok());
    assert!(mint(&ada, "X-Client", Party::Client).is_err());
    assert_eq!(mint(&ada, "X-Other", Party::User).unwrap_err(), "the token of `user`: `X-Biscuit` was not sent");
    let two = ada.to_base64().unwrap();
    let two = Credentials::none().with("X-Biscuit", two.as_str()).with("x-biscuit", two.as_str());
    let two = bench.mint(&Step { credentials: two, ..Step::default() }).unwrap_err().0;
    assert_eq!(two, "the token of `user`: `X-Biscuit` holds more than one value");
}

#[test]
fn nobody_acts_and_this_process_has_no_token() {
    let bench = Bench::new();
    let step = Step::of(&bench.issue("user(\"ada\")"), "pay");
    let acting = Step { actor: Some(Party::Client), ..step.clone() };
    assert_eq!(bench.mint(&acting).unwrap_err().0, "a Biscuit does not say who acts: leave `actor` out");
    let own = Step { subject: Party::ThisWorkload, ..step };
    assert_eq!(bench.mint(&own).unwrap_err().0, "this process has no Biscuit: name a `subject` that sends one");
}

/// Base64 with the alphabet of URLs (RFC 4648, section 5).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().chain([&0; 2]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let digits = [18, 12, 6, 0].map(|shift| char::from(ALPHABET[bits >> shift & 63]));
        text.extend(&digits[..=chunk.len()]);
        text.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    text
}
