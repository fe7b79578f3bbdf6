//! `a..b`, `a..`, `..b`: the value is a number within the bounds, both included.

use serde_json::Value as Json;

use super::bounds::Bounds;
use super::contract::{Invalid, Stage};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;
use crate::number::Number;

#[derive(Debug)]
struct Within {
    bounds: Bounds,
}

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    Ok(Box::new(Within { bounds: Bounds::parse(written, written.range.clone())? }))
}

impl Stage for Within {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        match value {
            Json::Number(number) if self.bounds.contains(Number::from(number)) => Ok(Edit::Keep),
            _ => Err(Invalid(format!("a number of {}", self.bounds).into())),
        }
    }
}
