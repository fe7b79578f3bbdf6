//! `regex("..")`: the value is text in which the regular expression is found. It is a search: `^` and `$` bind the ends.

use regex::Regex;
use serde_json::Value as Json;

use super::contract::{Invalid, Stage};
use super::written::{Written, is_quoted};
use crate::diagnostic::Diagnostic;
use crate::field::Edit;
use crate::literal;

#[derive(Debug)]
struct Matches {
    regex: Regex,
}

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    Ok(Box::new(Matches { regex: regex(written)? }))
}

/// The regular expression, if the stage is this one.
pub(crate) fn pattern(written: &Written<'_>) -> Option<Regex> {
    (written.name() == "regex").then(|| regex(written).ok()).flatten()
}

fn regex(written: &Written<'_>) -> Result<Regex, Diagnostic> {
    let range = written.required("regex('^[0-9]+$')")?;
    if !is_quoted(written.part(&range)) {
        let fault = written.refuse(range, "a regular expression is one text in quotes");
        return Err(fault.help("write `regex('^[0-9]+$')`"));
    }
    literal::regex(written.text, range)
}

impl Stage for Matches {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        if value.as_str().is_some_and(|text| self.regex.is_match(text)) {
            Ok(Edit::Keep)
        } else {
            Err(Invalid(format!("text that matches `{}`", self.regex.as_str()).into()))
        }
    }
}
