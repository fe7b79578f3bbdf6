//! `int`: the value is a number with no fraction, however it is written: `1.0` is one.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Integer;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Integer))
}

impl Stage for Integer {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(is_whole(value), "a number with no fraction")
    }
}

fn is_whole(value: &Json) -> bool {
    match value {
        Json::Number(number) => {
            number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
        }
        _ => false,
    }
}
