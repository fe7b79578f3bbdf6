//! How a file ends that is added to: its last whole line, and what a process that died left after it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::chain::Hash;

/// How a file ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) last: Option<Last>,
    /// What stands after it.
    pub(super) torn: Option<Vec<u8>>,
    /// Whether it ends within a line.
    pub(super) is_open: bool,
}

/// The last whole line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Last {
    pub(super) chained: bool,
    /// Of a line that is chained.
    pub(super) hash: Option<Hash>,
}

/// How far back a whole line is looked for, in bytes: further than any record reaches.
const MOST: u64 = 64 * 1024 * 1024;

/// Reads the end of a file of that size. What stands after the last whole line is looked at only where lines are chained.
pub(super) fn of(path: &Path, size: u64, chained: bool) -> io::Result<End> {
    let mut reach = 64 * 1024;
    loop {
        let bytes = last_bytes(path, size, reach)?;
        match end(&bytes, reach >= size, chained) {
            Some(end) => return Ok(end),
            None if reach >= MOST => return Err(io::Error::other("it ends in what is no line: move it away")),
            None => reach = reach.saturating_mul(4),
        }
    }
}

fn last_bytes(path: &Path, size: u64, reach: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(size.saturating_sub(reach)))?;
    let mut bytes = Vec::new();
    file.take(reach.min(size)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// None where more of the file is needed to tell.
fn end(bytes: &[u8], is_all: bool, chained: bool) -> Option<End> {
    if bytes.is_empty() {
        return Some(End::default());
    }
    let is_open = bytes.last() != Some(&b'\n');
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut rest = text;
    loop {
        let (before, line) = match rest.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => (rest.get(..at), rest.get(at + 1..).unwrap_or_default()),
            None if is_all => (None, rest),
            None => return None,
        };
        if let Some(last) = last(line) {
            let torn = text.get(before.map_or(0, |before| before.len() + 1) + line.len() + 1..).map(<[u8]>::to_vec);
            return Some(End { last: Some(last), torn, is_open });
        }
        match before {
            // Beginnings of lines without a chain are ended and left as they are.
            _ if !chained => return Some(End { last: None, torn: None, is_open }),
            Some(before) => rest = before,
            None => return Some(End { last: None, torn: Some(text.to_vec()), is_open }),
        }
    }
}

/// A line, as far as it tells one of this sink from anything else.
#[derive(Deserialize)]
struct Seen<'l> {
    stream: Option<&'l str>,
    previous: Option<IgnoredAny>,
    checkpoint: Option<IgnoredAny>,
    #[serde(borrow)]
    data: Option<Box<Seen<'l>>>,
    #[serde(borrow)]
    unmapped: Option<Unmapped<'l>>,
}

#[derive(Deserialize)]
struct Unmapped<'l> {
    #[serde(borrow)]
    cpex: Option<Box<Seen<'l>>>,
}

/// What is read of a line; none where it is none of this sink.
fn last(line: &[u8]) -> Option<Last> {
    let seen: Seen<'_> = serde_json::from_slice(line).ok()?;
    let Seen { stream, previous, checkpoint, .. } = match (seen.unmapped, seen.data) {
        (Some(Unmapped { cpex: Some(inner) }), _) | (None, Some(inner)) => *inner,
        (unmapped, data) => Seen { unmapped, data, ..seen },
    };
    stream?;
    let chained = previous.is_some() || checkpoint.is_some();
    Some(Last { chained, hash: chained.then(|| Hash::of(line)) })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::string_slice, clippy::indexing_slicing, reason = "tests fail by panicking")]

    use super::*;

    const CHAINED: &str = r#"{"stream":"a","sequence":2,"previous":"00","decision":"allow"}"#;
    const PLAIN: &str = r#"{"stream":"a","sequence":2,"decision":"allow"}"#;

    fn chained(line: &str) -> Option<Last> {
        Some(Last { chained: true, hash: Some(Hash::of(line.as_bytes())) })
    }

    fn torn(bytes: &str) -> Option<Vec<u8>> {
        Some(bytes.as_bytes().to_vec())
    }

    #[test]
    fn the_last_line_is_found_in_every_format() {
        let start = r#"{"stream":"a","sequence":1,"previous":null,"checkpoint":{}}"#;
        for line in [CHAINED, start] {
            for line in
                [line.to_owned(), format!(r#"{{"data":{line}}}"#), format!(r#"{{"unmapped":{{"cpex":{line}}}}}"#)]
            {
                assert_eq!(last(line.as_bytes()), chained(&line), "{line}");
            }
        }
        assert_eq!(last(PLAIN.as_bytes()), Some(Last { chained: false, hash: None }));
        for other in ["", "{}", "[]", "{\"stream\":1}", &CHAINED[..CHAINED.len() - 1]] {
            assert_eq!(last(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn what_stands_after_the_last_line_is_told() {
        let end = |text: &str| end(text.as_bytes(), true, true);
        let whole = |is_open| End { last: chained(CHAINED), torn: None, is_open };
        assert_eq!(end(""), Some(End::default()));
        assert_eq!(end(&format!("x\n{CHAINED}\n")), Some(whole(false)));
        assert_eq!(end(CHAINED), Some(whole(true)));
        for beginning in ["{\"seq", "{\n{\"stre"] {
            let expected = |is_open| Some(End { last: chained(CHAINED), torn: torn(beginning), is_open });
            assert_eq!(end(&format!("{CHAINED}\n{beginning}")), expected(true));
            assert_eq!(end(&format!("{CHAINED}\n{beginning}\n")), expected(false));
        }
        assert_eq!(end("{\"st"), Some(End { last: None, torn: torn("{\"st"), is_open: true }));
    }

    #[test]
    fn a_line_that_begins_further_back_is_read_with_more() {
        let text = format!("{CHAINED}\n{{\"stre");
        assert_eq!(end(&text.as_bytes()[1..], false, true), None);
        assert_eq!(end(b"{\"stre", false, false), None);
    }
}
