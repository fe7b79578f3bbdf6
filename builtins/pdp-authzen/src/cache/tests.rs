#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::future::{pending, ready};

use cpex_sdk::testing::ManualClock;

use super::*;

fn cache(ttl_s: u64, max_entries: usize) -> (Cache, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    (Cache::new(Arc::clone(&clock) as _, Duration::from_secs(ttl_s), max_entries).unwrap(), clock)
}

fn failed() -> Outcome {
    Err(EngineError("nobody is there".to_owned()))
}

/// What is asked where nobody may ask.
async fn nobody() -> Outcome {
    panic!("it is asked again")
}

#[tokio::test]
async fn permits_and_denials_serve_until_their_time_is_over() {
    let (cache, clock) = cache(5, 10);
    assert_eq!(cache.decided(b"a", ready(Ok(true))).await, Ok(true));
    assert_eq!(cache.decided(b"b", ready(Ok(false))).await, Ok(false));
    clock.advance(Duration::from_millis(4_999));
    assert_eq!(cache.decided(b"a", nobody()).await, Ok(true));
    assert_eq!(cache.decided(b"b", nobody()).await, Ok(false));
    clock.advance(Duration::from_millis(1));
    assert_eq!(cache.decided(b"a", ready(Ok(false))).await, Ok(false));
    assert_eq!(cache.decided(b"a", nobody()).await, Ok(false), "what replaced it serves too");
}

#[tokio::test]
async fn the_time_of_a_decision_begins_when_it_is_asked_for() {
    let (cache, clock) = cache(5, 10);
    let slow = async {
        clock.advance(Duration::from_secs(4));
        Ok(true)
    };
    assert_eq!(cache.decided(b"a", slow).await, Ok(true));
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.decided(b"a", ready(Ok(false))).await, Ok(false));
}

#[tokio::test]
async fn an_error_serves_nobody_else() {
    let (cache, _) = cache(5, 10);
    assert_eq!(cache.decided(b"a", ready(failed())).await, failed());
    assert_eq!(cache.decided(b"a", ready(Ok(true))).await, Ok(true));
}

#[tokio::test]
async fn who_asks_meanwhile_waits_for_the_one_answer() {
    let (cache, _) = cache(5, 10);
    for outcome in [failed(), Ok(true)] {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let first = cache.decided(b"a", async { answered.await.unwrap() });
        let others = async { tokio::join!(cache.decided(b"a", nobody()), cache.decided(b"a", nobody())) };
        let say = async { answer.send(outcome.clone()).unwrap() };
        let (first, others, ()) = tokio::join!(biased; first, others, say);
        assert_eq!((&first, &others.0, &others.1), (&outcome, &outcome, &outcome));
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_one_who_asks_goes_away_the_next_asks() {
    let (cache, _) = cache(5, 10);
    let gone = tokio::time::timeout(Duration::from_secs(1), cache.decided(b"a", pending())).await;
    assert!(gone.is_err());
    assert_eq!(cache.decided(b"a", ready(Ok(true))).await, Ok(true));
    assert_eq!(cache.decided(b"a", nobody()).await, Ok(true));
}

#[tokio::test]
async fn a_full_cache_lets_go_what_ends_first() {
    let (cache, clock) = cache(5, 2);
    for asked in [b"a", b"b", b"c"] {
        assert_eq!(cache.decided(asked, ready(Ok(true))).await, Ok(true));
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(cache.entries().len(), 2);
    assert_eq!(cache.decided(b"b", nobody()).await, Ok(true));
    assert_eq!(cache.decided(b"c", nobody()).await, Ok(true));
    assert_eq!(cache.decided(b"a", ready(Ok(false))).await, Ok(false), "it was let go");
}

#[tokio::test]
async fn a_full_cache_makes_room_for_many() {
    let (cache, clock) = cache(1000, 100);
    for asked in 0_u8..101 {
        assert_eq!(cache.decided(&[asked], ready(Ok(true))).await, Ok(true));
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(cache.entries().len(), 75, "26 were let go before the last");
    assert_eq!(cache.decided(&[26], nobody()).await, Ok(true));
    assert_eq!(cache.decided(&[25], ready(Ok(false))).await, Ok(false));
}

#[tokio::test]
async fn what_is_over_makes_room_before_what_serves() {
    let (cache, clock) = cache(5, 2);
    assert_eq!(cache.decided(b"old", ready(failed())).await, failed());
    clock.advance(Duration::from_secs(1));
    for asked in [b"a", b"b"] {
        assert_eq!(cache.decided(asked, ready(Ok(true))).await, Ok(true));
    }
    assert_eq!(cache.decided(b"a", nobody()).await, Ok(true));
    assert_eq!(cache.entries().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_all_room_is_under_way_others_ask_for_themselves() {
    let (cache, _) = cache(5, 1);
    let under_way = cache.decided(b"a", pending());
    let other = async {
        assert_eq!(cache.decided(b"b", ready(Ok(true))).await, Ok(true));
        assert_eq!(cache.decided(b"b", ready(Ok(false))).await, Ok(false), "it was not kept");
    };
    tokio::select! { biased; _ = under_way => panic!("it never ends"), () = other => {} }
    assert_eq!(cache.decided(b"b", ready(Ok(true))).await, Ok(true));
    assert_eq!(cache.decided(b"b", nobody()).await, Ok(true), "nobody waits for the other any more");
}
