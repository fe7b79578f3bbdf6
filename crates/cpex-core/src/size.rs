//! How large something is, in bytes of JSON, counted without keeping any of it.

use std::io::{self, Write};

use cpex_sdk::OwnPayload;
use serde::Serialize;

/// Whether the JSON of a value has at most so many bytes. Nothing is kept of it, and what is past the limit is not written.
pub(crate) fn is_within(value: &impl Serialize, limit: u64) -> bool {
    serde_json::to_writer(Counter { left: limit }, value).is_ok()
}

/// How many bytes the JSON of a text has between its quotes. Those of several texts are those of all of them in one.
pub(crate) fn of_text(text: &str) -> u64 {
    size(&text).saturating_sub(2)
}

/// How many bytes the JSON of a value has.
pub(crate) fn size(value: &impl Serialize) -> u64 {
    let mut counter = Counter { left: u64::MAX };
    // What cannot be counted is larger than any limit.
    serde_json::to_writer(&mut counter, value).map_or(u64::MAX, |()| u64::MAX - counter.left)
}

/// The same of a payload of the host's own. One that has no JSON has no size that is known, and is within no limit.
pub(crate) fn own_is_within(payload: &OwnPayload, limit: u64) -> bool {
    payload.to_json().is_ok_and(|json| is_within(&json, limit))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_size_of_a_text_is_that_of_its_pieces() {
        for (text, bytes) in [("", 0), ("a\"\u{e9}\n", 7), ("\u{1}", 6)] {
            assert_eq!(of_text(text), bytes, "{text}");
            assert_eq!(of_text(text) + of_text("b"), of_text(&format!("{text}b")));
        }
    }

    #[test]
    fn a_value_is_within_what_its_json_takes_and_in_no_less() {
        for value in [json!("a\"\u{e9}"), json!({"a": [1, null]}), json!("")] {
            let bytes = u64::try_from(value.to_string().len()).unwrap_or_default();
            assert!(is_within(&value, bytes) && !is_within(&value, bytes - 1), "{value}");
        }
    }
}
