//! Keys that an issuer publishes, fetched over HTTP from a peer on loopback.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpex_sdk::Resolution;
use cpex_sdk::cmf::Credentials;
use serde_json::{Value as Json, json};
use tokio::runtime::{Builder, Runtime};

use super::door::{Door, failure};
use super::signer::{AUDIENCE, ISSUER, KEYS, OTHER_KEYS, Token, sign};

/// A peer that publishes keys, until it is taken down.
struct Idp {
    address: SocketAddr,
    answer: Arc<Mutex<Option<String>>>,
    door: Door,
    runtime: Runtime,
}

impl Idp {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, answer) = (listener.local_addr().unwrap(), Arc::<Mutex<Option<String>>>::default());
        let answers = Arc::clone(&answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                // Closing it at once is what a peer that is down looks like from here.
                if let Some(answer) = answers.lock().unwrap().clone() {
                    converse(stream, &answer);
                }
            }
        });
        let key = json!({ "kind": "jwks_url", "url": format!("http://{address}/keys"), "insecure_http": true });
        let issuer = json!({ "issuer": ISSUER, "audiences": [AUDIENCE], "decoding_key": key });
        let door = Door::reaching(&json!({ "trusted_issuers": [issuer] }));
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { address, answer, door, runtime }
    }

    /// Publishes the public keys of these, under their names.
    fn publish(&self, keys: &[(&str, Json)]) {
        let named = |(name, jwk): &(&str, Json)| {
            let mut jwk = jwk.clone();
            jwk["kid"] = (*name).into();
            jwk
        };
        let body = json!({ "keys": keys.iter().map(named).collect::<Vec<_>>() }).to_string();
        self.say("200 OK", "Content-Type: application/json\r\n", &body);
    }

    fn say(&self, status: &str, head: &str, body: &str) {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}");
        *self.answer.lock().unwrap() = Some(answer);
    }

    fn go_down(&self) {
        *self.answer.lock().unwrap() = None;
    }

    /// `verified`, or the code of the refusal.
    fn asked(&self, token: &str) -> &'static str {
        match self.resolved(token) {
            Resolution::Verified(_) => "verified",
            other => failure(other).code,
        }
    }

    fn resolved(&self, token: &str) -> Resolution {
        self.runtime.block_on(self.door.asked(&Credentials::bearer(token)))
    }
}

fn converse(mut stream: TcpStream, answer: &str) {
    let mut request = Vec::new();
    let mut bytes = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend(&bytes[..count]),
        }
    }
    let _ = stream.write_all(answer.as_bytes());
}

fn of(algorithm: &str, key: &str) -> String {
    Token::new(algorithm).header("kid", key).signed()
}

#[test]
fn tokens_of_published_keys_are_accepted_each_by_the_key_it_names() {
    let idp = Idp::new();
    let algorithms = ["RS256", "PS384", "ES256", "ES384", "EdDSA"];
    let keys: Vec<_> = algorithms.iter().map(|algorithm| (*algorithm, KEYS.jwk(algorithm))).collect();
    idp.publish(&keys);
    for algorithm in algorithms {
        assert_eq!(idp.asked(&of(algorithm, algorithm)), "verified", "{algorithm}");
        let Token { header, claims } = Token::new(algorithm).header("kid", algorithm);
        let forged = sign(&OTHER_KEYS, algorithm, &header.to_string(), &claims.to_string());
        assert_eq!(idp.asked(&forged), "auth.signature", "{algorithm}");
    }
    assert_eq!(idp.asked(&of("RS256", "EdDSA")), "auth.invalid", "the key it names is of another type");
    let mut nameless = Token::new("ES256");
    nameless.header.as_object_mut().unwrap().remove("kid");
    assert_eq!(idp.asked(&nameless.signed()), "auth.signature");
}

#[test]
fn trap_31_a_rollover_an_outage_and_a_start_without_the_issuer_go_unnoticed() {
    let idp = Idp::new();
    assert_eq!(idp.asked(&of("ES256", "old")), "auth.unavailable");
    idp.publish(&[("old", KEYS.jwk("ES256"))]);
    idp.door.clock.advance(Duration::from_secs(1));
    assert_eq!(idp.asked(&of("ES256", "old")), "verified");
    idp.publish(&[("new", KEYS.jwk("EdDSA"))]);
    assert_eq!(idp.asked(&of("EdDSA", "new")), "verified");
    assert_eq!(idp.asked(&of("ES256", "old")), "auth.signature", "what is published no more is believed no more");
    idp.go_down();
    // The clock of the token's own times stands still; only that of the keys goes on.
    idp.door.clock.advance(Duration::from_secs(200));
    assert_eq!(idp.asked(&of("EdDSA", "new")), "verified");
}

#[test]
fn a_token_that_was_verified_is_refused_once_its_key_is_gone() {
    let idp = Idp::new();
    idp.publish(&[("k1", KEYS.jwk("ES256")), ("k2", KEYS.jwk("EdDSA"))]);
    let token = of("ES256", "k1");
    assert_eq!((idp.asked(&token), idp.asked(&token)), ("verified", "verified"));
    idp.publish(&[("k1", OTHER_KEYS.jwk("ES256")), ("k3", KEYS.jwk("EdDSA"))]);
    assert_eq!(idp.asked(&of("EdDSA", "k3")), "verified", "the keys are fetched anew");
    assert_eq!(idp.asked(&token), "auth.signature");
    idp.go_down();
    idp.door.clock.advance(Duration::from_secs(25 * 3600));
    idp.door.clock.set(cpex_sdk::testing::START_MS);
    assert_eq!(idp.asked(&of("EdDSA", "k3")), "auth.unavailable", "no key serves that long");
}

#[test]
fn a_published_key_is_no_shared_secret() {
    let idp = Idp::new();
    idp.publish(&[("k1", KEYS.jwk("HS256")), ("k2", KEYS.jwk("ES256"))]);
    assert_eq!(idp.asked(&of("HS256", "k1")), "auth.signature");
    assert_eq!(idp.asked(&of("HS256", "k2")), "auth.invalid");
    assert_eq!(idp.asked(&of("ES256", "k2")), "verified");
}

#[test]
fn what_the_issuer_says_instead_of_keys_gets_into_no_record() {
    let idp = Idp::new();
    idp.say("500 Internal Server Error", "", "planted");
    let failed = failure(idp.resolved(&of("ES256", "k1")));
    assert_eq!(
        (failed.code, failed.note.as_str()),
        ("auth.unavailable", "issuer `https://idp.example`: the keys of the issuer cannot be had")
    );
    idp.door.clock.advance(Duration::from_secs(1));
    let elsewhere = format!("Location: http://{}/keys\r\n", idp.address);
    idp.say("302 Found", &elsewhere, "planted");
    assert_eq!(idp.asked(&of("ES256", "k1")), "auth.unavailable");
    idp.door.clock.advance(Duration::from_secs(1));
    idp.say("200 OK", "", &" ".repeat(256 * 1024 + 1));
    assert_eq!(idp.asked(&of("ES256", "k1")), "auth.unavailable");
}
