//! `float`: the value is any number.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Number;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Number))
}

impl Stage for Number {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(value.is_number(), "a number")
    }
}
