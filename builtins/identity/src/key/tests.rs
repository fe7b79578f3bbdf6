#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::json;

use super::*;

/// The key of RFC 8410, section 10.1.
const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

fn jwk(jwk: &Json) -> Result<VerifyingKey, &'static str> {
    VerifyingKey::from_jwk(jwk.as_object().unwrap())
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// An RSA key of that many bytes that are not zero.
fn rsa_jwk(length: usize, exponent: &[u8]) -> Json {
    json!({"kty": "RSA", "n": encode(&vec![0xff; length]), "e": encode(exponent)})
}

fn p256() -> Json {
    json!({"kty": "EC", "crv": "P-256", "x": encode(&[1; 32]), "y": encode(&[2; 32])})
}

fn with(mut jwk: Json, member: &str, value: Json) -> Json {
    jwk.as_object_mut().unwrap().insert(member.to_owned(), value);
    jwk
}

#[test]
fn a_jwk_keeps_its_id_and_algorithm() {
    let key = jwk(&with(with(p256(), "kid", json!("k1")), "alg", json!("ES256"))).unwrap();
    assert_eq!((key.id.as_deref(), key.algorithms.as_slice()), (Some("k1"), [Algorithm::ES256].as_slice()));
    let key = jwk(&with(with(p256(), "use", json!("sig")), "x5t", json!("unknown to us"))).unwrap();
    assert_eq!((key.id, key.algorithms), (None, vec![Algorithm::ES256]));
    assert!(jwk(&with(p256(), "key_ops", json!(["verify"]))).is_ok());
}

#[test]
fn a_jwk_that_is_not_meant_for_this_is_refused() {
    for (member, value, text) in [
        ("use", json!("enc"), "the `use` of the key is not `sig`"),
        ("use", json!(["sig"]), "the `use` of the key is not `sig`"),
        ("key_ops", json!(["sign"]), "the `key_ops` of the key do not list `verify`"),
        ("key_ops", json!("verify"), "the `key_ops` of the key do not list `verify`"),
        ("d", json!("AQAB"), "expected a public key, found a private key"),
        ("keys", json!([]), "expected one key, found a set of keys"),
        ("kid", json!(1), "the `kid` of the key is not text"),
        ("alg", json!("ES384"), "the `alg` of the key is not one of its type"),
        ("alg", json!("HS256"), "the `alg` of the key is not one of its type"),
        ("alg", json!("ECDH-ES"), "the `alg` of the key is not known"),
        ("alg", json!(7), "the `alg` of the key is not text"),
        ("crv", json!("P-521"), "the `crv` of the key is not `P-256` or `P-384`"),
        ("crv", json!("P-384"), "`x` and `y` of the key are not of the length of its curve"),
        ("kty", json!("ec"), "the `kty` of the key is not `RSA`, `EC`, `OKP` or `oct`"),
        ("kty", json!("OKP"), "the `crv` of the key is not `Ed25519`"),
        ("x", json!("AQ=="), "a member of the key is not base64url without padding"),
        ("y", json!(null), "a member that the type of the key asks for is missing"),
    ] {
        let changed = with(p256(), member, value);
        assert!(jwk(&p256()).is_ok());
        assert_eq!(jwk(&changed).unwrap_err(), text, "{changed}");
    }
}

#[test]
fn keys_are_of_a_fit_length() {
    let refused = |key: Json| jwk(&key).unwrap_err();
    assert!(jwk(&rsa_jwk(256, &[1, 0, 1])).is_ok());
    assert!(jwk(&rsa_jwk(256, &[3])).is_ok());
    assert!(jwk(&rsa_jwk(1024, &[1, 0, 1])).is_ok());
    assert_eq!(refused(rsa_jwk(255, &[1, 0, 1])), "an RSA key must have from 2048 to 8192 bits");
    assert_eq!(refused(rsa_jwk(1025, &[1, 0, 1])), "an RSA key must have from 2048 to 8192 bits");
    let zero = "modulus or exponent of the RSA key is empty or begins with a zero";
    assert_eq!(refused(rsa_jwk(0, &[1, 0, 1])), zero);
    assert_eq!(refused(rsa_jwk(256, &[0, 3])), zero);
    for exponent in [&[1][..], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1]] {
        assert_eq!(refused(rsa_jwk(256, exponent)), "the exponent of the RSA key is not fit for use", "{exponent:?}");
    }
    let ed25519 = |length: usize| json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&vec![7; length])});
    assert!(jwk(&ed25519(32)).is_ok());
    assert_eq!(refused(ed25519(31)), "the key is not of the length of its type");
    assert_eq!(refused(json!({"kty": "oct", "k": ""})), "the secret is empty");
    assert_eq!(VerifyingKey::from_secret(&Secret::from("")).unwrap_err(), "the secret is empty");
}

#[test]
fn a_pem_text_holds_one_public_key() {
    assert_eq!(VerifyingKey::from_pem(ED25519_PEM).unwrap().algorithms, [Algorithm::EdDSA]);
    let labelled = |label: &str| ED25519_PEM.replace("PUBLIC KEY", label);
    let none = "expected a PEM text, which begins with `-----BEGIN PUBLIC KEY-----`";
    let unreadable = "the PEM text holds no readable RSA, EC or Ed25519 key";
    for (text, fault) in [
        (String::new(), none),
        (ED25519_PEM.lines().nth(1).unwrap().to_owned(), none),
        (ED25519_PEM.repeat(2), "expected one key, found several"),
        (labelled("PRIVATE KEY"), "expected a public key, found a private key"),
        (labelled("RSA PRIVATE KEY"), "expected a public key, found a private key"),
        (labelled("ENCRYPTED PRIVATE KEY"), "expected a public key, found a private key"),
        (labelled("CERTIFICATE"), "expected a public key, found a certificate"),
        (labelled("DH PARAMETERS"), "expected a public key, found a PEM text of something else"),
        (labelled("RSA PUBLIC KEY"), "the RSA key cannot be read"),
        (ED25519_PEM.replace("MCow", "MCox"), unreadable),
        (ED25519_PEM.replace("-----END PUBLIC KEY-----", ""), unreadable),
        (ED25519_PEM.replace('=', "!"), unreadable),
    ] {
        assert_eq!(VerifyingKey::from_pem(&text).unwrap_err(), fault, "{text}");
    }
}

#[test]
fn no_key_is_printed() {
    let secret = VerifyingKey::from_secret(&Secret::from("hush-hush")).unwrap();
    let printed = format!("{secret:?}");
    assert!(printed.contains("HS256") && !printed.contains("hush") && !printed.contains("104"), "{printed}");
}
