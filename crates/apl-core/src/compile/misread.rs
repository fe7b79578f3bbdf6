//! Lines that YAML reads otherwise than they look, because they are not quoted.

use super::quote::quote;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::node::{Entry, Node};
use crate::scan;

/// A map that was meant as a line: `- delegate(x, target: y)` is a key with an open bracket and a value that closes it.
pub(super) fn split_line(entry: &Entry) -> Option<Diagnostic> {
    let value = entry.value.text()?;
    if !scan::is_open(&entry.key.value) {
        return None;
    }
    let line = format!("{}: {}", entry.key.value, value.value);
    scan::is_paired(&line).then(|| {
        let span = entry.key.span.to(entry.value.span);
        let message = "YAML reads this line as a map, because of the `: ` in it";
        Diagnostic::new(codes::YAML, span, message).help(format!("quote the line: `- {}`", quote(&line)))
    })
}

/// A line that a list in brackets cuts at its commas: `[require(a, b)]` is the two items `require(a` and `b)`. Answers how
/// many items it was cut into, with the mistake.
pub(super) fn cut_line(items: &[Node]) -> Option<(usize, Diagnostic)> {
    let first = items.first()?;
    let mut line = first.text()?.value.clone();
    if !scan::is_open(&line) {
        return None;
    }
    for (index, item) in items.iter().enumerate().skip(1) {
        line.push_str(", ");
        line.push_str(&item.text()?.value);
        if scan::is_paired(&line) {
            let message = "YAML cuts this line at its comma";
            let help = format!("quote the line: `[{}]`", quote(&line));
            return Some((index + 1, Diagnostic::new(codes::YAML, first.span.to(item.span), message).help(help)));
        }
        if !scan::is_open(&line) {
            return None;
        }
    }
    None
}
