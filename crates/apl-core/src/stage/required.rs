//! `required`: the field is present and not null.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Required;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Required))
}

impl Stage for Required {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(!value.is_null(), "present")
    }
}
