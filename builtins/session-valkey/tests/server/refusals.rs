//! Servers that must not be used, which a document does not start over.

use cpex_test_peer::store_server::{Kind, StoreServer};

use crate::bench::{append, labels, refused, stores};

over_both! {
    async fn a_server_that_drops_keys_when_it_is_full_is_refused(kind: Kind) {
        let memory = ["--maxmemory", "100mb", "--maxmemory-policy"];
        for policy in ["allkeys-lru", "allkeys-random", "volatile-ttl", "volatile-lru"] {
            let server = StoreServer::start(kind, &[&memory[..], &[policy]].concat());
            let stores = stores(&server);
            let expected = format!(
                "the server must not be used: its `maxmemory-policy` is `{policy}`, which drops labels when its memory is \
                 full: set it to `noeviction`"
            );
            assert_eq!(refused(&stores).await, Some(expected.clone()));
            assert_eq!(labels(&stores).await, Err(expected));
        }
        let server = StoreServer::start(kind, &[&memory[..], &["noeviction"]].concat());
        assert_eq!(refused(&stores(&server)).await, None);
        let unbounded = StoreServer::start(kind, &["--maxmemory-policy", "allkeys-lru"]);
        assert_eq!(refused(&stores(&unbounded)).await, None);
    }

    async fn a_replica_is_refused(kind: Kind) {
        let master = StoreServer::start(kind, &[]);
        let replica = StoreServer::start(kind, &["--replicaof", &format!("127.0.0.1 {}", master.port)]);
        let expected = "the server must not be used: it is a replica, which does not know the latest labels".to_owned();
        let stores = stores(&replica);
        assert_eq!(refused(&stores).await, Some(expected.clone()));
        assert_eq!(labels(&stores).await, Err(expected.clone()));
        assert_eq!(append(&stores, &["secret"]).await, Err(expected));
    }
}

#[tokio::test]
async fn a_server_of_another_kind_is_refused() {
    // It says what no server of labels says.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let config = serde_json::json!({ "endpoint": endpoint });
    let stores = crate::bench::build(config, &cpex_sdk::testing::host()).unwrap();
    assert!(labels(&stores).await.is_err());
    assert!(append(&stores, &["secret"]).await.is_err());
}
