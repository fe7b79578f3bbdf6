//! `enum(a, b)`: the value is one of those listed. An item that is a number in JSON is that number, every other is text, and
//! so is one in quotes.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage};
use super::written::{Written, is_quoted};
use crate::diagnostic::Diagnostic;
use crate::field::Edit;
use crate::literal;
use crate::number::Number;
use crate::scan;

#[derive(Debug)]
struct Choice {
    items: Box<[Item]>,
    /// The list as written.
    written: Box<str>,
}

#[derive(Debug)]
enum Item {
    Number(Number),
    Text(String),
}

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    const FORM: &str = "enum(open, closed)";
    let range = written.required(FORM)?;
    let mut items = Vec::new();
    for range in scan::split(written.text, range.clone(), ',')? {
        let item = written.part(&range);
        items.push(if is_quoted(item) {
            Item::Text(literal::unquote(written.text, range)?)
        } else if item.is_empty() {
            return Err(written.refuse(range, "an item is missing here").help(format!("write `{FORM}`")));
        } else if item.contains(['\'', '"']) {
            return Err(written.refuse(range, "quotes stand around a whole item").help(format!("write `{FORM}`")));
        } else {
            Number::parse(item).map_or_else(|| Item::Text(item.to_owned()), Item::Number)
        });
    }
    Ok(Box::new(Choice { items: items.into(), written: written.part(&range).into() }))
}

impl Stage for Choice {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        if self.items.iter().any(|item| item.is(value)) {
            Ok(Edit::Keep)
        } else {
            Err(Invalid(format!("one of {}", self.written).into()))
        }
    }
}

impl Item {
    fn is(&self, value: &Json) -> bool {
        match (self, value) {
            (Self::Number(item), Json::Number(number)) => *item == Number::from(number),
            (Self::Text(item), Json::String(text)) => item == text,
            _ => false,
        }
    }
}
