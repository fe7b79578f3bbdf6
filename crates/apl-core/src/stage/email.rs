//! `email`: the value is an email address.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Email;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Email))
}

impl Stage for Email {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(value.as_str().is_some_and(is_email), "an email address")
    }
}

/// The form that browsers take for `<input type=email>` (WHATWG HTML, "valid e-mail address"), of at most 254 bytes
/// (RFC 5321, section 4.5.3.1.3). Quoted local parts, address literals and letters outside ASCII are none of it.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    text.len() <= 254 && !local.is_empty() && local.bytes().all(is_atom) && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
