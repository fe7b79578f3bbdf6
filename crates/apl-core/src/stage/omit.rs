//! `omit`, `omit(e)`: the field or element is taken out.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage};
use crate::field::Edit;

#[derive(Debug)]
struct Omit;

pub(super) fn stage() -> Box<dyn Stage> {
    Box::new(Omit)
}

impl Stage for Omit {
    fn edit(&self, _: &Json) -> Result<Edit, Invalid> {
        Ok(Edit::Remove)
    }
}
