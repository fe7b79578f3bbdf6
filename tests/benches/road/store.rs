//! e. Labels that are kept by a server on loopback, as processes share them. What is measured is mostly the way there and back,
//! so the floor is that way alone.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use cpex::prelude::*;
use cpex_test_peer::store_server::{Kind, StoreServer};

use super::Bench;
use super::monitor::operation;

const FLOOR: &str = "floor-round-trip";

pub(crate) fn all(bench: &mut Bench) {
    let steps = [
        ("e-taint-session-in-valkey", "taint(secret, session)"),
        ("e-read-labels-in-valkey", "session.labels contains 'other': deny"),
    ];
    if !bench.wants(FLOOR) && !steps.iter().any(|(name, _)| bench.wants(name)) {
        return;
    }
    assert!(Kind::Valkey.is_installed(), "`valkey-server` is not installed: run `make setup`");
    let server = StoreServer::start(Kind::Valkey, &[]);
    let connection = TcpStream::connect(server.endpoint()).unwrap();
    connection.set_nodelay(true).unwrap();
    let connection = std::cell::RefCell::new(connection);
    bench.scenario(FLOOR, || (), |()| ping(&mut connection.borrow_mut()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (name, step) in steps {
        let manager = PluginManager::default();
        cpex::install_builtins(&manager);
        let document = format!(
            r#"{{ global: {{ session_store: {{ kind: valkey, endpoint: "{}" }} }},
                  routes: [ {{ tool: lookup, policy: ["require(role.hr)", "{step}"] }} ] }}"#,
            server.endpoint()
        );
        manager.load_config_yaml(&document).unwrap();
        runtime.block_on(manager.initialize()).unwrap();
        let authorized = |operation| {
            let outcome = runtime.block_on(manager.authorize(operation));
            assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
            outcome
        };
        drop(authorized(operation("hr").session("s1")));
        bench.scenario(name, || operation("hr").session("s1"), authorized);
    }
}

/// Asks the server whether it is there.
fn ping(connection: &mut TcpStream) {
    connection.write_all(b"*1\r\n$4\r\nPING\r\n").unwrap();
    let mut answer = [0; 7];
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
}
