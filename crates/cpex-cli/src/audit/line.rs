//! One line of a log, read: the line of `json`, which every other format holds whole.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

/// A line of any format.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stream: String,
    pub(super) sequence: u64,
    /// Hash of the line before; the outer none where lines are not chained, the inner at the beginning of a log.
    pub(super) previous: Option<Option<String>>,
    /// Everything it says.
    pub(super) members: Map<String, Json>,
    /// How many braces close it.
    closing: usize,
}

/// What a checkpoint says.
#[derive(Debug)]
pub(super) struct Checkpoint<'l> {
    pub(super) kind: &'l str,
    pub(super) time_ms: u64,
    pub(super) opens: bool,
    pub(super) others: u64,
    pub(super) records: u64,
    pub(super) dropped: u64,
    pub(super) torn: Option<&'l str>,
    pub(super) key: &'l str,
}

impl Line {
    /// Reads a line; none where it is none of a log.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut outer: Map<String, Json> = serde_json::from_slice(bytes).ok()?;
        let (mut members, closing) = if outer.contains_key("stream") {
            (outer, 1)
        } else if let Some(Json::Object(data)) = outer.remove("data") {
            (data, 2)
        } else {
            let Some(Json::Object(mut unmapped)) = outer.remove("unmapped") else { return None };
            let Some(Json::Object(cpex)) = unmapped.remove("cpex") else { return None };
            (cpex, 3)
        };
        let stream = members.get("stream")?.as_str()?.to_owned();
        let sequence = members.get("sequence")?.as_u64()?;
        let previous = match members.remove("previous") {
            None => None,
            Some(Json::Null) => Some(None),
            Some(Json::String(hash)) => Some(Some(hash)),
            Some(_) => return None,
        };
        Some(Self { stream, sequence, previous, members, closing })
    }

    /// Text under a name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    /// Whether it is a record of an operation.
    pub(super) fn is_record(&self) -> bool {
        self.members.contains_key("operation")
    }

    /// Whether it is a record, a gap or a checkpoint, and signed only if it is to be.
    pub(super) fn is_known(&self) -> bool {
        let has = |name: &str| self.members.contains_key(name);
        has("checkpoint") || ((has("gap") || self.is_record()) && !has("signature"))
    }

    /// How many records are missing where it stands, if it says so.
    pub(super) fn dropped(&self) -> Option<u64> {
        self.members.get("gap")?.get("dropped")?.as_u64()
    }

    /// What it says, if it is a checkpoint; the inner none where it is one that says less than it should.
    pub(super) fn checkpoint(&self) -> Option<Option<Checkpoint<'_>>> {
        let said = self.members.get("checkpoint")?;
        let (text, number) = (|name: &str| said.get(name)?.as_str(), |name: &str| said.get(name)?.as_u64());
        let whole = || {
            let torn = said.get("torn")?;
            Some(Checkpoint {
                kind: text("kind")?,
                time_ms: number("time_ms")?,
                opens: said.get("opens")?.as_bool()?,
                others: number("others")?,
                records: number("records")?,
                dropped: number("dropped")?,
                torn: if torn.is_null() { None } else { Some(torn.as_str()?) },
                key: text("key")?,
            })
        };
        Some(whole())
    }

    /// The signature, and the bytes of the line it signs: all that stand before it.
    pub(super) fn signed<'l, 'b>(&'l self, bytes: &'b [u8]) -> Option<(&'b [u8], &'l str)> {
        let signature = self.text("signature")?;
        let end = format!(",\"signature\":\"{signature}\"{}", "}".repeat(self.closing));
        Some((bytes.strip_suffix(end.as_bytes())?, signature))
    }
}

/// A time in milliseconds since the Unix epoch, as people read it.
pub(super) fn time(time_ms: u64) -> String {
    let time = i64::try_from(time_ms).ok().and_then(|time_ms| Timestamp::from_millisecond(time_ms).ok());
    time.map_or_else(|| format!("{time_ms} ms"), |time| format!("{time:.3}"))
}
