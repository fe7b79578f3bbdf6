#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use cpex_sdk::testing::{ManualClock, block_on};

use super::*;

const CEILING: Duration = Duration::from_secs(300);

struct Bench {
    cache: Cache,
    clock: Arc<ManualClock>,
    minted: AtomicUsize,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let cache = Cache::new(Arc::clone(&clock) as Arc<_>, CEILING).unwrap();
        Self { cache, clock, minted: AtomicUsize::new(0) }
    }

    /// A mint of a token that lives so many seconds. Tokens are numbered.
    async fn mint(&self, seconds: Option<u64>) -> Result<Issued, MintError> {
        let number = self.minted.fetch_add(1, Ordering::SeqCst);
        let lifetime = seconds.map(Duration::from_secs);
        Ok(Issued { token: Secret::new(number.to_string()), scopes: Vec::new(), lifetime, names_actor: false })
    }

    /// The number of the token of that name.
    fn asked(&self, name: &str, seconds: Option<u64>) -> String {
        let key = self.cache.key([name].into_iter());
        text(&block_on(self.cache.issued(key, self.mint(seconds))))
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn text(outcome: &Outcome) -> String {
    outcome.as_ref().map_or_else(|MintError(text)| text.clone(), |issued| issued.token.expose().to_owned())
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_token_serves_until_shortly_before_its_end() {
    let bench = Bench::new();
    assert_eq!(bench.asked("a", Some(100)), "0");
    bench.pass(69);
    assert_eq!(bench.asked("a", Some(100)), "0");
    assert_eq!(bench.asked("b", Some(100)), "1");
    bench.pass(1);
    assert_eq!(bench.asked("a", Some(100)), "2");
}

#[test]
fn a_token_serves_no_longer_than_the_ceiling() {
    let bench = Bench::new();
    assert_eq!(bench.asked("a", Some(86_400)), "0");
    bench.pass(299);
    assert_eq!(bench.asked("a", Some(86_400)), "0");
    bench.pass(1);
    assert_eq!(bench.asked("a", Some(u64::MAX)), "1");
}

#[test]
fn a_token_whose_end_is_unknown_or_near_does_not_serve_again() {
    let bench = Bench::new();
    for (number, seconds) in [None, Some(1), Some(30)].into_iter().enumerate() {
        assert_eq!(bench.asked("a", seconds), number.to_string());
    }
    assert!(bench.cache.entries().is_empty());
}

#[test]
fn time_is_counted_from_before_the_mint() {
    let bench = Bench::new();
    let key = bench.cache.key(["a"].into_iter());
    let slow = async {
        bench.pass(60);
        bench.mint(Some(100)).await
    };
    assert_eq!(text(&block_on(bench.cache.issued(key, slow))), "0");
    bench.pass(10);
    assert_eq!(bench.asked("a", Some(100)), "1");
}

#[test]
fn keys_differ_in_every_part_and_where_parts_end() {
    let bench = Bench::new();
    let key = |parts: &[&str]| bench.cache.key(parts.iter().copied());
    let different =
        [key(&["a", "b"]), key(&["ab", ""]), key(&["", "ab"]), key(&["a", "b", ""]), key(&["b", "a"]), key(&[])];
    let distinct: std::collections::HashSet<_> = different.into_iter().collect();
    assert_eq!(distinct.len(), 6);
    assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
    let other = Bench::new();
    assert_ne!(key(&["a"]), other.cache.key(["a"].into_iter()), "the key is that of one cache");
}

#[test]
fn those_who_wait_for_one_mint_get_its_token() {
    let bench = Bench::new();
    let key = bench.cache.key(["a"].into_iter());
    let (mut begun, mut gate) = (false, Poll::Pending);
    let slow = async {
        std::future::poll_fn(|_| std::mem::replace(&mut gate, Poll::Ready(()))).await;
        begun = true;
        bench.mint(Some(100)).await
    };
    let mut first = Box::pin(bench.cache.issued(key, slow));
    let mut second = Box::pin(bench.cache.issued(key, bench.mint(Some(100))));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    assert_eq!((text(&block_on(first)), text(&block_on(second))), ("0".to_owned(), "0".to_owned()));
    assert!(begun);
    assert_eq!(bench.minted.load(Ordering::SeqCst), 1);
}

#[test]
fn a_failure_is_told_to_those_who_wait_and_to_nobody_after_them() {
    let bench = Bench::new();
    let key = bench.cache.key(["a"].into_iter());
    let mut gate = Poll::Pending;
    let failing = async {
        std::future::poll_fn(|_| std::mem::replace(&mut gate, Poll::Ready(()))).await;
        Err(MintError("no".to_owned()))
    };
    let mut first = Box::pin(bench.cache.issued(key, failing));
    let mut second = Box::pin(bench.cache.issued(key, bench.mint(Some(100))));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    assert_eq!((text(&block_on(first)), text(&block_on(second))), ("no".to_owned(), "no".to_owned()));
    assert_eq!(bench.asked("a", Some(100)), "0");
}

#[test]
fn a_mint_that_is_given_up_is_begun_by_the_next() {
    let bench = Bench::new();
    let key = bench.cache.key(["a"].into_iter());
    let mut first = Box::pin(bench.cache.issued(key, std::future::pending()));
    let mut second = Box::pin(bench.cache.issued(key, bench.mint(Some(100))));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    drop(first);
    assert_eq!(text(&block_on(second)), "0");
    // One that nobody waits for any more is in nobody's way.
    let mut third = Box::pin(bench.cache.issued(bench.cache.key(["b"].into_iter()), std::future::pending()));
    assert!(poll(third.as_mut()).is_pending());
    drop(third);
    assert_eq!(bench.asked("b", Some(100)), "1");
}

#[test]
fn no_more_tokens_are_kept_than_there_is_room_for() {
    let bench = Bench::new();
    assert_eq!(bench.asked("first to end", Some(50)), "0");
    for number in 1..MAX_TOKENS {
        bench.asked(&number.to_string(), Some(100));
    }
    let before = bench.minted.load(Ordering::SeqCst);
    assert_eq!(bench.asked("one more", Some(100)), before.to_string());
    assert_eq!(bench.cache.entries().len(), MAX_TOKENS);
    assert_eq!(bench.asked("1", Some(100)), "1", "what ends later is still there");
    assert_eq!(bench.asked("one more", Some(100)), before.to_string());
    bench.pass(200);
    bench.asked("after all of them", Some(100));
    assert_eq!(bench.cache.entries().len(), 1);
}

#[test]
fn where_all_room_is_taken_by_mints_under_way_tokens_are_minted_and_not_kept() {
    let bench = Bench::new();
    let mut under_way: Vec<_> = (0..MAX_TOKENS)
        .map(|number| {
            let key = bench.cache.key([number.to_string().as_str()].into_iter());
            Box::pin(bench.cache.issued(key, std::future::pending()))
        })
        .collect();
    assert!(under_way.iter_mut().all(|mint| poll(mint.as_mut()).is_pending()));
    assert_eq!(bench.asked("one more", Some(100)), "0");
    assert_eq!(bench.asked("one more", Some(100)), "1");
    drop(under_way);
    assert_eq!(bench.asked("one more", Some(100)), "2");
    assert_eq!(bench.asked("one more", Some(100)), "2");
}
