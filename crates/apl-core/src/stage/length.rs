//! `len(1..100)`, `len(n)`: the value is text of that many characters, counted as Unicode scalar values.

use serde_json::Value as Json;

use super::bounds::{self, Bounds};
use super::contract::{Invalid, Stage};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;
use crate::number::Number;

#[derive(Debug)]
struct Length {
    bounds: Bounds,
}

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    let range = written.required("len(1..100)")?;
    if !written.part(&range).contains("..") {
        let count = whole(bounds::count(written, range)?);
        return Ok(Box::new(Length { bounds: Bounds { least: Some(count), most: Some(count) } }));
    }
    let bounds = Bounds::parse(written, range.clone())?;
    let counts = |bound: Option<Number>| matches!(bound, None | Some(Number::Int(0..)));
    if !counts(bounds.least) || !counts(bounds.most) {
        return Err(bounds::refuse_count(written, range));
    }
    Ok(Box::new(Length { bounds }))
}

impl Stage for Length {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        match value {
            Json::String(text) if self.bounds.contains(whole(text.chars().count())) => Ok(Edit::Keep),
            _ => Err(Invalid(format!("text of {} characters", self.bounds).into())),
        }
    }
}

fn whole(count: usize) -> Number {
    Number::Int(i128::try_from(count).unwrap_or(i128::MAX))
}
