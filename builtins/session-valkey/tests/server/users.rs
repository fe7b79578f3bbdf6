//! Users of the server: the rights that are enough, and those that are not.

use cpex_sdk::elicitation::{Entry, Turn};
use cpex_test_peer::store_server::{Kind, StoreServer};
use serde_json::{Value as Json, json};

use crate::bench::{
    HOUR, PASSWORD, SESSION, append, declassify, key, labels, refused, shelf, stores, stores_with, waits,
};

/// The rights that the page lists.
fn rights() -> Vec<String> {
    let page = include_str!("../../../../docs/sessions.md");
    let line = page.lines().find_map(|line| line.strip_prefix("user cpex on ")).expect("the page shows a user");
    line.split(' ').filter(|word| !word.starts_with('>')).map(str::to_owned).collect()
}

fn with_user(kind: Kind, rights: &[String]) -> StoreServer {
    let server = StoreServer::start(kind, &[]);
    let password = format!(">{PASSWORD}");
    let mut words = vec!["ACL", "SETUSER", "cpex", "reset", "on", &password];
    words.extend(rights.iter().map(String::as_str));
    assert_eq!(server.told(&words), "OK");
    server
}

fn as_cpex(secret: &str) -> Json {
    json!({ "username": "cpex", "password": { "kind": "env_var", "name": secret } })
}

over_both! {
    async fn the_rights_that_the_page_lists_are_enough(kind: Kind) {
        let server = with_user(kind, &rights());
        let stores = stores_with(&server, &as_cpex("PASSWORD"));
        assert_eq!(refused(&stores).await, None);
        append(&stores, &["secret"]).await.unwrap();
        declassify(&stores, "secret").await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), [""; 0]);
        stores.sessions.expire(&SESSION).await.unwrap();
        let store = waits(&stores);
        let entry = Entry { key: &key(1), shelf: Some(&shelf(1)), value: b"v", ttl: HOUR };
        assert_eq!(store.put(entry).await, Ok(Turn::First));
        store.replace(entry).await.unwrap();
        assert_eq!(store.list(&shelf(1), 1).await.unwrap().len(), 1);
        assert!(store.get(&key(1)).await.unwrap().is_some());
        assert_eq!(store.is_taken(&key(1)).await, Ok(true));
        assert_eq!(store.take(&key(2), HOUR).await, Ok(Turn::First));
        store.remove(&key(1)).await.unwrap();
    }

    async fn a_right_less_is_an_error_that_names_it(kind: Kind) {
        let expected = "the server must not be used: the server answers `NOPERM`: its user may not do that";
        for command in ["+info", "+role"] {
            let server = with_user(kind, &rights().into_iter().filter(|right| right != command).collect::<Vec<_>>());
            assert_eq!(refused(&stores_with(&server, &as_cpex("PASSWORD"))).await.as_deref(), Some(expected), "{command}");
        }
        let server = with_user(kind, &rights().into_iter().filter(|right| right != "+sadd").collect::<Vec<_>>());
        let stores = stores_with(&server, &as_cpex("PASSWORD"));
        let denied = append(&stores, &["secret"]).await.unwrap_err();
        assert!(denied.contains("NOPERM") || denied.contains("EXECABORT"), "{denied}");
        let elsewhere = stores_with(&server, &json!({ "key_prefix": "other:", "username": "cpex",
            "password": { "kind": "env_var", "name": "PASSWORD" } }));
        assert!(labels(&elsewhere).await.unwrap_err().contains("`NOPERM`"));
    }

    async fn a_wrong_password_is_refused_and_repeated_nowhere(kind: Kind) {
        let server = with_user(kind, &rights());
        let wrong = stores_with(&server, &as_cpex("WRONG"));
        let expected = "the server must not be used: the server answers `WRONGPASS`: it knows no such user and password";
        assert_eq!(refused(&wrong).await.as_deref(), Some(expected));
        assert_eq!(labels(&wrong).await.unwrap_err(), expected);
        server.told(&["ACL", "SETUSER", "default", &format!(">{PASSWORD}"), "resetpass", ">battery"]);
        let unknown = stores(&server);
        let expected = "the server must not be used: the server answers `NOAUTH`: it wants a password";
        assert_eq!(refused(&unknown).await.as_deref(), Some(expected));
        let default = json!({ "password": { "kind": "env_var", "name": "WRONG" } });
        assert_eq!(refused(&stores_with(&server, &default)).await, None);
        for shown in [format!("{wrong:?}"), labels(&wrong).await.unwrap_err()] {
            assert!(!shown.contains("battery") && !shown.contains(PASSWORD), "{shown}");
        }
    }
}
