//! The text of an open document: from positions of editors to bytes and back.
//!
//! A position is a line and a number of code units in it, of the encoding that client and server agreed on. A position past
//! the end of a line is its end; one within a character is its begin.

use std::ops::Range;

use serde_json::{Value as Json, json};

/// What positions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16, which every client knows.
    #[default]
    Utf16,
}

impl Encoding {
    /// The one of those a client offers that costs least; UTF-16 if it offers none.
    pub(super) fn negotiate(capabilities: &Json) -> Self {
        let offered = capabilities.pointer("/general/positionEncodings").and_then(Json::as_array);
        let is_utf_8 = |offer: &Json| offer.as_str() == Some(Self::Utf8.name());
        if offered.is_some_and(|offered| offered.iter().any(is_utf_8)) { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    const fn units(self, sign: char) -> usize {
        match self {
            Self::Utf8 => sign.len_utf8(),
            Self::Utf16 => sign.len_utf16(),
        }
    }
}

/// A place in a text, both numbers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) character: usize,
}

impl Position {
    /// Reads a position of the protocol.
    pub(super) fn read(json: &Json) -> Option<Self> {
        let number = |key: &str| json.get(key)?.as_u64().map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        Some(Self { line: number("line")?, character: number("character")? })
    }

    pub(super) fn json(self) -> Json {
        json!({ "line": self.line, "character": self.character })
    }
}

/// A text that knows where its lines begin.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let ends_line = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends_line)).collect();
        Self { text, starts }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The byte a position lies at.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let Some(start) = self.starts.get(position.line).copied() else { return self.text.len() };
        let mut units = 0;
        let mut offset = start;
        for sign in self.line(position.line).chars() {
            units += encoding.units(sign);
            if units > position.character {
                break;
            }
            offset += sign.len_utf8();
        }
        offset
    }

    /// The position of a byte. Within the end of a line it is that end, within a character its begin.
    pub(super) fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.line(line).char_indices().take_while(|(at, sign)| start + at + sign.len_utf8() <= offset);
        Position { line, character: before.map(|(_, sign)| encoding.units(sign)).sum() }
    }

    /// A range of the protocol.
    pub(super) fn range(&self, range: Range<usize>, encoding: Encoding) -> Json {
        let [start, end] = [range.start, range.end.max(range.start)].map(|at| self.position(at, encoding).json());
        json!({ "start": start, "end": end })
    }

    /// The bytes between two positions, whichever of them comes first.
    pub(super) fn bytes(&self, range: &Json, encoding: Encoding) -> Option<Range<usize>> {
        let at = |key: &str| Some(self.offset(Position::read(range.get(key)?)?, encoding));
        let (start, end) = (at("start")?, at("end")?);
        Some(start.min(end)..start.max(end))
    }

    /// The same text with a part of it replaced.
    pub(super) fn replaced(&self, range: Range<usize>, with: &str) -> Self {
        let before = self.text.get(..range.start).unwrap_or_default();
        let after = self.text.get(range.end..).unwrap_or_default();
        Self::new([before, with, after].concat())
    }

    /// A line without what ends it.
    fn line(&self, line: usize) -> &str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line.saturating_add(1)).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Characters of one, two, three and four bytes; the last is two code units of UTF-16.
    const TEXT: &str = "aé\n€😀b\r\n\r😀";

    fn at(line: usize, character: usize) -> Position {
        Position { line, character }
    }

    #[test]
    fn positions_count_units_of_their_encoding() {
        let lines = Lines::new(TEXT);
        let emoji = TEXT.find('😀').unwrap_or_default();
        assert_eq!(lines.position(emoji + 4, Encoding::Utf16), at(1, 3));
        assert_eq!(lines.position(emoji + 4, Encoding::Utf8), at(1, 7));
        assert_eq!(lines.offset(at(1, 3), Encoding::Utf16), emoji + 4);
        assert_eq!(lines.offset(at(1, 7), Encoding::Utf8), emoji + 4);
    }

    #[test]
    fn a_position_within_a_character_is_its_begin() {
        let lines = Lines::new(TEXT);
        let emoji = TEXT.find('😀').unwrap_or_default();
        assert_eq!(lines.offset(at(1, 2), Encoding::Utf16), emoji);
        assert_eq!(lines.offset(at(1, 5), Encoding::Utf8), emoji);
        assert_eq!(lines.position(emoji + 2, Encoding::Utf16), at(1, 1));
    }

    #[test]
    fn a_position_past_the_end_is_the_end() {
        let lines = Lines::new(TEXT);
        assert_eq!(lines.offset(at(0, 99), Encoding::Utf16), 3);
        assert_eq!(lines.offset(at(99, 0), Encoding::Utf16), TEXT.len());
        assert_eq!(lines.offset(at(usize::MAX, usize::MAX), Encoding::Utf8), TEXT.len());
        assert_eq!(lines.position(usize::MAX, Encoding::Utf16), at(3, 2));
    }

    #[test]
    fn lines_end_in_each_of_the_three_ways() {
        let lines = Lines::new("a\nb\r\nc\rd");
        assert_eq!(["a", "b", "c", "d"].map(Some), [0, 1, 2, 3].map(|line| Some(lines.line(line))));
        assert_eq!(lines.position(4, Encoding::Utf16), at(1, 1));
    }

    #[test]
    fn a_part_is_replaced_whichever_way_round_it_is_given() {
        let lines = Lines::new(TEXT);
        let range = json!({ "start": at(1, 3).json(), "end": at(1, 1).json() });
        let bytes = lines.bytes(&range, Encoding::Utf16).unwrap_or_default();
        assert_eq!(lines.replaced(bytes, "x").text(), "aé\n€xb\r\n\r😀");
    }

    #[test]
    fn bytes_are_counted_only_where_the_client_offers_it() {
        let offer = |offer: Json| Encoding::negotiate(&json!({ "general": { "positionEncodings": offer } }));
        assert_eq!(offer(json!(["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(offer(json!(["utf-32", 7])), Encoding::Utf16);
        assert_eq!(offer(json!("utf-8")), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(&Json::Null), Encoding::Utf16);
    }

    proptest! {
        #[test]
        fn every_place_between_characters_is_found_again(text in "[a€😀\n\r]{0,12}") {
            let lines = Lines::new(text.as_str());
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                for (offset, sign) in text.char_indices() {
                    let position = lines.position(offset, encoding);
                    // Between `\r` and `\n` there is no place.
                    let is_within_end = sign == '\n' && text.get(..offset).is_some_and(|before| before.ends_with('\r'));
                    prop_assert_eq!(lines.offset(position, encoding), offset - usize::from(is_within_end));
                }
            }
        }

        #[test]
        fn any_range_can_be_replaced(text in "[a€😀\n\r]{0,12}", numbers in proptest::array::uniform4(0_usize..16)) {
            let [line, character, end, to] = numbers;
            let lines = Lines::new(text);
            let range = json!({ "start": at(line, character).json(), "end": at(end, to).json() });
            let bytes = lines.bytes(&range, Encoding::Utf16).unwrap_or_default();
            let cut = bytes.len();
            let replaced = lines.replaced(bytes, "é");
            prop_assert_eq!(replaced.text().len(), lines.text().len() - cut + 2);
        }
    }
}
