//! The attacks, each one change of a token that is accepted.

use serde_json::{Value as Json, json};

use super::door::{Door, issuer};
use super::signer::{AUDIENCE, ISSUER, KEYS, NOW, OTHER_KEYS, Token, encode, sign, sign_hs256};

/// What is attacked, with the code it must end in and the check that must be named.
struct Attack {
    name: &'static str,
    token: String,
    code: &'static str,
    check: &'static str,
}

fn attack(name: &'static str, token: impl Into<String>, code: &'static str, check: &'static str) -> Attack {
    Attack { name, token: token.into(), code, check }
}

/// Each attack is refused, with its code and a note that names issuer, key and check, and nothing of the token.
fn all_are_refused(algorithm: &str, attacks: Vec<Attack>) {
    let door = Door::for_algorithm(algorithm);
    let accepted = Token::new(algorithm).signed();
    for Attack { name, token, code, check } in attacks {
        door.accept(&accepted);
        assert_ne!(token, accepted, "{name}: nothing was changed");
        let failure = door.refuse(&token);
        assert_eq!((failure.code, failure.note.contains(check)), (code, true), "{name}: {}", failure.note);
        for part in token.split('.').chain(["alice", "mallory"]).filter(|part| part.len() > 4) {
            assert!(!failure.note.contains(part), "{name}: {}", failure.note);
        }
    }
}

fn base() -> Token {
    Token::new("RS256")
}

#[test]
fn a_signature_that_the_issuer_did_not_make_is_refused() {
    let Token { header, claims } = base();
    let (header, payload) = (header.to_string(), claims.to_string());
    let text = base().signed();
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let (first, rest) = signature.split_at(1);
    let another = if first == "A" { "B" } else { "A" };
    let changed_payload = claims.to_string().replace("alice", "alicf");
    let bad = "auth.signature";
    all_are_refused(
        "RS256",
        vec![
            attack(
                "another key",
                sign(&OTHER_KEYS, "RS256", &header, &payload),
                bad,
                "issuer `https://idp.example`, key `k1`: the signature does not verify",
            ),
            attack("changed signature", format!("{signed}.{another}{rest}"), bad, "does not verify"),
            attack("changed payload", with_payload(&text, &changed_payload), bad, "does not verify"),
            attack("changed header", with_header(&text, &header.replace("JWT", "jwt")), bad, "does not verify"),
            attack("signature of another algorithm", sign(&KEYS, "PS256", &header, &payload), bad, "does not verify"),
            attack("no signature", format!("{signed}."), bad, "does not verify"),
            attack("signature cut by a byte", text.split_at(text.len() - 2).0, bad, "does not verify"),
            attack("kid of another key", base().header("kid", "k2").signed(), bad, "`kid` names another key"),
            attack("kid in another case", base().header("kid", "K1").signed(), bad, "`kid` names another key"),
            attack("empty kid", base().header("kid", "").signed(), bad, "`kid` names another key"),
        ],
    );
}

#[test]
fn an_algorithm_that_is_not_the_keys_is_refused() {
    let Token { header, claims } = base();
    let payload = claims.to_string();
    let named = |algorithm: &str| {
        let mut header = header.clone();
        header["alg"] = algorithm.into();
        header.to_string()
    };
    let unsigned = |algorithm: &str| format!("{}.{}.", encode(named(algorithm)), encode(&payload));
    let confused = |secret: &str| sign_hs256(secret.as_bytes(), &named("HS256"), &payload);
    let modulus = KEYS.jwk("RS256")["n"].as_str().unwrap().to_owned();
    let bad = "auth.invalid";
    let check = "`alg` is not accepted for the key";
    all_are_refused(
        "RS256",
        vec![
            attack("none", unsigned("none"), bad, check),
            attack("None", unsigned("None"), bad, check),
            attack("NONE", unsigned("NONE"), bad, check),
            attack("empty", unsigned(""), bad, check),
            attack("RSA key as secret, PEM", confused(&KEYS.pem("RS256")), bad, check),
            attack("RSA key as secret, older PEM", confused(&KEYS.pkcs1_pem()), bad, check),
            attack("RSA key as secret, modulus", confused(&modulus), bad, check),
            attack("of the family and not listed", base().header("alg", "RS512").signed(), bad, check),
            attack("of another family", base().header("alg", "ES256").signed(), bad, check),
            attack("of another family, shared", base().header("alg", "HS256").signed(), bad, check),
            attack("in another case", sign(&KEYS, "RS256", &named("rs256"), &payload), bad, check),
            attack("unknown", sign(&KEYS, "RS256", &named("ES512"), &payload), bad, check),
        ],
    );
}

