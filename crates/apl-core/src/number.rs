//! Numbers by value: how they are read from text, and when two of them are equal or in order.

use std::cmp::Ordering;

/// The largest magnitude up to which every integer is a float too, 2^53.
const EXACT: u128 = 1 << 53;

/// A number by value: integers of any JSON width, or a finite float.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// An integer.
    Int(i128),
    /// A float.
    Float(f64),
}

impl Number {
    /// The number a text is, if the text is exactly a number as JSON writes them (RFC 8259, section 6), finite, and not an
    /// integer past 128 bits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (int, rest) = integer_part(text)?;
        if rest.is_empty() {
            return int.parse().ok().map(Self::Int);
        }
        let rest = match rest.strip_prefix('.') {
            Some(fraction) => digits(fraction)?,
            None => rest,
        };
        let rest = match rest.strip_prefix(['e', 'E']) {
            Some(exponent) => digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?,
            None => rest,
        };
        let float: f64 = text.parse().ok()?;
        (rest.is_empty() && float.is_finite()).then_some(Self::Float(float))
    }

    /// The order of two numbers; none where it is not certain: an infinite or undefined float, or an integer beyond 2^53
    /// against a float.
    #[must_use]
    pub fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(&right)),
            (left, right) => left.exact_float()?.partial_cmp(&right.exact_float()?),
        }
    }

    /// The same value as a finite float, if there is one that is certain.
    fn exact_float(self) -> Option<f64> {
        match self {
            Self::Int(value) => (value.unsigned_abs() <= EXACT).then_some(value as f64),
            Self::Float(value) => value.is_finite().then_some(value),
        }
    }
}

/// Equal by value: `1` and `1.0` are one number.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left == right,
            (Self::Int(int), Self::Float(float)) | (Self::Float(float), Self::Int(int)) => is_integer(float, int),
        }
    }
}

impl From<&serde_json::Number> for Number {
    fn from(value: &serde_json::Number) -> Self {
        let int = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
        int.map_or_else(|| Self::Float(value.as_f64().unwrap_or(f64::NAN)), Self::Int)
    }
}

/// Whether a float is that integer exactly.
fn is_integer(float: f64, int: i128) -> bool {
    // Below 2^127 the conversion of a float without fraction loses nothing; past it, it would saturate.
    const END: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
    let whole = || float as i128;
    float.fract() == 0.0 && (-END..END).contains(&float) && whole() == int
}

/// The integer a number begins with, sign included, and what follows it.
fn integer_part(text: &str) -> Option<(&str, &str)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let rest = match unsigned.strip_prefix('0') {
        Some(rest) => rest,
        None => digits(unsigned)?,
    };
    text.split_at_checked(text.len() - rest.len())
}

/// What follows the digits a text begins with, if it begins with one.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_json_calls_a_number_is_one() {
        for text in ["0", "-0", "7", "-12", "0.5", "1e3", "1E+3", "-1.25e-2"] {
            assert!(Number::parse(text).is_some(), "{text}");
        }
        for text in
            ["", "-", "007", "+1", ".5", "1.", "1e", "1e+", "0x1f", " 1", "1 ", "NaN", "inf", "1_000", "1e999", "é"]
        {
            assert!(Number::parse(text).is_none(), "{text}");
        }
        assert!(Number::parse(&"9".repeat(40)).is_none());
    }

    #[test]
    fn numbers_are_equal_by_value() {
        assert_eq!(Number::Int(1), Number::Float(1.0));
        assert_ne!(Number::Int(1), Number::Float(1.5));
        assert_eq!(Number::Int(1 << 60), Number::Float((1_u64 << 60) as f64));
        assert_ne!(Number::Int((1 << 60) + 1), Number::Float((1_u64 << 60) as f64));
        assert_ne!(Number::Int(i128::MAX), Number::Float(f64::INFINITY));
        assert_ne!(Number::Int(i128::MAX), Number::Float(1.701_411_834_604_692_3e38));
        assert_ne!(Number::Float(f64::NAN), Number::Float(f64::NAN));
    }

    #[test]
    fn an_order_that_is_not_certain_is_none() {
        let exact = 1_i128 << 53;
        assert_eq!(Number::Int(exact).order(Number::Float(1.0)), Some(Ordering::Greater));
        assert_eq!(Number::Int(exact + 1).order(Number::Float(1.0)), None);
        assert_eq!(Number::Float(1.0).order(Number::Int(-exact - 1)), None);
        assert_eq!(Number::Int(i128::MAX).order(Number::Int(exact)), Some(Ordering::Greater));
        assert_eq!(Number::Float(f64::NAN).order(Number::Int(1)), None);
        assert_eq!(Number::Float(f64::INFINITY).order(Number::Float(1.0)), None);
    }
}
