//! A text that is redacted in pieces becomes what the whole becomes, however it is cut.

#![expect(clippy::string_slice, clippy::unwrap_used, reason = "tests fail by panicking")]

use cpex_content_scan::{HeldTooLong, Kind, PiiScanner};
use cpex_sdk::scan::ContentScanner as _;
use proptest::prelude::*;
use regex::Regex;

/// The whole text without what is found in it.
fn whole(scanner: &PiiScanner, text: &str) -> String {
    let mut ranges = scanner.scan(text);
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let (mut redacted, mut at) = (String::new(), 0);
    for range in ranges {
        if range.start >= at {
            redacted += &text[at..range.start];
            redacted += "[REDACTED]";
        }
        at = at.max(range.end);
    }
    redacted + &text[at..]
}

fn in_pieces(scanner: &PiiScanner, pieces: &[&str]) -> String {
    let (mut stream, mut released) = (scanner.redact_pieces(10_000).unwrap(), String::new());
    for piece in pieces {
        stream.push(piece, &mut released).unwrap();
    }
    let found = stream.finish(&mut released);
    assert_eq!(found, !scanner.scan(&pieces.concat()).is_empty());
    released
}

/// Numbers of persons, whole, broken and in disguise, and what stands between them.
fn text() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "536-90-4399",
        "536-90-43",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "\u{FF15}36-9\u{200B}0-4399",
        r"\u0035\u0033\u0036-90-4399",
        "aXQgaXMgNTM2LTkwLTQzOTkgYXQgYWxs",
        "carol@mail.example",
        "+49 30 1234567",
        "10.0.0.1",
        "A12345678",
        ",",
        "; ",
        "! ",
        "?",
        "\n",
        " ",
        "-",
        ".",
        "\u{200B}",
        "\u{FF0C}",
        "\\u002c",
        "1",
        "a",
        "é",
    ]);
    prop::collection::vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_text_in_pieces_is_redacted_as_the_whole_is(text in text(), is_default in any::<bool>()) {
        let scanner = if is_default { PiiScanner::default() } else { PiiScanner::of(Kind::ALL) };
        let expected = whole(&scanner, &text);
        for (at, _) in text.char_indices() {
            prop_assert_eq!(&in_pieces(&scanner, &[&text[..at], &text[at..]]), &expected, "{} cut at {}", &text, at);
        }
        let signs: Vec<String> = text.chars().map(String::from).collect();
        prop_assert_eq!(in_pieces(&scanner, &signs.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }
}

#[test]
fn what_is_decided_leaves_as_it_comes() {
    let (mut stream, mut released) = (PiiScanner::default().redact_pieces(100).unwrap(), String::new());
    for (piece, expected) in [
        ("Her number is 536-", ""),
        ("90-4399, and ", "Her number is [REDACTED],"),
        ("his is not known.\nTh", "Her number is [REDACTED], and his is not known.\n"),
    ] {
        stream.push(piece, &mut released).unwrap();
        assert_eq!(released, expected);
    }
    assert!(stream.found() && stream.finish(&mut released));
    assert!(released.ends_with("\nTh"), "{released}");
}

#[test]
fn no_more_is_held_than_may_be() {
    let (mut stream, mut released) = (PiiScanner::default().redact_pieces(8).unwrap(), String::new());
    assert_eq!(stream.push("12345678,12345678", &mut released), Ok(()));
    assert_eq!(stream.push("9", &mut released), Err(HeldTooLong));
    assert_eq!(released, "12345678,");
}

#[test]
fn patterns_of_others_are_for_whole_texts() {
    let scanner = PiiScanner::default().with("list", Regex::new("a,b").unwrap());
    assert!(scanner.redact_pieces(100).is_none());
}
