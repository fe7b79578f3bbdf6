//! A server that is lost, comes back, hangs, is full, or holds something else: an error, and never the absence of labels.

use cpex_sdk::elicitation::Turn;
use cpex_test_peer::store_server::{Kind, StoreServer};
use serde_json::json;

use crate::bench::{HOUR, SESSION, append, declassify, key, labels, refused, stores, stores_with, waits};

over_both! {
    async fn a_server_that_is_gone_is_an_error_until_it_is_back(kind: Kind) {
        let mut server = StoreServer::start(kind, &["--appendonly", "yes", "--appendfsync", "always"]);
        let stores = stores(&server);
        let store = waits(&stores);
        append(&stores, &["secret"]).await.unwrap();
        assert_eq!(store.take(&key(1), HOUR).await, Ok(Turn::First));
        for _ in 0..2 {
            server.stop();
            assert!(labels(&stores).await.unwrap_err().contains("cannot be reached"));
            assert!(append(&stores, &["x"]).await.unwrap_err().contains("cannot be reached"));
            assert!(declassify(&stores, "secret").await.unwrap_err().contains("cannot be reached"));
            assert!(stores.sessions.expire(&SESSION).await.is_err());
            assert!(store.take(&key(2), HOUR).await.is_err());
            assert!(store.is_taken(&key(1)).await.is_err());
            assert!(store.get(&key(1)).await.is_err());
            assert!(store.list(&key(1), 1).await.is_err());
            server.start_again();
            assert_eq!(labels(&stores).await.unwrap(), ["secret"]);
            assert_eq!(store.is_taken(&key(1)).await, Ok(true));
        }
    }

    async fn what_is_first_asked_after_the_server_was_started_anew_is_answered(kind: Kind) {
        let mut server = StoreServer::start(kind, &["--appendonly", "yes", "--appendfsync", "always"]);
        let stores = stores(&server);
        let store = waits(&stores);
        append(&stores, &["secret"]).await.unwrap();
        // It is either known that the connection is gone, or what is asked is not repeated.
        server.start_again();
        tokio::task::yield_now().await;
        let taken = store.take(&key(1), HOUR).await;
        assert!(matches!(taken, Ok(Turn::First) | Err(_)), "{taken:?}");
        server.start_again();
        assert_eq!(labels(&stores).await.unwrap(), ["secret"]);
        server.start_again();
        append(&stores, &["more"]).await.unwrap();
    }

    async fn a_server_that_is_down_at_the_start_serves_once_it_is_up(kind: Kind) {
        let mut server = StoreServer::start(kind, &[]);
        server.stop();
        let stores = stores(&server);
        assert_eq!(refused(&stores).await, None);
        assert!(labels(&stores).await.is_err());
        server.start_again();
        assert_eq!(labels(&stores).await.unwrap(), [""; 0]);
    }

    async fn a_server_that_hangs_is_not_waited_for_and_serves_once_it_goes_on(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let times = json!({ "connect_timeout_ms": 200, "command_timeout_ms": 100 });
        let (stores, fresh) = (stores_with(&server, &times), stores_with(&server, &times));
        append(&stores, &["secret"]).await.unwrap();
        server.freeze();
        assert_eq!(labels(&stores).await.unwrap_err(), "no answer in time");
        assert!(append(&stores, &["more"]).await.is_err());
        assert_eq!(refused(&fresh).await, None);
        assert!(labels(&fresh).await.unwrap_err().contains("cannot be reached: no answer in time"));
        assert!(waits(&fresh).take(&key(1), HOUR).await.is_err());
        server.thaw();
        let seen = labels(&stores).await.unwrap();
        assert!(seen.contains(&"secret".to_owned()), "{seen:?}");
        assert_eq!(labels(&fresh).await.unwrap(), seen);
    }

    async fn a_full_server_refuses_labels_and_forgets_none(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        server.told(&["CONFIG", "SET", "maxmemory", "1"]);
        assert_eq!(append(&stores, &["more"]).await.unwrap_err(), "the server answers `OOM`: its memory is full");
        assert!(waits(&stores).take(&key(1), HOUR).await.unwrap_err().0.contains("`OOM`"));
        assert_eq!(labels(&stores).await.unwrap(), ["secret"]);
        server.told(&["CONFIG", "SET", "maxmemory", "0"]);
        append(&stores, &["more"]).await.unwrap();
    }

    async fn a_server_without_the_replicas_it_wants_refuses_labels(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        server.told(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
        let refused = append(&stores, &["more"]).await.unwrap_err();
        assert_eq!(refused, "the server answers `NOREPLICAS`: it has too few replicas");
    }

    async fn something_else_under_a_key_is_an_error(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        let session = server.keys().remove(0);
        server.told(&["SET", &session, "text"]);
        let expected = "the server answers `WRONGTYPE`: something else is kept under this key";
        assert_eq!(labels(&stores).await.unwrap_err(), expected);
        assert_eq!(append(&stores, &["more"]).await.unwrap_err(), expected);
        assert_eq!(declassify(&stores, "secret").await.unwrap_err(), expected);
        server.told(&["DEL", &session]);
        server.told(&["SADD", &session, ""]);
        assert_eq!(labels(&stores).await.unwrap_err(), "the answer cannot be read: a label is text");
        let entry = format!("cpex:entry:test.entry:{}", "01".repeat(32));
        server.told(&["SADD", &entry, "x"]);
        assert_eq!(waits(&stores).get(&key(1)).await.unwrap_err().0, expected);
        assert_eq!(waits(&stores).is_taken(&key(1)).await, Ok(true));
        assert_eq!(waits(&stores).take(&key(1), HOUR).await, Ok(Turn::Again));
    }

    async fn a_server_that_becomes_a_replica_answers_nobody(kind: Kind) {
        let (server, other) = (StoreServer::start(kind, &[]), StoreServer::start(kind, &[]));
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        server.told(&["REPLICAOF", "127.0.0.1", &other.port.to_string()]);
        assert!(labels(&stores).await.unwrap_err().contains("it is a replica"));
        assert!(append(&stores, &["more"]).await.unwrap_err().contains("it is a replica"));
        server.told(&["REPLICAOF", "NO", "ONE"]);
        append(&stores, &["more"]).await.unwrap();
    }
}

#[test]
fn a_connection_of_a_runtime_that_is_gone_is_made_anew() {
    for kind in Kind::ALL {
        let server = StoreServer::start(kind, &[]);
        let stores = stores(&server);
        for label in ["secret", "more"] {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(append(&stores, &[label])).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(labels(&stores)).unwrap(), ["more", "secret"]);
    }
}
