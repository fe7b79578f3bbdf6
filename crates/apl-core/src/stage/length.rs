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
    Ok(Box::new(Length { bounds: bounds(written)? }))
}

/// The least and the greatest number of characters, if the stage is this one; an open end has none.
pub(crate) fn characters(written: &Written<'_>) -> Option<(usize, Option<usize>)> {
    let bounds = (written.name() == "len").then(|| bounds(written).ok())??;
    let count = |bound: Option<Number>| match bound {
        Some(Number::Int(count)) => usize::try_from(count).ok(),
        Some(Number::Float(_)) | None => None,
    };
    Some((count(bounds.least).unwrap_or(0), count(bounds.most)))
}

fn bounds(written: &Written<'_>) -> Result<Bounds, Diagnostic> {
    let range = written.required("len(1..100)")?;
    if !written.part(&range).contains("..") {
        let count = whole(bounds::count(written, range)?);
        return Ok(Bounds { least: Some(count), most: Some(count) });
    }
    let bounds = Bounds::parse(written, range.clone())?;
    let counts = |bound: Option<Number>| matches!(bound, None | Some(Number::Int(0..)));
    if !counts(bounds.least) || !counts(bounds.most) {
        return Err(bounds::refuse_count(written, range));
    }
    Ok(bounds)
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
