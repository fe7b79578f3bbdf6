//! Texts that look like something else to a pattern than to a reader: signs that nobody sees, signs that look like others,
//! escapes, and base64.
//!
//! A detector is asked about the text itself, about the text as it looks, and about what stands in it in base64. It is no
//! complete undoing of disguises: words that are misspelt, spaced out or translated stay as they are.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::detect::Finding;

/// How many signs a run of base64 has at least: shorter ones are words.
const MIN_RUN: usize = 20;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Base64 (RFC 4648, section 4), padded or not.
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// Base64 for URLs (RFC 4648, section 5), padded or not.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Everything that is found in a text, in what it looks like, and in what it encodes. All places are of the text itself.
pub(crate) fn detect<'d>(text: &str, plain: impl Fn(&str) -> Vec<Finding<'d>>) -> Vec<Finding<'d>> {
    let mut found = plain(text);
    if let Some(folded) = Folded::of(text) {
        let disguised = plain(&folded.text).into_iter();
        found.extend(disguised.map(|Finding { name, range }| Finding { name, range: folded.origin(&range) }));
    }
    for run in runs(text) {
        let Some(decoded) = text.get(run.clone()).and_then(decode) else { continue };
        let looks = Folded::of(&decoded).map_or(decoded, |folded| folded.text);
        found.extend(plain(&looks).into_iter().map(|Finding { name, .. }| Finding { name, range: run.clone() }));
    }
    once(found)
}

/// What overlaps under one name as one finding, all of them in the order of the text.
fn once(mut found: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    found.sort_unstable_by(|a, b| (a.name, a.range.start).cmp(&(b.name, b.range.start)));
    found.dedup_by(|next, known| {
        let is_there = known.name == next.name && next.range.start < known.range.end;
        if is_there {
            known.range.end = known.range.end.max(next.range.end);
        }
        is_there
    });
    found.sort_by_key(|finding| finding.range.start);
    found
}

/// A text as it looks, and where each of its signs comes from.
struct Folded {
    text: String,
    /// For each sign: where it begins in the folded text, and what it stands for in the text itself.
    signs: Vec<(usize, Range<usize>)>,
}

impl Folded {
    /// The text as it looks; none where it looks as it is.
    fn of(text: &str) -> Option<Self> {
        if text.is_ascii() && !text.contains("\\u") {
            return None;
        }
        let mut folded = Self { text: String::with_capacity(text.len()), signs: Vec::new() };
        let (mut is_changed, mut at) = (false, 0);
        while let Some((written, length)) = text.get(at..).and_then(next) {
            let sign = look(written);
            is_changed |= sign != Some(written) || length != written.len_utf8();
            if let Some(sign) = sign {
                folded.signs.push((folded.text.len(), at..at + length));
                folded.text.push(sign);
            }
            at += length;
        }
        is_changed.then_some(folded)
    }

    /// Where in the text itself that stands, the unseen between its signs included.
    fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.signs.partition_point(|(at, _)| *at < range.start);
        let after = self.signs.partition_point(|(at, _)| *at < range.end);
        let origin = |index: usize| self.signs.get(index).map(|(_, origin)| origin.clone()).unwrap_or_default();
        origin(first).start..origin(after.saturating_sub(1)).end
    }
}

