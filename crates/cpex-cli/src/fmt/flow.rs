//! Values on one line.

use super::scalar as spelling;
use super::tree::{Form, Item, Scalar, Value};

/// A scalar that takes one line.
pub(super) fn scalar(scalar: &Scalar<'_>) -> String {
    match (&scalar.form, &scalar.text) {
        (Form::Rule(rule), _) => spelling::rule(rule),
        (Form::Text, Some(text)) => spelling::text(text),
        _ => scalar.source.to_owned(),
    }
}

/// A list or map in brackets, if it stands in such now and nothing in it needs lines of its own.
pub(super) fn on_one_line(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Nothing => Some("null".to_owned()),
        Value::Alias(name) => Some((*name).to_owned()),
        Value::Scalar(Scalar { form: Form::Lines(_), .. }) | Value::Block(_) => None,
        Value::Scalar(inner) => Some(scalar(inner)),
        Value::List(inner) | Value::Map(inner) if !inner.is_flow || inner.has_comments() => None,
        Value::List(inner) => {
            let items: Vec<String> = inner.items.iter().map(|item| short(item)).collect::<Option<_>>()?;
            Some(format!("[{}]", items.join(", ")))
        }
        Value::Map(inner) if inner.items.is_empty() => Some("{}".to_owned()),
        Value::Map(inner) => {
            let items: Vec<String> = inner.items.iter().map(|item| short(item)).collect::<Option<_>>()?;
            Some(format!("{{ {} }}", items.join(", ")))
        }
    }
}

fn short(item: &Item<'_>) -> Option<String> {
    let key = item.key.as_ref().map(|key| {
        let anchor = key.anchor.map(|anchor| format!("{anchor} ")).unwrap_or_default();
        format!("{anchor}{}: ", scalar(&key.text))
    });
    let anchor = item.anchor.map(|anchor| format!("{anchor} ")).unwrap_or_default();
    Some(format!("{}{anchor}{}", key.unwrap_or_default(), on_one_line(&item.value)?))
}
