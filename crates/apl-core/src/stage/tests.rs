#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod hash;
mod refused;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::field::Edit;
use crate::span::Sources;
use crate::testing::{line, text};

/// Finds runs of digits.
struct Digits;

impl Scanner for Digits {
    fn scan(&self, text: &str) -> Option<Vec<std::ops::Range<usize>>> {
        if text.contains('?') {
            return None;
        }
        let digits = text.char_indices().filter(|(_, sign)| sign.is_ascii_digit());
        Some(digits.map(|(at, _)| at..at + 1).collect())
    }
}

fn compile(written: &str) -> Result<Box<dyn Stage>, Diagnostic> {
    let text = text(written);
    let stage = Written::parse(&text, 0..written.len())?;
    match row(&stage)?.parse {
        Of(parse) => parse(&stage),
        Guarded(stage_alone) => stage.bare().map(|()| stage_alone()),
        Keyed(keyed) => stage.bare().map(|()| keyed(HashKey::new(b"Jefe").unwrap())),
        Scanned(_, scanned) | Detecting(_, scanned) => Ok(scanned(Arc::new(Digits))),
        Labelled(labelled) => Ok(labelled()),
        Plugin => panic!("a plugin is no stage that works by itself"),
    }
}

/// Each stage takes the first values and refuses the second with that form.
fn judges(written: &str, taken: &[Json], refused: &[Json], expected: &'static str) {
    let stage = compile(written).unwrap();
    for value in taken {
        assert_eq!(stage.edit(value), Ok(Edit::Keep), "{written}: {value}");
    }
    for value in refused {
        assert_eq!(stage.edit(value), Err(Invalid(expected.into())), "{written}: {value}");
    }
}

fn texts(values: &[&str]) -> Vec<Json> {
    values.iter().map(|value| json!(value)).collect()
}

#[test]
fn required_refuses_null_and_nothing_else() {
    judges("required", &[json!(false), json!(0), json!(""), json!([])], &[json!(null)], "present");
}

#[test]
fn types_are_asked_for_and_never_coerced() {
    let values = [json!("1"), json!(1), json!(1.5), json!(true), json!([1]), json!({"a": 1})];
    let split = |stage: &str, taken: &[usize], expected| {
        let of = |wanted: bool| -> Vec<Json> {
            let kept = values.iter().enumerate().filter(|(at, _)| taken.contains(at) == wanted);
            kept.map(|(_, value)| value.clone()).collect()
        };
        judges(stage, &of(true), &of(false), expected);
    };
    split("str", &[0], "text");
    split("int", &[1], "a number with no fraction");
    split("float", &[1, 2], "a number");
    split("bool", &[3], "true or false");
    split("list", &[4], "a list");
    split("map", &[5], "a map");
    judges(
        "int",
        &[json!(1.0), json!(-3), json!(u64::MAX), json!(1e300)],
        &[json!(1e-300)],
        "a number with no fraction",
    );
}

#[test]
fn email_is_the_form_browsers_take() {
    let long = format!("a@{}.example", vec!["b".repeat(61); 4].join("."));
    let taken = ["a@b.example", "first.last+tag@sub-1.example.org", "o'neil@x", "!#$%&'*+/=?^_`{|}~-@x.y"];
    let refused = [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@-b.c",
        "a@b-.c",
        "a@b..c",
        "a@b.",
        "\"a\"@b.c",
        "a@[127.0.0.1]",
        "é@b.c",
        "a@é.c",
        "a@b.c\n",
        &long,
    ];
    let mut others = texts(&refused);
    others.push(json!(1));
    judges("email", &texts(&taken), &others, "an email address");
}

#[test]
fn url_is_absolute_and_of_http() {
    let taken = [
        "http://a",
        "HTTPS://a.example:8080/p/%C3%A9?q=1&r=/?#f/?",
        "https://[2001:db8::1]:443/",
        "http://127.0.0.1",
        "http://a:/",
        "https://a?q",
        "https://a#f",
    ];
    let refused = [
        "",
        "a",
        "/a",
        "//a",
        "ftp://a",
        "http:a",
        "http:/a",
        "http://",
        "http:///a",
        "http://:80",
        "http://u@a/",
        "http://u:p@a",
        "http://a:65536",
        "http://a:x",
        "http://a:80:80",
        "http://[::1",
        "http://[::g]/",
        "http://[::1]x",
        "http://a/ b",
        "http://a/\\b",
        "http://a/%4",
        "http://a/%zz",
        "http://a/é",
        "http://a/#f#g",
        "http://a\n",
        " http://a",
        "javascript://http://a",
        "http://a|b",
        "http://a:+80",
    ];
    judges("url", &texts(&taken), &texts(&refused), "an absolute http or https URL");
}

