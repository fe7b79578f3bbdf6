//! Tokens and what they say show up nowhere but in the header that is sent.

use cpex_delegator_biscuit::{BiscuitFactory, KIND};
use cpex_sdk::Factory;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::host;
use serde_json::json;

use super::bench::{Bench, Step, appended};

#[test]
fn trap_35_nothing_of_a_token_is_in_an_error_or_what_is_printed() {
    let bench = Bench::new();
    let issued = bench.issue("user(\"planted\"); check if operation(\"read\")");
    let wrong = [
        appended(&issued, "check if user(\"planted-other\")"),
        appended(&issued, "check if user($planted), $planted.matches(\"planted\")"),
        appended(&issued, "check if resource(\"planted\") trusting previous"),
        issued.seal().unwrap(),
    ];
    let mut shown: Vec<String> = vec![bench.cause("planted")];
    for token in &wrong {
        let text = token.to_base64().unwrap();
        let cause = bench.cause(&text);
        assert!(text.as_bytes().windows(16).all(|part| !cause.as_bytes().windows(16).any(|shown| shown == part)));
        shown.push(cause);
    }
    let minted = bench.mint(&Step::of(&issued, "pay")).unwrap();
    shown.push(format!("{minted:?}"));
    assert!(!shown.iter().any(|text| text.contains("planted") || text.contains("Bearer")), "{shown:?}");
}

#[test]
fn trap_35_a_key_that_is_not_one_is_not_repeated() {
    let keys = [
        json!({ "kind": "hex", "hex": "planted" }),
        json!({ "kind": "hex", "hex": "ed25519/planted", "algorithm": "secp256r1" }),
        json!({ "kind": "bytes", "bytes": ["planted"] }),
    ];
    for key in keys {
        let config = json!({ "root_public_key": key });
        let declaration = PluginConfig { config, ..PluginConfig::new("narrow", KIND) };
        let built = format!("{:?}", BiscuitFactory.build(&declaration, &host()));
        assert!(!built.contains("planted"), "{built}");
    }
}
