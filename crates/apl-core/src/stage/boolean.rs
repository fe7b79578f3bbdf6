//! `bool`: the value is true or false.

use serde_json::Value as Json;

use super::{Invalid, Stage, Written, keep_if};
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Boolean;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Boolean))
}

impl Stage for Boolean {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(value.is_boolean(), "true or false")
    }
}
