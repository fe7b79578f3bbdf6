//! Several processes on one store, and stores that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpex_sdk::elicitation::{ElicitationStore, Entry, OnceStore, Status, StoreKey, Turn};
use cpex_sdk::testing::{KeptElicitations, ManualClock};
use cpex_sdk::{StoreError, async_trait};
use serde_json::json;
use zeroize::Zeroizing;

use super::bench::{Bench, QUESTION, Step, accepted, approved, error, signed_in};

#[tokio::test]
async fn a_replica_that_did_not_ask_hears_the_answer() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    let replica = bench.replica();
    bench.peer.say_json("200 OK", &signed_in("bob"));
    assert_eq!(replica.check(&QUESTION).await, Ok(Status::Approved { by: "bob".to_owned() }));
    assert_eq!(bench.check().await, approved("bob"), "the request gives its tokens once");
    assert_eq!(bench.peer.heard().len(), 2);
}

#[tokio::test]
async fn one_replica_polls_at_a_time() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    let replica = bench.replica();
    bench.peer.hold();
    bench.peer.say_json("200 OK", &signed_in("bob"));
    let other = async {
        bench.peer.is_asked().await;
        bench.peer.is_asked().await;
        let status = replica.check(&QUESTION).await;
        bench.peer.let_go();
        status
    };
    let (polled, meanwhile) = tokio::join!(bench.check(), other);
    assert_eq!((polled, meanwhile), (approved("bob"), Ok(Status::Pending)));
    assert_eq!(replica.check(&QUESTION).await, Ok(Status::Approved { by: "bob".to_owned() }));
    assert_eq!(bench.peer.heard().len(), 2);
}

#[tokio::test]
async fn a_person_is_asked_by_one_replica() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.hold();
    bench.peer.say_json("200 OK", &accepted());
    let step = Step::default();
    let other = async {
        bench.peer.is_asked().await;
        let asked = bench.ask(&step).await;
        bench.peer.let_go();
        asked
    };
    assert_eq!(tokio::join!(bench.ask(&step), other), (Ok(()), Ok(())));
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn a_replica_that_is_lost_while_it_polls_holds_up_the_others_for_a_while() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    bench.peer.hold();
    let lost = async {
        bench.peer.is_asked().await;
        bench.peer.is_asked().await;
    };
    tokio::select! {
        status = bench.check() => panic!("it was answered: {status:?}"),
        () = lost => {}
    }
    bench.peer.let_go();
    assert_eq!(bench.replica().check(&QUESTION).await, Ok(Status::Pending));
    bench.clock.advance(Duration::from_secs(10));
    // What the lost one was told is lost with it: the provider knows the request no more.
    bench.peer.say_json("400 Bad Request", &error("invalid_grant"));
    bench.peer.say_json("400 Bad Request", &error("invalid_grant"));
    let cause = Err("the token endpoint refused: `invalid_grant`".to_owned());
    assert_eq!(bench.check().await, cause);
    assert_eq!(bench.check().await, cause);
}

#[tokio::test]
async fn replicas_that_polled_at_once_all_the_same_tell_one_answer() {
    let bench = Bench::new(&json!({})).await;
    bench.asked().await;
    let replica = bench.replica();
    bench.peer.hold();
    bench.peer.say_json("200 OK", &signed_in("bob"));
    bench.peer.say_json("400 Bad Request", &error("invalid_grant"));
    bench.peer.is_asked().await;
    let late = async {
        bench.peer.is_asked().await;
        // The turn of the first is over, and its answer under way.
        bench.clock.advance(Duration::from_secs(10));
        replica.check(&QUESTION).await
    };
    let both = async {
        while bench.peer.heard().len() < 3 {
            tokio::task::yield_now().await;
        }
        bench.peer.let_go();
    };
    let (first, late, ()) = tokio::join!(bench.check(), late, both);
    assert_eq!(first, late.map_err(|error| error.0));
    assert_eq!(bench.check().await, first);
    assert_eq!(bench.peer.heard().len(), 3);
}

/// A store that can be made to keep nothing new.
struct Failing {
    store: KeptElicitations,
    is_full: AtomicBool,
}

impl Failing {
    fn room(&self) -> Result<(), StoreError> {
        let is_full = self.is_full.load(Ordering::SeqCst);
        if is_full { Err(StoreError("no room".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl OnceStore for Failing {
    async fn take(&self, key: &StoreKey, ttl: Duration) -> Result<Turn, StoreError> {
        self.store.take(key, ttl).await
    }

    async fn is_taken(&self, key: &StoreKey) -> Result<bool, StoreError> {
        self.store.is_taken(key).await
    }
}

#[async_trait]
impl ElicitationStore for Failing {
    async fn put(&self, entry: Entry<'_>) -> Result<Turn, StoreError> {
        if !entry.value.is_empty() {
            self.room()?;
        }
        self.store.put(entry).await
    }

    async fn replace(&self, entry: Entry<'_>) -> Result<(), StoreError> {
        self.room()?;
        self.store.replace(entry).await
    }

    async fn get(&self, key: &StoreKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        self.store.get(key).await
    }

    async fn list(&self, shelf: &StoreKey, most: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError> {
        self.store.list(shelf, most).await
    }

    async fn remove(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.store.remove(key).await
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_is_none_and_never_becomes_one() {
    let clock = Arc::new(ManualClock::default());
    let store = KeptElicitations::new(Arc::clone(&clock) as _);
    let store = Arc::new(Failing { store, is_full: AtomicBool::new(false) });
    let bench = Bench::keeping(&json!({}), clock, Arc::clone(&store) as _).await;
    bench.asked().await;
    store.is_full.store(true, Ordering::SeqCst);
    let full = Err("what waits for people: no room".to_owned());
    assert_eq!(bench.told("200 OK", &signed_in("bob")).await, full);
    assert_eq!(bench.told("400 Bad Request", &error("authorization_pending")).await, full);
    store.is_full.store(false, Ordering::SeqCst);
    let spent = Err("the token endpoint refused: `invalid_grant`".to_owned());
    assert_eq!(bench.told("400 Bad Request", &error("invalid_grant")).await, spent);
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.check().await, spent);
}

#[tokio::test]
async fn a_request_that_cannot_be_kept_is_not_asked() {
    let clock = Arc::new(ManualClock::default());
    let store = KeptElicitations::new(Arc::clone(&clock) as _);
    let store = Arc::new(Failing { store, is_full: AtomicBool::new(true) });
    let bench = Bench::keeping(&json!({}), clock, store as _).await;
    bench.peer.say_json("200 OK", &accepted());
    assert_eq!(bench.ask(&Step::default()).await.unwrap_err().0, "what waits for people: no room");
    assert_eq!(bench.check().await, Err("the question was not asked, or is over".to_owned()));
}
