//! How large a payload a plugin is handed: its `max_content_size`.

use std::io::{self, Write};

use cpex_sdk::PluginError;
use serde::Serialize;

use super::payload::Given;
use crate::snapshot::Control;

/// Why the plugin is not handed a payload, where it is too large for it. What it does not see it cannot judge, so that this
/// is a failure of the plugin, and its `on_error` says what that means.
pub(super) fn refused(control: &Control, given: Given<'_>) -> Option<PluginError> {
    let limit = control.config.max_content_size?;
    let within = match given {
        Given::Message(payload) => is_within(payload, limit),
        Given::Own(payload) => payload.to_json().is_ok_and(|json| is_within(&json, limit)),
    };
    let text = || format!("the payload has more than the {limit} bytes of its `max_content_size`");
    (!within).then(|| PluginError(text()))
}

/// Whether the JSON of a value has at most so many bytes. Nothing is kept of it, and what is past the limit is not written.
fn is_within(value: &impl Serialize, limit: u64) -> bool {
    serde_json::to_writer(Counter { left: limit }, value).is_ok()
}

struct Counter {
    left: u64,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(count).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
