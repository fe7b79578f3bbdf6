//! What waits for a person, and what may be used once.

use std::time::Duration;

use cpex_sdk::elicitation::{Entry, StoreKey, Turn};
use cpex_test_peer::store_server::{Kind, StoreServer};
use zeroize::Zeroizing;

use crate::bench::{HOUR, key, shelf, stores, waits};

fn values(texts: &[&str]) -> Vec<Zeroizing<Vec<u8>>> {
    texts.iter().map(|text| Zeroizing::new(text.as_bytes().to_vec())).collect()
}

over_both! {
    async fn the_first_entry_of_a_key_stays_and_is_replaced_on_purpose_alone(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let (store, replica) = (waits(&stores(&server)), waits(&stores(&server)));
        const KEY: StoreKey = key(1);
        let entry = |value: &'static str| Entry { key: &KEY, shelf: None, value: value.as_bytes(), ttl: HOUR };
        assert_eq!(store.get(&key(1)).await, Ok(None));
        assert_eq!(store.put(entry("one")).await, Ok(Turn::First));
        assert_eq!(replica.put(entry("two")).await, Ok(Turn::Again));
        assert_eq!(replica.get(&key(1)).await.unwrap(), values(&["one"]).pop());
        assert_eq!(replica.replace(entry("\u{0}three\r\n")).await, Ok(()));
        assert_eq!(store.get(&key(1)).await.unwrap(), values(&["\u{0}three\r\n"]).pop());
        assert_eq!(store.remove(&key(1)).await, Ok(()));
        assert_eq!(store.remove(&key(1)).await, Ok(()));
        assert_eq!(replica.get(&key(1)).await, Ok(None));
        assert_eq!(replica.put(entry("")).await, Ok(Turn::First));
        assert_eq!(replica.get(&key(1)).await.unwrap(), values(&[""]).pop());
    }

    async fn what_is_taken_is_taken_for_everybody_until_its_time_is_over(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let (store, replica) = (waits(&stores(&server)), waits(&stores(&server)));
        assert_eq!(replica.is_taken(&key(1)).await, Ok(false));
        assert_eq!(store.take(&key(1), HOUR).await, Ok(Turn::First));
        assert_eq!(replica.take(&key(1), HOUR).await, Ok(Turn::Again));
        assert_eq!(replica.is_taken(&key(1)).await, Ok(true));
        assert_eq!(replica.is_taken(&key(2)).await, Ok(false));
        let left: u64 = server.told(&["PTTL", &server.keys()[0]]).parse().unwrap();
        assert!((3_500_000..=3_600_000).contains(&left), "{left}");
        assert_eq!(store.take(&key(3), Duration::MAX).await, Ok(Turn::First));
        assert_eq!(store.take(&key(4), Duration::ZERO).await, Ok(Turn::First));
    }

    async fn a_shelf_lists_what_ends_first_before_the_others_and_nothing_that_is_gone(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let store = waits(&stores(&server));
        for (number, hours) in [(1, 3), (2, 1), (3, 2), (4, 4)] {
            let value = [b'0' + number];
            let entry = Entry { key: &key(number), shelf: Some(&shelf(1)), value: &value, ttl: HOUR * hours };
            assert_eq!(store.put(entry).await, Ok(Turn::First));
            let again = Entry { ttl: HOUR * 9, value: b"x", ..entry };
            assert_eq!(store.put(again).await, Ok(Turn::Again));
        }
        assert_eq!(store.list(&shelf(1), 9).await, Ok(values(&["2", "3", "1", "4"])));
        assert_eq!(store.list(&shelf(1), 2).await, Ok(values(&["2", "3"])));
        assert_eq!(store.list(&shelf(1), 0).await, Ok(values(&[])));
        assert_eq!(store.list(&shelf(2), 9).await, Ok(values(&[])));
        store.remove(&key(2)).await.unwrap();
        let later = Entry { key: &key(3), shelf: Some(&shelf(1)), value: b"3b", ttl: HOUR * 5 };
        store.replace(later).await.unwrap();
        assert_eq!(store.list(&shelf(1), 9).await, Ok(values(&["1", "4", "3b"])));
        // Those that are gone do not count.
        assert_eq!(store.list(&shelf(1), 1).await, Ok(values(&["1"])));
        assert!(server.keys().iter().all(|key| server.told(&["TTL", key]).parse::<i64>().unwrap() > 0), "all expires");
    }

    async fn a_long_shelf_is_listed_to_its_end(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let store = waits(&stores(&server));
        for number in 0..150 {
            let entry = Entry { key: &key(number), shelf: Some(&shelf(1)), value: b"v", ttl: HOUR };
            let _ = store.put(entry).await.unwrap();
        }
        for number in 0..100 {
            store.remove(&key(number)).await.unwrap();
        }
        assert_eq!(store.list(&shelf(1), 500).await.unwrap().len(), 50);
        assert_eq!(store.list(&shelf(1), 49).await.unwrap().len(), 49);
    }
}
