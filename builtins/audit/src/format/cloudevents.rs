//! The envelope of CloudEvents 1.0, in structured JSON.

use cpex_sdk::Record;
use jiff::Timestamp;
use serde::Serialize;

use crate::notice::{Body, Notice};

/// The attributes of an event, but for its `data`.
#[derive(Serialize)]
pub(super) struct Head {
    specversion: &'static str,
    id: String,
    source: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    datacontenttype: &'static str,
}

pub(super) fn record(record: &Record<'_>) -> Head {
    head(record.id.to_string(), "cpex.audit.record", record.time_ms)
}

pub(super) fn notice(notice: &Notice) -> Head {
    let (stream, sequence) = notice.place;
    let kind = match notice.body {
        Body::Checkpoint(_) => "cpex.audit.checkpoint",
        Body::Gap(_) => "cpex.audit.gap",
    };
    head(format!("{stream}.{sequence}"), kind, notice.time_ms)
}

fn head(id: String, kind: &'static str, time_ms: u64) -> Head {
    Head {
        specversion: "1.0",
        id,
        source: "/cpex/audit",
        kind,
        time: time(time_ms),
        datacontenttype: "application/json",
    }
}

/// RFC 3339; none for what is past the year 9999.
fn time(time_ms: u64) -> Option<String> {
    let time = Timestamp::from_millisecond(i64::try_from(time_ms).ok()?).ok()?;
    Some(time.to_string())
}
