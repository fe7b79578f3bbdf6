//! Labels: kept, removed, forgotten, for as long as was said.

use cpex_sdk::SessionKey;
use cpex_test_peer::store_server::{Kind, StoreServer};
use serde_json::json;

use crate::bench::{SESSION, append, declassify, labels, labels_of, refused, stores, stores_with};

over_both! {
    async fn labels_grow_until_one_is_declassified_and_the_session_ends(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let stores = stores(&server);
        assert_eq!(refused(&stores).await, None);
        assert_eq!(labels(&stores).await.unwrap(), [""; 0]);
        append(&stores, &["secret", "pii é"]).await.unwrap();
        append(&stores, &["secret", "internal"]).await.unwrap();
        append(&stores, &[]).await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), ["internal", "pii é", "secret"]);
        declassify(&stores, "secret").await.unwrap();
        declassify(&stores, "never").await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), ["internal", "pii é"]);
        stores.sessions.expire(&SESSION).await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), [""; 0]);
        assert_eq!(server.keys(), [""; 0]);
    }

    async fn a_session_reads_nothing_of_another_and_a_prefix_nothing_of_another(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        assert_eq!(labels_of(&stores, &SessionKey([8; 32])).await.unwrap(), [""; 0]);
        let other = stores_with(&server, &json!({ "key_prefix": "other:" }));
        assert_eq!(labels(&other).await.unwrap(), [""; 0]);
        append(&other, &["theirs"]).await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), ["secret"]);
        let hex = "07".repeat(32);
        assert_eq!(server.keys(), [format!("cpex:session:{hex}"), format!("other:session:{hex}")]);
    }

    async fn trap_41_the_time_that_labels_are_kept_is_begun_anew_by_writers_and_never_shortened(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let (short, long) = (stores_with(&server, &json!({ "ttl_seconds": 60 })), stores_with(&server, &json!({ "ttl_seconds": 6000 })));
        let left = || {
            let left: u64 = server.told(&["TTL", &server.keys()[0]]).parse().unwrap();
            left
        };
        append(&short, &["secret"]).await.unwrap();
        assert!((50..=60).contains(&left()), "{}", left());
        server.told(&["EXPIRE", &server.keys()[0], "20"]);
        append(&short, &["more"]).await.unwrap();
        assert!((50..=60).contains(&left()), "{}", left());
        append(&long, &["internal"]).await.unwrap();
        assert!((5900..=6000).contains(&left()), "{}", left());
        append(&short, &["pii"]).await.unwrap();
        assert!((5900..=6000).contains(&left()), "{}", left());
        declassify(&short, "pii").await.unwrap();
        assert!((5900..=6000).contains(&left()), "{}", left());
        assert_eq!(labels(&long).await.unwrap(), ["internal", "more", "secret"]);
    }

    async fn trap_41_labels_outlive_a_restart_of_a_server_that_writes_them_down(kind: Kind) {
        let mut server = StoreServer::start(kind, &["--appendonly", "yes", "--appendfsync", "always"]);
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        server.start_again();
        append(&stores, &["internal"]).await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), ["internal", "secret"]);
    }
}
