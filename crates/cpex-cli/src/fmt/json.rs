//! Writes a [`Tree`] of JSON as JSON, which is a notation of its own though YAML reads it too.

use super::tree::{Collection, Form, Item, Scalar, Tree, Value};

const WIDTH: usize = 120;

/// Whether a text is a JSON object or array.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// Writes a whole document.
pub(super) fn write(tree: &Tree<'_>) -> String {
    value(&tree.root, String::new(), 0) + "\n"
}

/// A value behind what its line says already.
fn value(item: &Item<'_>, line: String, indent: usize) -> String {
    let (open, inner, close) = match &item.value {
        Value::List(inner) => ('[', inner, ']'),
        Value::Map(inner) => ('{', inner, '}'),
        _ => return line + &short(item),
    };
    let short = line.clone() + &short(item);
    if short.chars().count() <= WIDTH {
        return short;
    }
    let mut written = line;
    written.push(open);
    let pad = " ".repeat(indent + 2);
    for (index, item) in inner.items.iter().enumerate() {
        written.push_str(if index == 0 { "\n" } else { ",\n" });
        written.push_str(&value(item, pad.clone() + &key(item), indent + 2));
    }
    written.push('\n');
    written.push_str(&" ".repeat(indent));
    written.push(close);
    written
}

/// A value on one line.
fn short(item: &Item<'_>) -> String {
    let items =
        |inner: &Collection<'_>| inner.items.iter().map(|item| key(item) + &short(item)).collect::<Vec<_>>().join(", ");
    match &item.value {
        Value::List(inner) => format!("[{}]", items(inner)),
        Value::Map(inner) if inner.items.is_empty() => "{}".to_owned(),
        Value::Map(inner) => format!("{{ {} }}", items(inner)),
        Value::Scalar(inner) => scalar(inner),
        // None of these stands in JSON.
        Value::Nothing | Value::Alias(_) | Value::Block(_) => "null".to_owned(),
    }
}

fn key(item: &Item<'_>) -> String {
    item.key.as_ref().map(|key| scalar(&key.text) + ": ").unwrap_or_default()
}

fn scalar(scalar: &Scalar<'_>) -> String {
    match &scalar.form {
        Form::Rule(rule) => serde_json::Value::from(rule.as_str()).to_string(),
        _ => scalar.source.to_owned(),
    }
}
