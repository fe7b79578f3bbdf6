//! One line as it is written: its place in a stream put among what it says, signed where it is a checkpoint.

use std::io::{self, Write as _};

use cpex_sdk::audit::Id;

use crate::chain::{Hash, Signer};
use crate::format::{Entry, Format};

/// Where a line stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    pub(crate) stream: Id,
    pub(crate) sequence: u64,
    /// JSON: text, or null.
    pub(crate) source: &'p str,
    /// Hash of the line before it, null where it is the first; none where lines are not chained.
    pub(crate) previous: Option<Option<Hash>>,
}

/// The bytes of a line, between a line break that may be needed before it and the one that ends it.
#[derive(Debug, Default)]
pub(crate) struct Line {
    bytes: Vec<u8>,
}

/// The most bytes that a place takes, but for the source.
pub(crate) const PLACE: usize = 192;

impl Line {
    /// Puts an entry at its place.
    pub(crate) fn compose(&mut self, place: &Place<'_>, entry: &Entry) -> io::Result<()> {
        let (before, after) = entry.parts();
        self.bytes.clear();
        self.bytes.push(b'\n');
        self.bytes.extend_from_slice(before);
        let Place { stream, sequence, source, previous } = place;
        write!(self.bytes, "\"stream\":\"{stream}\",\"sequence\":{sequence},\"source\":{source},")?;
        match previous {
            None => {}
            Some(None) => self.bytes.extend_from_slice(b"\"previous\":null,"),
            Some(Some(hash)) => write!(self.bytes, "\"previous\":\"{hash}\",")?,
        }
        self.bytes.extend_from_slice(after);
        self.bytes.push(b'\n');
        Ok(())
    }

    /// Adds the signature of all that stands before it.
    pub(crate) fn sign(&mut self, signer: &Signer, format: Format) -> io::Result<()> {
        let end = self.bytes.len().saturating_sub(format.closing() + 1);
        self.bytes.truncate(end);
        let signature = signer.sign(self.bytes.get(1..).unwrap_or_default());
        write!(self.bytes, ",\"signature\":\"{signature}\"")?;
        self.bytes.extend(std::iter::repeat_n(b'}', format.closing()));
        self.bytes.push(b'\n');
        Ok(())
    }

    /// The line without its line break.
    pub(crate) fn content(&self) -> &[u8] {
        self.bytes.get(1..self.bytes.len().saturating_sub(1)).unwrap_or_default()
    }

    /// What is to be written: the line with its line break, after one that ends the line before it if that is open.
    pub(crate) fn framed(&self, is_open: bool) -> &[u8] {
        self.bytes.get(usize::from(!is_open)..).unwrap_or_default()
    }

    /// Gives back what it holds beyond that many bytes.
    pub(crate) fn shrink(&mut self, kept: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(kept);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

    use cpex_sdk::Record;
    use cpex_sdk::testing::record;
    use serde_json::Value as Json;

    use super::*;
    use crate::format::Said;
    use crate::notice::{Body, Gap, Notice};

    const FORMATS: [Format; 3] = [Format::Json, Format::Ocsf, Format::CloudEvents];

    fn line(format: Format, said: Said<'_, '_>, previous: Option<Option<Hash>>) -> Line {
        let (mut line, mut entry) = (Line::default(), Entry::default());
        entry.encode(format, said).unwrap();
        let place = Place { stream: Id(10), sequence: 1, source: "\"here\"", previous };
        line.compose(&place, &entry).unwrap();
        line
    }

    #[test]
    fn a_line_begins_with_its_place_in_the_stream() {
        let line = line(Format::Json, Said::Record(&record()), None);
        let text = std::str::from_utf8(line.framed(false)).unwrap();
        let expected = r#"{"stream":"0000000000000000000000000000000a","sequence":1,"source":"here","version":1,"#;
        assert!(text.starts_with(expected), "{text}");
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn what_would_break_a_line_is_escaped() {
        let reason = "first\nsecond\r\u{0}\u{2028}\"}\n{\"decision\":\"allow\"}";
        for format in FORMATS {
            let line = line(format, Said::Record(&Record { reason: Some(reason), ..record() }), None);
            assert_eq!(line.framed(true).iter().filter(|byte| **byte == b'\n').count(), 2);
            let line: Json = serde_json::from_slice(line.content()).unwrap();
            assert!(line.to_string().contains("\\\"decision\\\""), "{line}");
        }
    }

    #[test]
    fn every_format_holds_the_line_of_json_whole() {
        let said = Said::Record(&record());
        let whole = |format| -> Json { serde_json::from_slice(line(format, said, Some(None)).content()).unwrap() };
        let json = whole(Format::Json);
        assert_eq!(json["previous"], Json::Null);
        assert_eq!(whole(Format::CloudEvents)["data"], json);
        assert_eq!(whole(Format::Ocsf)["unmapped"]["cpex"], json);
    }

    #[test]
    fn a_signature_stands_last_and_signs_all_before_it() {
        let signer = Signer::read(&"07".repeat(32).into()).unwrap();
        let notice = Notice { place: (Id(10), 1), time_ms: 5, body: Body::Gap(Gap { time_ms: 5, dropped: 1 }) };
        for format in FORMATS {
            let mut line = line(format, Said::Notice(&notice), Some(Some(Hash::of(b""))));
            line.sign(&signer, format).unwrap();
            let text = std::str::from_utf8(line.content()).unwrap();
            let (signed, signature) = text.rsplit_once(",\"signature\":\"").unwrap();
            let expected = format!("{}\"{}", signer.sign(signed.as_bytes()), "}".repeat(format.closing()));
            assert_eq!(signature, expected);
            serde_json::from_str::<Json>(text).unwrap();
        }
    }
}
