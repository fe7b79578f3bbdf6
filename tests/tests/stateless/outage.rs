//! A server that is lost: what needs it is denied by a stable code, and served again once it is back.

use std::sync::Arc;

use cpex::sdk::testing::RecordingMetrics;
use cpex::{ManagerConfig, PluginManager};
use cpex_test_peer::store_server::{Kind, StoreServer};

use super::worker::{Answered, Asked, call, document, runtime};

fn eve(tool: &str) -> Asked {
    Asked { user: "eve".to_owned(), session: "s".to_owned(), tool: tool.to_owned(), resumes: None }
}

fn denied(code: &str) -> Answered {
    Answered::Deny(code.to_owned())
}

#[tokio::test]
async fn trap_41_without_the_server_nothing_reads_as_a_session_without_labels() {
    for kind in Kind::ALL {
        let mut server = StoreServer::start(kind, &["--appendonly", "yes", "--appendfsync", "always"]);
        let manager = runtime(&document(&server.endpoint())).await;
        assert_eq!(call(&manager, &eve("read_secret")).await, Answered::Allow);
        let Answered::Pending(id) = call(&manager, &eve("pay")).await else { panic!("{kind:?}") };
        let goes_on = Asked { resumes: Some(id), ..eve("pay") };
        for _ in 0..2 {
            server.stop();
            assert_eq!(call(&manager, &eve("publish")).await, denied("session.load_failed"));
            assert_eq!(call(&manager, &eve("read_pii")).await, denied("session.load_failed"));
            assert_eq!(call(&manager, &goes_on).await, denied("elicitation.failed"));
            server.start_again();
            assert_eq!(call(&manager, &eve("send")).await, denied("tainted"));
            assert_eq!(call(&manager, &eve("publish")).await, Answered::Allow);
        }
        assert_eq!(call(&manager, &goes_on).await, Answered::Allow);
        assert_eq!(call(&manager, &goes_on).await, denied("elicitation.replayed"));
    }
}

#[tokio::test]
async fn a_server_that_takes_no_more_labels_denies_what_would_add_one() {
    for kind in Kind::ALL {
        let server = StoreServer::start(kind, &[]);
        let manager = runtime(&document(&server.endpoint())).await;
        assert_eq!(call(&manager, &eve("read_secret")).await, Answered::Allow);
        server.told(&["CONFIG", "SET", "maxmemory", "1"]);
        assert_eq!(call(&manager, &eve("read_pii")).await, denied("session.persist_failed"));
        assert_eq!(call(&manager, &eve("send")).await, denied("tainted"));
        assert_eq!(call(&manager, &eve("clear")).await, Answered::Allow);
        assert_eq!(call(&manager, &eve("send")).await, Answered::Allow);
    }
}

#[tokio::test]
async fn a_document_over_a_server_that_must_not_be_used_is_not_put_in_force() {
    for kind in Kind::ALL {
        let good = StoreServer::start(kind, &[]);
        let evicting = StoreServer::start(kind, &["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]);
        let manager = runtime(&document(&good.endpoint())).await;
        manager.load_config_yaml(&document(&evicting.endpoint())).unwrap();
        let refused = manager.initialize().await.unwrap_err().to_string();
        assert!(
            refused.starts_with("the session store could not be initialized: the server must not be used"),
            "{refused}"
        );
        assert_eq!(call(&manager, &eve("read_secret")).await, Answered::Allow);
        assert_eq!(good.keys().len(), 1);
    }
}

#[tokio::test]
async fn metrics_tell_how_calls_of_the_server_end() {
    let mut server = StoreServer::start(Kind::Valkey, &[]);
    let metrics = Arc::new(RecordingMetrics::default());
    let config = ManagerConfig { metrics: Some(Arc::clone(&metrics) as _), ..ManagerConfig::default() };
    let manager = PluginManager::new(config);
    manager.register_factory(cpex_session_valkey::KIND, Arc::new(cpex_session_valkey::ValkeyFactory));
    let tainting = "routes: [ { tool: read_secret, policy: [ 'taint(secret)' ] } ]";
    let store = format!("global: {{ session_store: {{ kind: valkey, endpoint: '{}' }} }}\n", server.endpoint());
    manager.load_config_yaml(&format!("{store}{tainting}")).unwrap();
    manager.initialize().await.unwrap();
    let _ = call(&manager, &eve("read_secret")).await;
    server.stop();
    let _ = call(&manager, &eve("read_secret")).await;
    let lines = metrics.lines();
    for (operation, outcome) in [("load", "ok"), ("append", "ok"), ("load", "error")] {
        let expected = format!(
            "cpex.store.duration cpex.store.name=session cpex.store.operation={operation} cpex.store.outcome={outcome}"
        );
        assert!(lines.contains(&expected), "{expected}: {lines:?}");
    }
}
