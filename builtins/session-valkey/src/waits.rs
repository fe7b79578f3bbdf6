//! What waits for a person: a string each, which expires; and the shelves it is found on, sorted by when that is.

use std::sync::Arc;
use std::time::Duration;

use cpex_sdk::elicitation::{ElicitationStore, Entry, OnceStore, StoreKey, Turn};
use cpex_sdk::{Clock, StoreError, async_trait};
use redis::{Pipeline, Value};
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::keys::Keys;
use crate::link::{Link, Repeat};
use crate::server::text;

/// The store of what waits for a person.
pub(crate) struct Waits {
    pub(crate) link: Arc<Link>,
    pub(crate) keys: Keys,
    pub(crate) clock: Arc<dyn Clock>,
}

/// How long the name of an entry stays on its shelf at most after the entry is gone. The clocks of replicas differ by less.
const AFTERWARDS_MS: u64 = 3_600_000;

/// How many names of a shelf are looked up at once.
const PAGE: usize = 64;

/// The longest time the server takes: a century, in milliseconds.
const LONGEST_MS: u64 = 100 * 366 * 24 * 3_600_000;

/// Whether a value takes the place of another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Taken,
}

impl Waits {
    /// Keeps an entry, and its name on its shelf.
    async fn keep(&self, entry: &Entry<'_>, place: Place) -> Result<Turn, Fault> {
        let (key, ttl_ms) = (self.keys.entry(entry.key), millis(entry.ttl));
        let mut pipeline = Pipeline::new();
        if entry.shelf.is_some() {
            pipeline.atomic();
        }
        let set = pipeline.cmd("SET").arg(&key).arg(entry.value).arg("PX").arg(ttl_ms);
        if place == Place::Free {
            set.arg("NX");
        }
        if let Some(shelf) = entry.shelf {
            self.put_on(shelf, &key, ttl_ms, place, &mut pipeline);
        }
        // It may have been kept, and taken away since.
        let answers = self.link.ask(&pipeline, Repeat::Never).await?;
        match answers.first() {
            Some(Value::Okay) => Ok(Turn::First),
            Some(Value::Nil) if place == Place::Free => Ok(Turn::Again),
            _ => Err(Fault::Unreadable("`SET` is answered by `OK` or nothing")),
        }
    }

    fn put_on(&self, shelf: &StoreKey, entry: &str, ttl_ms: u64, place: Place, pipeline: &mut Pipeline) {
        let (shelf, now_ms) = (self.keys.shelf(shelf), self.clock.now_ms());
        let named = pipeline.cmd("ZADD").arg(&shelf);
        if place == Place::Free {
            named.arg("NX");
        }
        named.arg(now_ms.saturating_add(ttl_ms)).arg(entry);
        let kept_ms = ttl_ms.saturating_add(AFTERWARDS_MS);
        for condition in ["NX", "GT"] {
            pipeline.cmd("PEXPIRE").arg(&shelf).arg(kept_ms).arg(condition);
        }
        let over_ms = now_ms.saturating_sub(AFTERWARDS_MS);
        pipeline.cmd("ZREMRANGEBYSCORE").arg(&shelf).arg("-inf").arg(over_ms);
    }

    async fn one(&self, command: &str, key: &str) -> Result<Value, Fault> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd(command).arg(key);
        let answers = self.link.ask(&pipeline, Repeat::Once).await?;
        answers.into_iter().next().ok_or(Fault::Unreadable("one answer was expected"))
    }

    /// The names on a shelf from that place on, no more than so many.
    async fn names(&self, shelf: &str, from: usize, most: usize) -> Result<Vec<String>, Fault> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("ZRANGE").arg(shelf).arg(from).arg(from.saturating_add(most).saturating_sub(1));
        let answers = self.link.ask(&pipeline, Repeat::Once).await?;
        let Some(Value::Array(names)) = answers.first() else {
            return Err(Fault::Unreadable("`ZRANGE` is answered by a list"));
        };
        let names: Option<Vec<String>> = names.iter().map(|name| text(name).map(str::to_owned)).collect();
        names.ok_or(Fault::Unreadable("a name is text"))
    }

    /// The values under these names, but for those that are gone.
    async fn values(&self, names: &[String]) -> Result<Vec<Zeroizing<Vec<u8>>>, Fault> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("MGET").arg(names);
        let answers = self.link.ask(&pipeline, Repeat::Once).await?;
        let Some(Value::Array(values)) = answers.into_iter().next() else {
            return Err(Fault::Unreadable("`MGET` is answered by a list"));
        };
        let value = |value| match value {
            Value::BulkString(bytes) => Some(Zeroizing::new(bytes)),
            _ => None,
        };
        Ok(values.into_iter().filter_map(value).collect())
    }
}

#[async_trait]
impl OnceStore for Waits {
    async fn take(&self, key: &StoreKey, ttl: Duration) -> Result<Turn, StoreError> {
        Ok(self.keep(&Entry { key, shelf: None, value: b"taken", ttl }, Place::Free).await?)
    }

    async fn is_taken(&self, key: &StoreKey) -> Result<bool, StoreError> {
        match self.one("EXISTS", &self.keys.entry(key)).await? {
            Value::Int(0) => Ok(false),
            Value::Int(_) => Ok(true),
            _ => Err(Fault::Unreadable("`EXISTS` is answered by a number").into()),
        }
    }
}

#[async_trait]
impl ElicitationStore for Waits {
    async fn put(&self, entry: Entry<'_>) -> Result<Turn, StoreError> {
        Ok(self.keep(&entry, Place::Free).await?)
    }

    async fn replace(&self, entry: Entry<'_>) -> Result<(), StoreError> {
        let _first = self.keep(&entry, Place::Taken).await?;
        Ok(())
    }

    async fn get(&self, key: &StoreKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        match self.one("GET", &self.keys.entry(key)).await? {
            Value::BulkString(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Value::Nil => Ok(None),
            _ => Err(Fault::Unreadable("`GET` is answered by bytes or nothing").into()),
        }
    }

    async fn list(&self, shelf: &StoreKey, most: usize) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError> {
        let (shelf, page) = (self.keys.shelf(shelf), most.clamp(1, PAGE));
        let (mut found, mut from) = (Vec::new(), 0);
        while found.len() < most {
            let names = self.names(&shelf, from, page).await?;
            if names.is_empty() {
                break;
            }
            from += names.len();
            found.extend(self.values(&names).await?);
        }
        found.truncate(most);
        Ok(found)
    }

    async fn remove(&self, key: &StoreKey) -> Result<(), StoreError> {
        let mut pipeline = Pipeline::new();
        // Its name stays on its shelf until its time is over, and leads nowhere.
        pipeline.cmd("DEL").arg(self.keys.entry(key));
        self.link.ask(&pipeline, Repeat::Never).await?;
        Ok(())
    }
}

fn millis(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(LONGEST_MS).clamp(1, LONGEST_MS)
}
