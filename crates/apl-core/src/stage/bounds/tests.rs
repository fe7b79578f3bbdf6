#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::testing::text;

fn bounds(written: &str) -> Result<Bounds, String> {
    let text = text(written);
    let stage = Written::parse(&text, 0..written.len()).unwrap();
    Bounds::parse(&stage, 0..written.len()).map_err(|fault| fault.message)
}

#[test]
fn bounds_are_numbers_with_thousands_and_millions() {
    let (int, float) = (Number::Int, Number::Float);
    for (written, least, most) in [
        ("1..100", Some(int(1)), Some(int(100))),
        ("5..", Some(int(5)), None),
        ("..5", None, Some(int(5))),
        ("-10..-5", Some(int(-10)), Some(int(-5))),
        ("0.5..1.5", Some(float(0.5)), Some(float(1.5))),
        ("1.0..2.50", Some(int(1)), Some(float(2.5))),
        ("1k..2m", Some(int(1_000)), Some(int(2_000_000))),
        ("1.1k..1.1234567m", Some(int(1_100)), Some(float(1_123_456.7))),
        ("-0.0015k..", Some(float(-1.5)), None),
        ("1 .. 2", Some(int(1)), Some(int(2))),
        ("7..7", Some(int(7)), Some(int(7))),
        ("9007199254740993..", Some(int(9_007_199_254_740_993)), None),
    ] {
        assert_eq!(bounds(written), Ok(Bounds { least, most }), "{written}");
    }
}

#[test]
fn bounds_that_bound_nothing_are_refused() {
    for (written, message) in [
        ("..", "`..` bounds nothing"),
        ("5", "bounds have two dots between them"),
        ("5..1", "the first bound is larger than the second"),
        ("1m..1k", "the first bound is larger than the second"),
        ("1...5", "`.5` is not a number that bounds"),
        ("1..2..3", "`2..3` is not a number that bounds"),
        ("1..x", "`x` is not a number that bounds"),
        ("1e3..", "`1e3` is not a number that bounds"),
        ("1kk..", "`1kk` is not a number that bounds"),
        ("k..", "`k` is not a number that bounds"),
        ("1.k..", "`1.k` is not a number that bounds"),
        ("+1..", "`+1` is not a number that bounds"),
        ("--1..", "`--1` is not a number that bounds"),
        ("1_000..", "`1_000` is not a number that bounds"),
        ("٣..", "`٣` is not a number that bounds"),
    ] {
        assert_eq!(bounds(written), Err(message.to_owned()), "{written}");
    }
    assert!(bounds(&format!("{}..", "9".repeat(60))).is_err());
}

#[test]
fn what_cannot_be_compared_with_certainty_is_out_of_bounds() {
    let bounds = bounds("0.5..").unwrap();
    assert!(bounds.contains(Number::Int(1 << 53)));
    assert!(!bounds.contains(Number::Int((1 << 53) + 1)));
    assert!(!bounds.contains(Number::Float(f64::NAN)));
}
