//! `uuid`: the value is a UUID in the form of RFC 9562, section 4.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Uuid;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Uuid))
}

impl Stage for Uuid {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(value.as_str().is_some_and(is_uuid), "a UUID")
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