#[test]
fn uuid_is_five_groups_of_hex_digits() {
    let taken = ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"];
    let refused = [
        "",
        "f81d4fae7dec11d0a76500a0c91e6bf6",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bfg",
        "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
        "f81d4fa-e7dec-11d0-a765-00a0c91e6bf6",
        "f81d4fae-7dec-11d0-a765-00a0c91e6é6",
    ];
    judges("uuid", &texts(&taken), &texts(&refused), "a UUID");
}

#[test]
fn date_is_a_day_with_or_without_a_time() {
    let taken = [
        "2026-01-31",
        "2024-02-29",
        "2000-02-29",
        "2026-01-31T23:59:59Z",
        "2026-01-31t00:00:00.123456789z",
        "2026-01-31T10:00:00+05:30",
        "1990-12-31T23:59:60Z",
        "1990-12-31T15:59:60-08:00",
    ];
    let refused = [
        "",
        "2026-1-31",
        "2026-00-10",
        "2026-13-10",
        "2026-01-32",
        "2026-01-00",
        "2026-04-31",
        "2023-02-29",
        "1900-02-29",
        "2026/01/31",
        "26-01-31",
        "2026-01-31Z",
        "2026-01-31 10:00:00Z",
        "2026-01-31T10:00Z",
        "2026-01-31T10:00:00",
        "2026-01-31T24:00:00Z",
        "2026-01-31T10:60:00Z",
        "2026-01-31T10:00:60Z",
        "2026-01-31T10:00:00.Z",
        "2026-01-31T10:00:00+0530",
        "2026-01-31T10:00:00+24:00",
        "2026-01-31T10:00:00Zx",
        "2026-01-31\n",
        "+026-01-31",
        "２026-01-31",
    ];
    judges("date", &texts(&taken), &texts(&refused), "a date as RFC 3339 writes it");
}

#[test]
fn enum_takes_its_items_as_text_or_as_numbers() {
    let (taken, refused) = (
        [json!("in progress"), json!(5), json!(5.0), json!("5"), json!("a,b")],
        [json!("1.5"), json!(6), json!(true), json!("done ")],
    );
    judges(
        "enum(in progress, 5, '5', 1.5, 'a,b', done, true)",
        &taken,
        &refused,
        "one of in progress, 5, '5', 1.5, 'a,b', done, true",
    );
    judges("enum(true, 007)", &texts(&["true", "007"]), &[json!(true), json!(7)], "one of true, 007");
}

