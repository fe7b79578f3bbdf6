//! `bool`: the value is true or false.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
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