/// The next character, an escape such as `\u0041` undone, and how many bytes it takes.
fn next(text: &str) -> Option<(char, usize)> {
    let escaped = text.strip_prefix("\\u").and_then(|rest| rest.get(..4)).filter(|digits| is_hex(digits));
    let code = escaped.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    if let Some(sign) = code.and_then(char::from_u32) {
        return Some((sign, 6));
    }
    text.chars().next().map(|sign| (sign, sign.len_utf8()))
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The ASCII character that a character looks like, itself where there is none; none of one that nobody sees.
fn look(sign: char) -> Option<char> {
    let shifted = |base: u32| char::from_u32(u32::from(sign) - base);
    let nth = |first: u32, of: &'static [u8]| {
        let index = usize::try_from(u32::from(sign) - first).ok()?;
        of.get(index % of.len()).copied().map(char::from)
    };
    match sign {
        '\u{AD}'
        | '\u{34F}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => None,
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => Some(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => Some('-'),
        '\u{FF01}'..='\u{FF5E}' => shifted(0xFEE0),
        '\u{E0020}'..='\u{E007E}' => shifted(0xE_0000),
        '\u{660}'..='\u{669}' => nth(0x660, DIGITS),
        '\u{6F0}'..='\u{6F9}' => nth(0x6F0, DIGITS),
        '\u{966}'..='\u{96F}' => nth(0x966, DIGITS),
        '\u{1D400}'..='\u{1D6A3}' => nth(0x1_D400, LETTERS),
        '\u{1D7CE}'..='\u{1D7FF}' => nth(0x1_D7CE, DIGITS),
        '\u{391}'..='\u{3F2}' | '\u{405}'..='\u{51D}' => Some(alike(sign)),
        _ => Some(sign),
    }
}

const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Letters of Greek and Cyrillic, and the Latin ones that they look like, in the same order.
const ALIKE: [(&str, &str); 2] = [
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυϲ", "ABEZHIKMNOPTYXaikvopuc"),
    ("ЅІЈАВЕКМНОРСТУХаеорсухѕіјһԛԝ", "SIJABEKMHOPCTYXaeopcyxsijhqw"),
];

fn alike(sign: char) -> char {
    let pairs = ALIKE.iter().flat_map(|(written, looks)| written.chars().zip(looks.chars()));
    pairs.into_iter().find(|(written, _)| *written == sign).map_or(sign, |(_, looks)| looks)
}

/// The runs of signs of base64 that are long enough to be it.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_no_sign = |sign: char| !(sign.is_ascii_alphanumeric() || matches!(sign, '+' | '/' | '-' | '_'));
    let mut end = 0;
    let pieces = text.split_inclusive(is_no_sign).map(move |piece| {
        let start = end;
        end += piece.len();
        start..start + piece.trim_end_matches(is_no_sign).len()
    });
    pieces.filter(|run| run.len() >= MIN_RUN)
}

/// The text that a run encodes, where it is one.
fn decode(run: &str) -> Option<String> {
    let engine = if run.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let text = String::from_utf8(engine.decode(run).ok()?).ok()?;
    text.chars().all(|sign| !sign.is_control() || sign.is_ascii_whitespace()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of `needle`, as it stands in the text.
    fn found<'t>(text: &'t str, needle: &str) -> Vec<&'t str> {
        let plain = |text: &str| {
            let found = text.match_indices(needle);
            found.map(|(at, _)| Finding { name: "n", range: at..at + needle.len() }).collect()
        };
        detect(text, plain).into_iter().map(|finding| text.get(finding.range).unwrap_or("outside")).collect()
    }

    #[test]
    fn a_text_is_searched_as_it_looks_and_found_where_it_stands() {
        assert_eq!(found("a ke\u{200B}y b", "key"), ["ke\u{200B}y"]);
        assert_eq!(found("é \u{FF4B}\u{435}y.", "key"), ["\u{FF4B}\u{435}y"]);
        assert_eq!(found(r"x \u006bey", "key"), [r"\u006bey"]);
        assert_eq!(found("\u{E006B}\u{E0065}\u{E0079}", "key"), ["\u{E006B}\u{E0065}\u{E0079}"]);
        assert_eq!(found("\u{1D7CF}\u{662}\u{96A}", "124"), ["\u{1D7CF}\u{662}\u{96A}"]);
        assert_eq!(found("a\u{3000}b\u{2013}c", "a b-c"), ["a\u{3000}b\u{2013}c"]);
    }

    #[test]
    fn what_is_found_both_ways_counts_once() {
        assert_eq!(found("é key", "key"), ["key"]);
        assert_eq!(found("key ke\u{200B}y", "key"), ["key", "ke\u{200B}y"]);
        let at = |name, range| Finding { name, range };
        let apart = [at("n", 3..5), at("m", 4..9), at("n", 1..4), at("n", 5..6)];
        assert_eq!(once(apart.to_vec()), [at("n", 1..5), at("m", 4..9), at("n", 5..6)]);
    }

    #[test]
    fn runs_of_base64_are_searched_whether_padded_or_for_urls() {
        let run = "VGhlIGtleSBpcyB1bmRlciB0aGUgbWF0";
        assert_eq!(found(&format!("x={run}=="), "key"), [run]);
        assert_eq!(found("c2VhcmNoPz4-IGZvciB0aGUga2V5", "key"), ["c2VhcmNoPz4-IGZvciB0aGUga2V5"]);
        assert_eq!(found("a2V5", "key"), [""; 0]);
    }

    #[test]
    fn what_is_no_escape_and_no_text_is_left_alone() {
        for text in
            [r"\u", r"\u00", r"\u+0ab", r"\ud800\udc00", r"\u00é", "/9j/4AAQSkZJRgABAQEASABIAAD", "\\u\u{10FFFF}"]
        {
            assert_eq!(found(text, "key"), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_letter_that_looks_like_another_is_asked_for() {
        for (written, looks) in ALIKE {
            assert_eq!(written.chars().map(|sign| look(sign).unwrap_or(sign)).collect::<String>(), looks);
        }
    }
}