#[test]
fn a_public_key_never_serves_as_a_secret_even_if_no_algorithm_is_listed() {
    let pem = KEYS.pem("RS256");
    let mut trusted = issuer("RS256");
    trusted.as_object_mut().unwrap().remove("algorithms");
    trusted["decoding_key"] = json!({"kind": "pem", "pem": pem});
    let door = Door::new(&json!({"trusted_issuers": [trusted]}));
    door.accept(&base().signed());

    let Token { header, claims } = base().header("alg", "HS256");
    for secret in [pem.as_str(), pem.trim_end(), &KEYS.pkcs1_pem()] {
        let token = sign_hs256(secret.as_bytes(), &header.to_string(), &claims.to_string());
        assert_eq!(door.refuse(&token).code, "auth.invalid");
    }
}

#[test]
fn claims_that_do_not_hold_are_refused() {
    let issuer = "auth.issuer";
    let audience = "auth.audience";
    let many: Vec<String> = (0..50).map(|number| format!("service-{number}")).collect();
    all_are_refused(
        "RS256",
        vec![
            attack(
                "wrong issuer",
                base().claim("iss", "https://evil.example").signed(),
                issuer,
                "not a trusted issuer",
            ),
            attack("issuer with a slash", base().claim("iss", format!("{ISSUER}/")).signed(), issuer, "not a trusted"),
            attack(
                "issuer in another case",
                base().claim("iss", "https://IDP.example").signed(),
                issuer,
                "not a trusted",
            ),
            attack("missing issuer", base().without("iss").signed(), issuer, "`iss` is missing"),
            attack("wrong audience", base().claim("aud", "elsewhere").signed(), audience, "none of the audiences"),
            attack("wrong audiences", base().claim("aud", many).signed(), audience, "none of the audiences"),
            attack("part of the audience", base().claim("aud", "agent").signed(), audience, "none of the audiences"),
            attack("no audiences", base().claim("aud", json!([])).signed(), audience, "none of the audiences"),
            attack("missing audience", base().without("aud").signed(), audience, "`aud` is missing"),
            attack("missing exp", base().without("exp").signed(), "auth.invalid", "`exp` is missing"),
            attack("expired", base().claim("exp", NOW - 1).signed(), "auth.expired", "`exp` has passed"),
            attack(
                "expired before there was time",
                base().claim("exp", -1).signed(),
                "auth.expired",
                "`exp` has passed",
            ),
            attack("not yet valid", base().claim("nbf", NOW + 1).signed(), "auth.not_yet_valid", "`nbf` lies ahead"),
            attack("issued later", base().claim("iat", NOW + 1).signed(), "auth.not_yet_valid", "`iat` lies ahead"),
            attack("valid at the end of time", base().claim("nbf", 1e300).signed(), "auth.not_yet_valid", "`nbf` lies"),
            attack("missing sub", base().without("sub").signed(), "auth.invalid", "missing or empty"),
            attack("empty sub", base().claim("sub", "").signed(), "auth.invalid", "missing or empty"),
            attack("null sub", base().claim("sub", Json::Null).signed(), "auth.invalid", "missing or empty"),
        ],
    );
}

#[test]
fn claims_of_another_type_are_refused() {
    let bad = "auth.malformed";
    all_are_refused(
        "RS256",
        vec![
            attack("iss is a list", base().claim("iss", json!([ISSUER])).signed(), bad, "`iss` is not text"),
            attack("aud is a map", base().claim("aud", json!({AUDIENCE: true})).signed(), bad, "`aud` is neither"),
            attack("aud is null", base().claim("aud", Json::Null).signed(), bad, "`aud` is neither"),
            attack("aud lists a number", base().claim("aud", json!([AUDIENCE, 1])).signed(), bad, "`aud` is neither"),
            attack("exp is text", base().claim("exp", (NOW + 300).to_string()).signed(), bad, "`exp` is not a number"),
            attack("exp is null", base().claim("exp", Json::Null).signed(), bad, "`exp` is not a number"),
            attack("nbf is text", base().claim("nbf", "0").signed(), bad, "`nbf` is not a number"),
            attack("iat is a boolean", base().claim("iat", false).signed(), bad, "`iat` is not a number"),
            attack("sub is a number", base().claim("sub", 1).signed(), bad, "is not text"),
            attack("roles is a map", base().claim("roles", json!({"hr": true})).signed(), bad, "mapped to names"),
            attack("roles lists a number", base().claim("roles", json!(["hr", 1])).signed(), bad, "mapped to names"),
            attack("tenant is a list", base().claim("tenant", json!(["a"])).signed(), bad, "is not text"),
        ],
    );
}

