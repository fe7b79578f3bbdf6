#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex_sdk::async_trait;
use cpex_sdk::http::{HttpError, HttpFault, OutboundResponse};
use cpex_sdk::testing::{ManualClock, block_on};
use serde_json::json;
use zeroize::Zeroizing;

use super::*;

/// A peer that answers in turn what it is told to; while it is held up, it answers nothing.
#[derive(Default)]
struct Peer {
    answers: Mutex<VecDeque<(u16, String)>>,
    asked: Mutex<usize>,
    held_up: Mutex<bool>,
}

impl Peer {
    fn answer(&self, status: u16, body: impl Into<String>) {
        self.answers.lock().unwrap().push_back((status, body.into()));
    }

    fn publish(&self, names: &[&str]) {
        self.answer(200, published(names));
    }

    fn hold_up(&self, held_up: bool) {
        *self.held_up.lock().unwrap() = held_up;
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

#[async_trait]
impl HttpClient for Peer {
    fn check(&self, _url: &str) -> Result<(), HttpError> {
        Ok(())
    }

    async fn send(&self, request: OutboundRequest<'_>) -> Result<OutboundResponse, HttpError> {
        assert_eq!((request.url, request.method.name()), ("https://idp.example/keys", "GET"));
        *self.asked.lock().unwrap() += 1;
        std::future::poll_fn(|_| if *self.held_up.lock().unwrap() { Poll::Pending } else { Poll::Ready(()) }).await;
        match self.answers.lock().unwrap().pop_front() {
            Some((status, body)) => {
                Ok(OutboundResponse { status, headers: Vec::new(), body: Zeroizing::new(body.into_bytes()) })
            }
            None => Err(HttpError { fault: HttpFault::Unreachable, text: "planted".to_owned() }),
        }
    }
}

fn published(names: &[&str]) -> String {
    let key =
        |name: &&str| json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([7; 32]), "kid": name });
    json!({ "keys": names.iter().map(key).collect::<Vec<_>>() }).to_string()
}

struct Bench {
    peer: Arc<Peer>,
    clock: Arc<ManualClock>,
    set: KeySet,
}

impl Bench {
    fn new() -> Self {
        let (peer, clock) = (Arc::<Peer>::default(), Arc::<ManualClock>::default());
        let url = "https://idp.example/keys";
        let set = KeySet::new(url, Arc::clone(&peer) as _, Arc::clone(&clock) as _, Duration::from_secs(600));
        Self { peer, clock, set }
    }

    /// The names of the keys that serve a token which names that one, or the code of the refusal.
    fn keys(&self, named: &str) -> Vec<String> {
        shown(block_on(self.set.keys(Some(named))))
    }

