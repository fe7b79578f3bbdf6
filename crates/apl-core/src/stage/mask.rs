//! `mask(n)`: every character but the last n becomes `*`.

use serde_json::{Number, Value as Json};

use super::bounds;
use super::contract::{Invalid, Stage};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Mask {
    shown: usize,
}

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    let shown = bounds::count(written, written.required("mask(4)")?)?;
    Ok(Box::new(Mask { shown }))
}

impl Stage for Mask {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        let masked = match value {
            Json::Null => return Ok(Edit::Keep),
            Json::String(text) => self.mask(text),
            Json::Number(number) => self.mask(&decimal(number).ok_or(EXPECTED)?),
            Json::Bool(_) | Json::Array(_) | Json::Object(_) => return Err(EXPECTED),
        };
        Ok(Edit::Replace(Json::String(masked)))
    }
}

const EXPECTED: Invalid = Invalid::expected("text or a number");

impl Mask {
    /// A text of at most twice as many characters as are shown would show half of itself or more: it is masked whole.
    fn mask(&self, text: &str) -> String {
        let count = text.chars().count();
        let shown = if count <= self.shown.saturating_mul(2) { 0 } else { self.shown };
        let hidden = count.saturating_sub(shown);
        std::iter::repeat_n('*', hidden).chain(text.chars().skip(hidden)).collect()
    }
}

/// All digits of a number, with no exponent.
fn decimal(number: &Number) -> Option<String> {
    let int = number.as_i64().map(|int| int.to_string()).or_else(|| number.as_u64().map(|int| int.to_string()));
    int.or_else(|| number.as_f64().map(|float| float.to_string()))
}
