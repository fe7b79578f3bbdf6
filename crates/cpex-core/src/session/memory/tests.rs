#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use cpex_sdk::testing::ManualClock;
use cpex_sdk::{SessionKey, SessionStore as _};

use super::MemoryStore;
use crate::document::MemoryBounds;

fn store(max_sessions: usize, seconds: u64) -> (MemoryStore, Arc<ManualClock>) {
    let clock = Arc::<ManualClock>::default();
    let bounds = MemoryBounds { max_sessions, ttl: Duration::from_secs(seconds) };
    (MemoryStore::new(Arc::clone(&clock) as _).within(bounds), clock)
}

const fn key(number: u8) -> SessionKey {
    SessionKey([number; 32])
}

async fn append(store: &MemoryStore, session: u8, label: &str) -> Result<(), String> {
    store.append(&key(session), &[label.into()]).await.map_err(|error| error.to_string())
}

async fn labels(store: &MemoryStore, session: u8) -> Vec<String> {
    let labels = store.load(&key(session)).await.unwrap();
    labels.as_slice().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_full_store_refuses_new_sessions_and_evicts_none() {
    let (store, _clock) = store(3, 60);
    for session in 0..3 {
        append(&store, session, "a").await.unwrap();
    }
    assert_eq!(append(&store, 3, "a").await, Err("the session store is full".to_owned()));
    assert_eq!(append(&store, 0, "b").await, Ok(()));
    assert_eq!(labels(&store, 0).await, ["a", "b"]);
    assert_eq!(labels(&store, 2).await, ["a"]);
    assert!(labels(&store, 3).await.is_empty());
}

#[tokio::test]
async fn an_expired_session_leaves_its_room_and_a_live_one_does_not() {
    let (store, clock) = store(2, 60);
    append(&store, 0, "a").await.unwrap();
    clock.advance(Duration::from_secs(30));
    append(&store, 1, "a").await.unwrap();
    clock.advance(Duration::from_secs(30));
    assert!(labels(&store, 0).await.is_empty(), "60 seconds after its last label a session is over");
    append(&store, 2, "a").await.unwrap();
    assert!(append(&store, 3, "a").await.is_err());
    assert_eq!(labels(&store, 1).await, ["a"]);
}

#[tokio::test]
async fn a_session_that_begins_anew_under_its_key_takes_one_place() {
    let (store, clock) = store(2, 60);
    append(&store, 0, "a").await.unwrap();
    clock.advance(Duration::from_secs(60));
    append(&store, 0, "b").await.unwrap();
    assert_eq!(labels(&store, 0).await, ["b"]);
    append(&store, 1, "a").await.unwrap();
    assert!(append(&store, 2, "a").await.is_err());
}

#[tokio::test]
async fn each_label_keeps_a_session_for_longer() {
    let (store, clock) = store(1, 60);
    append(&store, 0, "a").await.unwrap();
    clock.advance(Duration::from_secs(59));
    append(&store, 0, "b").await.unwrap();
    clock.advance(Duration::from_secs(59));
    assert_eq!(labels(&store, 0).await, ["a", "b"]);
}

#[tokio::test]
async fn other_bounds_lose_no_session() {
    let (store, clock) = store(3, 60);
    for session in 0..3 {
        append(&store, session, "a").await.unwrap();
    }
    let narrow = store.within(MemoryBounds { max_sessions: 1, ttl: Duration::from_secs(10) });
    assert_eq!(append(&narrow, 0, "b").await, Ok(()));
    clock.advance(Duration::from_secs(59));
    for session in 0..3 {
        assert!(!labels(&narrow, session).await.is_empty(), "session {session}");
    }
    assert!(append(&narrow, 3, "a").await.is_err());
    let wide = store.within(MemoryBounds { max_sessions: 4, ..MemoryBounds::default() });
    assert_eq!(append(&wide, 3, "a").await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_two_sessions_take_one_place_at_once() {
    let (store, _clock) = store(100, 60);
    let store = Arc::new(store);
    let begun: Vec<_> = (0..200_u8)
        .map(|session| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { append(&store, session, "a").await.is_ok() })
        })
        .collect();
    let mut kept = 0;
    for session in begun {
        kept += usize::from(session.await.unwrap());
    }
    assert_eq!(kept, 100);
}