    fn after(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn shown(served: Result<Arc<[VerifyingKey]>, Refusal>) -> Vec<String> {
    match served {
        Ok(keys) => keys.iter().map(|key| key.id.clone().unwrap_or_default()).collect(),
        Err(refusal) => vec![refusal.code.to_owned()],
    }
}

const UNAVAILABLE: [&str; 1] = ["auth.unavailable"];

#[test]
fn trap_31_keys_are_fetched_when_a_token_asks_for_them_and_then_kept() {
    let bench = Bench::new();
    assert_eq!(bench.peer.asked(), 0);
    bench.peer.publish(&["a", "b"]);
    for _ in 0..3 {
        assert_eq!(bench.keys("a"), ["a", "b"]);
    }
    assert_eq!(bench.peer.asked(), 1);
}

#[test]
fn trap_31_the_first_token_after_a_rollover_verifies() {
    let bench = Bench::new();
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
    bench.peer.publish(&["b"]);
    assert_eq!(bench.keys("b"), ["b"]);
    assert_eq!(bench.peer.asked(), 2);
}

#[test]
fn trap_31_made_up_names_have_keys_fetched_no_more_often_than_the_floor() {
    let bench = Bench::new();
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
    for round in 1..4 {
        bench.peer.publish(&["a"]);
        for number in 0..100 {
            assert_eq!(bench.keys(&format!("made-up-{number}")), ["a"]);
        }
        assert_eq!(bench.peer.asked(), 1 + round);
        bench.after(30);
    }
}

#[test]
fn trap_31_an_issuer_that_is_down_at_first_is_asked_again() {
    let bench = Bench::new();
    assert_eq!(bench.keys("a"), UNAVAILABLE);
    assert_eq!(bench.keys("a"), UNAVAILABLE);
    assert_eq!(bench.peer.asked(), 1, "not more often than every second");
    bench.after(1);
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
}

#[test]
fn trap_31_old_keys_serve_while_they_cannot_be_fetched_anew_for_a_day() {
    let bench = Bench::new();
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
    for hour in 1..24 {
        bench.after(3600);
        assert_eq!(bench.keys("a"), ["a"], "after {hour} hours");
        assert_eq!(bench.keys("a"), ["a"]);
        assert_eq!(bench.peer.asked(), 1 + hour, "once in a while");
    }
    assert_eq!(bench.keys("b"), UNAVAILABLE, "of a name that is not there nobody can say whose it is");
    bench.after(3600);
    assert_eq!(bench.keys("a"), UNAVAILABLE);
    bench.after(1);
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
}

#[test]
fn old_keys_serve_no_longer_than_a_day_although_they_were_asked_for_just_before() {
    let bench = Bench::new();
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
    bench.clock.advance(Duration::from_millis(24 * 3_600_000 - 500));
    assert_eq!(bench.keys("a"), ["a"]);
    bench.clock.advance(Duration::from_millis(500));
    assert_eq!(bench.keys("a"), UNAVAILABLE);
    assert_eq!(bench.peer.asked(), 2, "and nobody is asked again that soon");
}

#[test]
fn trap_31_one_fetch_is_under_way_at_a_time_and_all_have_its_keys() {
    let bench = Bench::new();
    bench.peer.hold_up(true);
    bench.peer.publish(&["a"]);
    let mut waiting: Vec<Pin<Box<_>>> = (0..16).map(|_| Box::pin(bench.set.keys(Some("a")))).collect();
    let mut context = Context::from_waker(Waker::noop());
    for token in &mut waiting {
        assert!(token.as_mut().poll(&mut context).is_pending());
    }
    bench.peer.hold_up(false);
    for token in &mut waiting {
        let Poll::Ready(served) = token.as_mut().poll(&mut context) else { panic!("it waits for more than one fetch") };
        assert_eq!(shown(served), ["a"]);
    }
    assert_eq!(bench.peer.asked(), 1);
}

#[test]
fn trap_31_keys_that_grew_old_serve_while_one_token_has_them_fetched() {
    let bench = Bench::new();
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
    bench.after(600);
    bench.peer.hold_up(true);
    bench.peer.publish(&["a", "b"]);
    let mut context = Context::from_waker(Waker::noop());
    let mut fetching = Box::pin(bench.set.keys(Some("a")));
    assert!(fetching.as_mut().poll(&mut context).is_pending());
    assert_eq!(bench.keys("a"), ["a"]);
    bench.peer.hold_up(false);
    assert_eq!(shown(block_on(fetching)), ["a", "b"]);
    assert_eq!(bench.peer.asked(), 2);
}

#[test]
fn a_fetch_that_was_let_go_of_holds_up_nobody() {
    let bench = Bench::new();
    bench.peer.hold_up(true);
    let mut context = Context::from_waker(Waker::noop());
    let mut fetching = Box::pin(bench.set.keys(Some("a")));
    assert!(fetching.as_mut().poll(&mut context).is_pending());
    drop(fetching);
    bench.peer.hold_up(false);
    bench.peer.publish(&["a"]);
    assert_eq!(bench.keys("a"), ["a"]);
}

#[test]
fn what_is_no_set_of_usable_keys_changes_nothing() {
    let secret = json!({ "keys": [{ "kty": "oct", "k": "aHVzaA", "kid": "b" }] }).to_string();
    let private = published(&["b"]).replace("\"x\"", "\"d\": \"AA\", \"x\"");
    let twice = published(&["b"]).replace("\"keys\"", "\"keys\": [], \"keys\"");
    let answers = [
        (500, published(&["b"])),
        (404, String::new()),
        (302, published(&["b"])),
        (200, String::new()),
        (200, "[]".into()),
        (200, "{}".into()),
        (200, r#"{"keys": {}}"#.into()),
        (200, r#"{"keys": []}"#.into()),
        (200, r#"{"keys": [1, {}]}"#.into()),
        (200, secret),
        (200, private),
        (200, twice),
    ];
    for (status, body) in answers {
        let bench = Bench::new();
        bench.peer.publish(&["a"]);
        assert_eq!(bench.keys("a"), ["a"]);
        bench.peer.answer(status, &*body);
        assert_eq!(bench.keys("b"), UNAVAILABLE, "{status}: {body}");
        assert_eq!(bench.keys("a"), ["a"], "{status}: {body}");
        assert_eq!(bench.peer.asked(), 2);
    }
}

#[test]
fn keys_that_cannot_be_used_are_left_out_of_those_that_can() {
    let bench = Bench::new();
    let mut set: Json = serde_json::from_str(&published(&["a", "b"])).unwrap();
    set["keys"].as_array_mut().unwrap().extend([json!({ "kty": "new" }), json!({ "kty": "EC", "crv": "P-521" })]);
    bench.peer.answer(200, set.to_string());
    assert_eq!(bench.keys("b"), ["a", "b"]);
}
