//! `redact`, `redact(e)`: the value becomes `[REDACTED]`, whatever it was.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage};
use crate::field::Edit;

pub(super) const REDACTED: &str = "[REDACTED]";

#[derive(Debug)]
struct Redact;

pub(super) fn stage() -> Box<dyn Stage> {
    Box::new(Redact)
}

impl Stage for Redact {
    fn edit(&self, _: &Json) -> Result<Edit, Invalid> {
        Ok(Edit::Replace(Json::String(REDACTED.to_owned())))
    }
}
