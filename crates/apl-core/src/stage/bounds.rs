//! The bounds of `a..b`, `len(..)` and their like: `1..100`, `0..`, `..5m`, `1.5k..2k`.

use std::fmt;
use std::ops::Range;

use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::number::Number;

/// Two bounds, both included; one of them may be open.
#[derive(Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) least: Option<Number>,
    pub(super) most: Option<Number>,
}

const NUMBERS: &str = "a bound is a number such as `-5`, `0.5`, `10k` (10,000) or `2m` (2,000,000)";

impl Bounds {
    /// The bounds that are written there.
    ///
    /// # Errors
    /// When they are not written `a..b`, `a..` or `..b`, or no number is within them.
    pub(super) fn parse(written: &Written<'_>, range: Range<usize>) -> Result<Self, Diagnostic> {
        let Some((least, most)) = written.part(&range).split_once("..") else {
            return Err(written
                .refuse(range, "bounds have two dots between them")
                .help("write `1..100`, `1..` or `..100`"));
        };
        let (middle, end) = (range.start + least.len(), range.end);
        let bounds = Self {
            least: bound(written, least, range.start..middle)?,
            most: bound(written, most, end - most.len()..end)?,
        };
        let message = match bounds {
            Self { least: None, most: None } => "`..` bounds nothing",
            Self { least: Some(least), most: Some(most) } if least.order(most).is_some_and(|order| order.is_gt()) => {
                "the first bound is larger than the second"
            }
            _ => return Ok(bounds),
        };
        Err(written.refuse(range, message).help("write `1..100`, `1..` or `..100`"))
    }

    /// Whether a number is within them. One that cannot be compared with certainty is not.
    pub(super) fn contains(&self, number: Number) -> bool {
        self.least.is_none_or(|least| number.order(least).is_some_and(|order| order.is_ge()))
            && self.most.is_none_or(|most| number.order(most).is_some_and(|order| order.is_le()))
    }
}

/// `1 to 100`, `at least 1`, `at most 100`, `exactly 6`.
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) if least == most => write!(f, "exactly {}", Shown(least)),
            (Some(least), Some(most)) => write!(f, "{} to {}", Shown(least), Shown(most)),
            (Some(least), None) => write!(f, "at least {}", Shown(least)),
            (None, Some(most)) => write!(f, "at most {}", Shown(most)),
            (None, None) => Ok(()),
        }
    }
}

/// A whole number that is not negative, such as a count of characters or bytes.
///
/// # Errors
/// When something else is written there.
pub(super) fn count(written: &Written<'_>, range: Range<usize>) -> Result<usize, Diagnostic> {
    let whole = match number(written.part(&range)) {
        Some(Number::Int(count)) => usize::try_from(count).ok(),
        _ => None,
    };
    whole.ok_or_else(|| refuse_count(written, range))
}

/// Refuses what should be a count.
pub(super) fn refuse_count(written: &Written<'_>, range: Range<usize>) -> Diagnostic {
    let message = format!("`{}` counts nothing", written.part(&range));
    written.refuse(range, message).help("write a whole number such as `0`, `100` or `64k` (64,000)")
}

struct Shown(Number);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Number::Int(int) => write!(f, "{int}"),
            Number::Float(float) => write!(f, "{float}"),
        }
    }
}

fn bound(written: &Written<'_>, text: &str, range: Range<usize>) -> Result<Option<Number>, Diagnostic> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    number(text)
        .map(Some)
        .ok_or_else(|| written.refuse(range, format!("`{text}` is not a number that bounds")).help(NUMBERS))
}

/// A number in decimal form, with `k` for thousands and `m` for millions.
fn number(text: &str) -> Option<Number> {
    let (digits, shift) = match (text.strip_suffix('k'), text.strip_suffix('m')) {
        (Some(digits), _) => (digits, 3),
        (_, Some(digits)) => (digits, 6),
        _ => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(unsigned) || !is_digits(fraction) {
        return None;
    }
    // The point moves in the digits, so that `1.1k` is 1,100 exactly.
    let fraction = fraction.trim_end_matches('0');
    let moved = format!("{fraction:0<shift$}");
    let (more, rest) = moved.split_at_checked(shift)?;
    if rest.is_empty() {
        return format!("{whole}{more}").parse().ok().map(Number::Int);
    }
    format!("{whole}{more}.{rest}").parse().ok().filter(|float: &f64| float.is_finite()).map(Number::Float)
}

#[cfg(test)]
mod tests;
