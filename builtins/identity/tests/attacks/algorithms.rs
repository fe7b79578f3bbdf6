//! Every algorithm, with every form of its key.

use std::sync::Arc;

use cpex_identity::{JwtFactory, KIND};
use cpex_sdk::cmf::Secret;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{FixedSecrets, host};
use cpex_sdk::{Factory, Host};
use serde_json::{Value as Json, json};

use super::door::{Door, issuer};
use super::signer::{ALGORITHMS, AUDIENCE, ISSUER, KEYS, OTHER_KEYS, Token, sign, sign_hs256};

fn trusting(decoding_key: &Json) -> Door {
    let issuer = json!({"issuer": ISSUER, "audiences": [AUDIENCE], "decoding_key": decoding_key});
    Door::new(&json!({"trusted_issuers": [issuer]}))
}

#[test]
fn every_algorithm_is_accepted_with_its_own_key_and_with_no_other() {
    for algorithm in ALGORITHMS {
        let door = Door::for_algorithm(algorithm);
        let token = Token::new(algorithm);
        door.accept(&token.signed());
        let forged = sign(&OTHER_KEYS, algorithm, &token.header.to_string(), &token.claims.to_string());
        assert_eq!(door.refuse(&forged).code, "auth.signature", "{algorithm}");
    }
}

#[test]
fn a_key_serves_the_algorithms_of_its_type_unless_some_are_listed() {
    for own in ["RS256", "ES256", "ES384", "EdDSA", "HS256"] {
        let door = trusting(&json!({"kind": "jwk", "jwk": KEYS.jwk(own)}));
        for algorithm in ALGORITHMS {
            let token = Token::new(algorithm).signed();
            if KEYS.jwk(algorithm) == KEYS.jwk(own) {
                door.accept(&token);
            } else {
                assert_eq!(door.refuse(&token).code, "auth.invalid", "{algorithm} with the key of {own}");
            }
        }
    }
}

#[test]
fn a_jwk_with_an_algorithm_serves_that_one_alone() {
    let mut jwk = KEYS.jwk("PS256");
    jwk["alg"] = "PS256".into();
    let door = trusting(&json!({"kind": "jwk", "jwk": jwk}));
    door.accept(&Token::new("PS256").signed());
    assert_eq!(door.refuse(&Token::new("RS256").signed()).code, "auth.invalid");
}

#[test]
fn the_algorithm_of_ed25519_has_two_names() {
    let own = Token::new("EdDSA");
    let renamed = own.header.to_string().replace("EdDSA", "Ed25519");
    let token = sign(&KEYS, "EdDSA", &renamed, &own.claims.to_string());
    let mut jwk = KEYS.jwk("EdDSA");
    for alg in ["EdDSA", "Ed25519"] {
        jwk["alg"] = alg.into();
        trusting(&json!({"kind": "jwk", "jwk": jwk})).accept(&own.signed());
        trusting(&json!({"kind": "jwk", "jwk": jwk})).accept(&token);
        let key = json!({"kind": "jwk", "jwk": KEYS.jwk("EdDSA")});
        let issuer = json!({"issuer": ISSUER, "audiences": [AUDIENCE], "decoding_key": key, "algorithms": [alg]});
        Door::new(&json!({"trusted_issuers": [issuer]})).accept(&token);
    }
    let forged = sign(&OTHER_KEYS, "EdDSA", &renamed, &own.claims.to_string());
    assert_eq!(trusting(&json!({"kind": "jwk", "jwk": jwk})).refuse(&forged).code, "auth.signature");
    let other = trusting(&json!({"kind": "jwk", "jwk": KEYS.jwk("ES256")}));
    assert_eq!(other.refuse(&token).code, "auth.invalid");
}

#[test]
fn a_public_key_is_read_in_every_form() {
    for algorithm in ["RS256", "ES256", "ES384", "EdDSA"] {
        trusting(&json!({"kind": "pem", "pem": KEYS.pem(algorithm)})).accept(&Token::new(algorithm).signed());
        let jwk = KEYS.jwk(algorithm);
        trusting(&json!({"kind": "jwk", "jwk": jwk.to_string()})).accept(&Token::new(algorithm).signed());
        trusting(&json!({"kind": "jwk", "jwk": jwk})).accept(&Token::new(algorithm).signed());
    }
    trusting(&json!({"kind": "pem", "pem": KEYS.pkcs1_pem()})).accept(&Token::new("PS512").signed());
}

#[test]
fn a_secret_is_a_text_or_comes_from_a_source() {
    let Token { header, claims } = Token::new("HS256");
    let token = sign_hs256(b"correct horse battery staple", &header.to_string(), &claims.to_string());
    trusting(&json!({"kind": "secret", "secret": "correct horse battery staple"})).accept(&token);
    let literal = json!({"kind": "literal", "secret": "correct horse battery staple"});
    trusting(&json!({"kind": "secret", "secret": literal})).accept(&token);
    let other = trusting(&json!({"kind": "secret", "secret": "correct horse battery stapl"}));
    assert_eq!(other.refuse(&token).code, "auth.signature");
}

#[test]
fn a_secret_of_the_environment_is_asked_for_by_name() {
    let secrets = FixedSecrets::default().with("JWT_SECRET", Secret::from("hush"));
    let host = Host { secrets: Arc::new(secrets), ..host() };
    let decoding_key = json!({"kind": "secret", "secret": {"kind": "env_var", "name": "JWT_SECRET"}});
    let issuer = json!({"issuer": ISSUER, "audiences": [AUDIENCE], "decoding_key": decoding_key});
    let config = json!({"trusted_issuers": [issuer]});
    let declaration = PluginConfig { config, ..PluginConfig::new("jwt-user", KIND) };
    assert!(JwtFactory.build(&declaration, &host).is_ok());
}

#[test]
fn the_key_id_matters_only_where_the_key_has_one() {
    let mut without_id = Token::new("ES256");
    without_id.header.as_object_mut().unwrap().remove("kid").unwrap();
    let with_other_id = Token::new("ES256").header("kid", "k2");

    let door = Door::for_algorithm("ES256");
    door.accept(&without_id.signed());
    assert_eq!(door.refuse(&with_other_id.signed()).code, "auth.signature");

    let nameless = trusting(&json!({"kind": "jwk", "jwk": KEYS.jwk("ES256")}));
    nameless.accept(&without_id.signed());
    nameless.accept(&with_other_id.signed());
}

#[test]
fn an_issuer_cannot_speak_for_another() {
    let mut second = issuer("EdDSA");
    second["issuer"] = "https://second.example".into();
    let door = Door::new(&json!({"trusted_issuers": [issuer("ES256"), second]}));
    door.accept(&Token::new("ES256").signed());
    door.accept(&Token::new("EdDSA").claim("iss", "https://second.example").signed());
    assert_eq!(door.refuse(&Token::new("EdDSA").signed()).code, "auth.invalid");
    assert_eq!(door.refuse(&Token::new("ES256").claim("iss", "https://second.example").signed()).code, "auth.invalid");
}
