//! Where in an expression something stands, for those who read what is wrong with it.

use cpex_sdk::config::ConfigFault;

/// The key of the step whose text is the expression.
pub(crate) const EXPR: &str = "expr";

/// A fault of what stands at that byte of the expression. Of a text of several lines a document can point at the first
/// character only, so the fault says where.
pub(crate) fn fault(text: &str, offset: usize, message: impl Into<String>) -> ConfigFault {
    let mut message = message.into();
    if text.trim_end().contains('\n') {
        let (line, column) = position(text, offset);
        message.push_str(&format!(", at line {line}, column {column} of the expression"));
    }
    ConfigFault { offset_in_text: Some(offset), ..ConfigFault::at(vec![EXPR.into()], message) }
}

/// The byte that stands in that line and column, both counted from 1, columns in characters; the end where the text has no
/// such place.
pub(crate) fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let before = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    (start + before).min(text.len())
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