#[test]
fn regex_searches_text() {
    judges("regex('[0-9]{2}')", &texts(&["12", "a123b"]), &[json!("1"), json!(12)], "text that matches `[0-9]{2}`");
    judges(r#"regex("^\"a|b\"$")"#, &texts(&["\"a", "b\""]), &texts(&["c"]), "text that matches `^\"a|b\"$`");
}

#[test]
fn len_counts_characters() {
    judges(
        "len(2..3)",
        &texts(&["ab", "né😀"]),
        &[json!("a"), json!("abcd"), json!(["a", "b"]), json!(12)],
        "text of 2 to 3 characters",
    );
    judges("len(6)", &texts(&["123456"]), &texts(&["12345", "1234567"]), "text of exactly 6 characters");
    judges("len(1..)", &texts(&["a"]), &texts(&[""]), "text of at least 1 characters");
    judges(
        "len(..1k)",
        &texts(&["", &"a".repeat(1_000)]),
        &texts(&[&"a".repeat(1_001)]),
        "text of at most 1000 characters",
    );
}

#[test]
fn a_range_holds_numbers_with_both_its_bounds() {
    judges(
        "-1..1.5k",
        &[json!(-1), json!(1500), json!(1500.0), json!(0.5)],
        &[json!(-2), json!(1500.1), json!("5")],
        "a number of -1 to 1500",
    );
    judges("1..", &[json!(u64::MAX), json!(1e300)], &[json!(0), json!([1])], "a number of at least 1");
    judges("..-0.5", &[json!(-0.5), json!(i64::MIN / 1024)], &[json!(0), json!(true)], "a number of at most -0.5");
}

#[test]
fn max_bytes_counts_the_text_or_the_json() {
    judges(
        "max_bytes(3)",
        &[json!("né"), json!(123), json!([1]), json!("")],
        &[json!("néa"), json!(1234), json!({"a": 1})],
        "at most 3 bytes",
    );
    judges("max_bytes(1k)", &texts(&[&"a".repeat(1_000)]), &texts(&[&"a".repeat(1_001)]), "at most 1000 bytes");
}

#[test]
fn mask_shows_the_last_characters_of_what_is_long_enough() {
    for (stage, value, masked) in [
        ("mask(4)", json!("123456789"), json!("*****6789")),
        ("mask(4)", json!("12345678"), json!("********")),
        ("mask(2)", json!("größe😀"), json!("****e😀")),
        ("mask(0)", json!("abc"), json!("***")),
        ("mask(1)", json!(""), json!("")),
        ("mask(2)", json!(-12345), json!("****45")),
        ("mask(1)", json!(1.5e10), json!("**********0")),
        ("mask(1)", json!(u64::MAX), json!("*******************5")),
        ("mask(1)", json!(0.000_001_5), json!("********5")),
        ("mask(1k)", json!("abc"), json!("***")),
        ("redact", json!("abc"), json!("[REDACTED]")),
        ("redact", json!({"a": [1]}), json!("[REDACTED]")),
        ("redact", json!(null), json!("[REDACTED]")),
    ] {
        assert_eq!(compile(stage).unwrap().edit(&value), Ok(Edit::Replace(masked)), "{stage}: {value}");
    }
    judges("mask(4)", &[json!(null)], &[json!(true), json!(["a"]), json!({})], "text or a number");
    assert_eq!(compile("omit").unwrap().edit(&json!(null)), Ok(Edit::Remove));
}

proptest! {
    #[test]
    fn a_mask_shows_no_more_than_half(value in r"\PC{0,12}", shown in 0_usize..8) {
        let edit = compile(&format!("mask({shown})")).unwrap().edit(&json!(value));
        let Ok(Edit::Replace(Json::String(masked))) = edit else { return Err(TestCaseError::fail("not masked")) };
        let (count, hidden) = (value.chars().count(), masked.chars().take_while(|sign| *sign == '*').count());
        prop_assert_eq!(masked.chars().count(), count);
        prop_assert!(hidden * 2 >= count && hidden >= count.saturating_sub(shown));
    }
}

#[test]
fn a_scanner_is_asked_about_every_text_and_key_and_marks_what_it_finds() {
    let redact = |value: Json| compile("pii.redact").unwrap().edit(&value);
    assert_eq!(redact(json!("a12b")), Ok(Edit::Replace(json!("a[REDACTED][REDACTED]b"))));
    assert_eq!(
        redact(json!(["x", {"k1": {"y": "2"}}, 3])),
        Ok(Edit::Replace(json!(["x", {"k[REDACTED]": {"y": "[REDACTED]"}}, 3])))
    );
    for value in [json!("ab"), json!(12), json!(null), json!([true, {"a": "b"}])] {
        assert_eq!(redact(value), Ok(Edit::Keep));
    }
    let expected = "a map whose keys stay apart without what is redacted in them";
    assert_eq!(redact(json!({"1": 0, "2": 0})), Err(Invalid(expected.into())));
    assert_eq!(redact(json!(["?"])), Err(Invalid("text that can be scanned".into())));
    let detect = compile("pii.detect").unwrap();
    assert!(detect.finds(&json!(["?"])), "what cannot be told is taken for found");
    let deep = (0..200).fold(json!("x"), |inner, _| json!([inner]));
    assert!(detect.finds(&deep) && redact(deep).is_err());
    for (value, found) in
        [(json!("a1"), true), (json!({"1": 0}), true), (json!([["2"]]), true), (json!(1), false), (json!({}), false)]
    {
        assert_eq!((detect.finds(&value), detect.edit(&value)), (found, Ok(Edit::Keep)), "{value}");
    }
}