#[test]
fn headers_that_ask_for_more_or_for_something_else_are_refused() {
    let bad = "auth.invalid";
    let malformed = "auth.malformed";
    let Token { header, claims } = base();
    let without_algorithm = header.to_string().replace("\"alg\":\"RS256\",", "");
    all_are_refused(
        "RS256",
        vec![
            attack("crit", base().header("crit", json!(["exp"])).signed(), bad, "`crit`"),
            attack("empty crit", base().header("crit", json!([])).signed(), bad, "`crit`"),
            attack(
                "unencoded payload",
                base().header("crit", json!(["b64"])).header("b64", false).signed(),
                bad,
                "`crit`",
            ),
            attack("logout token", base().header("typ", "logout+jwt").signed(), bad, "`typ`"),
            attack("proof of possession", base().header("typ", "dpop+jwt").signed(), bad, "`typ`"),
            attack("typ is a number", base().header("typ", 1).signed(), malformed, "`typ` is not text"),
            attack("kid is a number", base().header("kid", 1).signed(), malformed, "`kid` is not text"),
            attack("kid is null", base().header("kid", Json::Null).signed(), malformed, "`kid` is not text"),
            attack("alg is missing", sign(&KEYS, "RS256", &without_algorithm, &claims.to_string()), malformed, "`alg`"),
        ],
    );
}

#[test]
fn keys_that_the_token_brings_along_are_not_used() {
    let door = Door::for_algorithm("RS256");
    let Token { header, claims } = base().header("jwk", OTHER_KEYS.jwk("RS256")).header("jku", "https://evil.example");
    door.accept(&sign(&KEYS, "RS256", &header.to_string(), &claims.to_string()));
    let failure = door.refuse(&sign(&OTHER_KEYS, "RS256", &header.to_string(), &claims.to_string()));
    assert_eq!(failure.code, "auth.signature");
}

#[test]
fn a_text_that_is_no_token_is_malformed() {
    let Token { header, claims } = base();
    let (header, payload) = (header.to_string(), claims.to_string());
    let signed = |header: &str, payload: &str| sign(&KEYS, "RS256", header, payload);
    let text = base().signed();
    let (head, tail) = text.split_once('.').unwrap();
    let twice_in_header = header.replacen('{', "{\"kid\":\"k1\",", 1);
    let twice_in_claims = payload.replacen('{', "{\"sub\":\"mallory\",", 1);
    let twice_escaped = payload.replacen('{', "{\"s\\u0075b\":\"mallory\",", 1);
    let twice_inside = payload.replacen('{', "{\"x\":{\"a\":1,\"a\":2},", 1);
    let deep = payload.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(32), "]".repeat(32)), 1);
    let long = base().claim("x", "x".repeat(16 * 1024));
    let bad = "auth.malformed";
    let twice = "states a member twice";
    all_are_refused(
        "RS256",
        vec![
            attack("cut before the signature", text.rsplit_once('.').unwrap().0, bad, "three parts"),
            attack("only a header", head, bad, "three parts"),
            attack("a part more", format!("{text}.AAAA"), bad, "not base64url"),
            attack("five parts", format!("{text}.AAAA.AAAA"), bad, "not base64url"),
            attack("padded", format!("{text}=="), bad, "not base64url"),
            attack("padded header", format!("{head}==.{tail}"), bad, "not base64url"),
            attack("the other alphabet", format!("{head}+/.{tail}"), bad, "not base64url"),
            attack("another end of the signature", with_loose_bits(&text), bad, "not base64url"),
            attack("space inside", text.replacen('.', " .", 1), bad, "not base64url"),
            attack("line break inside", text.replacen('.', ".\n", 1), bad, "not base64url"),
            attack("not ASCII", text.replacen('.', "é.", 1), bad, "not base64url"),
            attack("member of the header twice", signed(&twice_in_header, &payload), bad, twice),
            attack("claim twice", signed(&header, &twice_in_claims), bad, twice),
            attack("claim twice in two spellings", signed(&header, &twice_escaped), bad, twice),
            attack("claim twice inside a claim", signed(&header, &twice_inside), bad, twice),
            attack("claims are a list", signed(&header, &format!("[{payload}]")), bad, "not a JSON object"),
            attack("claims are followed", signed(&header, &format!("{payload}{{}}")), bad, "not a JSON object"),
            attack("no claims", signed(&header, ""), bad, "not a JSON object"),
            attack("claims nest too deep", signed(&header, &deep), bad, "nests too deep"),
            attack("too long", long.signed(), bad, "longer than 16 KiB"),
        ],
    );
}

fn with_header(text: &str, header: &str) -> String {
    let (_, rest) = text.split_once('.').unwrap();
    format!("{}.{rest}", encode(header))
}

fn with_payload(text: &str, payload: &str) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    format!("{}.{}.{}", parts[0], encode(payload), parts[2])
}

/// The same bytes to a lenient reader: a signature of 256 bytes leaves four bits of the last character unused.
fn with_loose_bits(text: &str) -> String {
    let (rest, last) = text.split_at(text.len() - 1);
    let loose = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        "w" => "x",
        other => panic!("`{other}` is not the end of 256 bytes"),
    };
    format!("{rest}{loose}")
}
