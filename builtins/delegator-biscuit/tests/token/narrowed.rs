//! What a minted token is good for, as a backend sees it.

use std::time::Duration;

use biscuit_auth::{BlockBuilder, KeyPair};
use serde_json::json;

use super::bench::{Bench, START, Step, appended, read};

const USER: &str = "user(\"ada\")";

#[test]
fn a_minted_token_is_good_for_its_audience_its_permissions_and_its_time() {
    let bench = Bench::new();
    let token = bench.minted(&bench.issue(USER), "pay", &["read", "list"]);
    assert!(bench.accepts(&token, "pay", "read", START) && bench.accepts(&token, "pay", "list", START + 299));
    assert!(!bench.accepts(&token, "hr", "read", START), "another audience");
    assert!(!bench.accepts(&token, "pay", "write", START), "another permission");
    assert!(!bench.accepts(&token, "pay", "read", START + 300), "after its end");
    assert!(
        bench.accepts(&bench.issue(USER), "hr", "write", START + 300),
        "what it was made of is narrowed by nothing"
    );
}

#[test]
fn what_is_granted_is_what_was_asked_for() {
    let bench = Bench::new();
    let step = Step { permissions: vec!["read", "list"], ..Step::of(&bench.issue(USER), "pay") };
    let minted = bench.mint(&step).unwrap();
    assert_eq!((minted.header.as_str(), &*minted.audience), ("Authorization", "pay"));
    assert_eq!(minted.permissions.iter().map(|permission| &**permission).collect::<Vec<_>>(), ["read", "list"]);
    assert!(minted.value.expose().starts_with("Bearer ") && minted.is_sendable());
}

#[test]
fn a_step_without_permissions_narrows_audience_and_time_alone() {
    let bench = Bench::new();
    let token = bench.minted(&bench.issue(USER), "pay", &[]);
    assert!(bench.accepts(&token, "pay", "write", START));
    assert!(!bench.accepts(&token, "hr", "write", START) && !bench.accepts(&token, "pay", "write", START + 300));
}

#[test]
fn the_inbound_token_is_the_minted_one_but_for_its_last_block() {
    let bench = Bench::new();
    let inbound = appended(&bench.issue(USER), "check if operation($any)");
    let minted = bench.minted(&inbound, "pay", &["read"]);
    assert_eq!(minted.block_count(), 3);
    assert!(minted.revocation_identifiers().starts_with(&inbound.revocation_identifiers()));
    assert_eq!(
        minted.print_block_source(2).unwrap(),
        "check all audience($audience), $audience === \"pay\";\n\
         check all operation($operation), {\"read\"}.contains($operation);\n\
         check all time($time), $time < 2026-01-01T00:05:00Z;\n"
    );
}

#[test]
fn an_audience_of_any_characters_is_one_text() {
    let bench = Bench::new();
    let wild = "pay\"); allow if true; //\r\nX: \\ {audience} $audience \u{0}\u{202e}ä";
    let token = bench.minted(&bench.issue(USER), wild, &["\", \"write", "{operation}"]);
    assert!(bench.accepts(&token, wild, "\", \"write", START) && bench.accepts(&token, wild, "{operation}", START));
    for audience in ["pay", "", "pay\"", " pay"] {
        assert!(!bench.accepts(&token, audience, "{operation}", START), "{audience}");
    }
    for operation in ["write", "", "read"] {
        assert!(!bench.accepts(&token, wild, operation, START), "{operation}");
    }
}

#[test]
fn whoever_holds_a_minted_token_cannot_widen_it() {
    let bench = Bench::new();
    let minted = bench.minted(&bench.issue(USER), "pay", &["read"]);
    let facts = "audience(\"pay\"); audience(\"hr\"); operation(\"read\"); operation(\"write\"); \
                 time(2000-01-01T00:00:00Z);";
    let rules = "audience(\"pay\") <- audience($any); operation(\"read\") <- operation($any); \
                 time(2000-01-01T00:00:00Z) <- time($any);";
    for datalog in [facts, rules] {
        let wider = appended(&minted, datalog);
        assert!(bench.accepts(&wider, "pay", "read", START));
        assert!(!bench.accepts(&wider, "hr", "read", START) && !bench.accepts(&wider, "pay", "write", START));
        assert!(!bench.accepts(&wider, "pay", "read", START + 300));
    }
}

#[test]
fn facts_of_the_first_block_stand_in_for_none_of_the_backend() {
    let bench = Bench::new();
    let datalog = "user(\"ada\"); audience(\"pay\"); operation(\"read\"); time(2000-01-01T00:00:00Z);";
    let minted = bench.minted(&bench.issue(datalog), "pay", &["read"]);
    assert!(bench.accepts(&minted, "pay", "read", START));
    assert!(!bench.accepts(&minted, "hr", "read", START) && !bench.accepts(&minted, "pay", "write", START));
    assert!(!bench.accepts(&minted, "pay", "read", START + 300));
}

#[test]
fn blocks_of_third_parties_stay_and_what_is_minted_depends_on_them() {
    let bench = Bench::new();
    let (inbound, partner) = (bench.issue(USER), KeyPair::new());
    let request = inbound.third_party_request().unwrap();
    let block = BlockBuilder::new().code("check if operation(\"read\")").unwrap();
    let signed = request.create_block(&partner.private(), block).unwrap();
    let inbound = inbound.append_third_party(partner.public(), signed).unwrap();
    let minted = bench.minted(&inbound, "pay", &["read"]);
    assert_eq!(minted.external_public_keys(), [None, Some(partner.public()), None]);
    let refused = Step { permissions: vec!["write"], ..Step::of(&inbound, "pay") };
    assert_eq!(
        bench.mint(&refused).unwrap_err().0,
        "the token of `user` does not pass for `write` and this audience at this time"
    );
}

#[test]
fn what_was_minted_can_be_narrowed_again_and_ends_no_later() {
    let bench = Bench::new();
    let first = bench.minted(&bench.issue(USER), "pay", &["read", "list"]);
    bench.clock.advance(Duration::from_secs(200));
    let second = bench.minted(&first, "pay", &["read"]);
    assert!(bench.accepts(&second, "pay", "read", START + 299) && !bench.accepts(&second, "pay", "list", START + 299));
    assert!(!bench.accepts(&second, "pay", "read", START + 300), "the first ends then");
}

#[test]
fn header_and_lifetime_are_those_of_the_config() {
    let bench = Bench::configured(&json!({ "default_outbound_header": "X-Pay", "default_ttl_seconds": 5 }));
    let minted = bench.mint(&Step::of(&bench.issue(USER), "pay")).unwrap();
    assert_eq!(minted.header, "X-Pay");
    assert!(!minted.value.expose().contains(' '));
    let token = read(&minted, bench.issuer.public());
    assert!(bench.accepts(&token, "pay", "read", START + 4) && !bench.accepts(&token, "pay", "read", START + 5));
}
