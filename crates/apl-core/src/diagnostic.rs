//! A mistake in a document: what it is, where it stands, and what to do about it.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::span::{Sources, Span};

/// Whether a document with this finding is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document does not load.
    Error,
    /// The document loads and probably does not do what was meant.
    Warning,
}

/// A kind of finding, defined once in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable name shown in brackets, dotted and lower case.
    pub name: &'static str,
    /// Whether it refuses the document.
    pub severity: Severity,
    /// One sentence that explains the kind.
    pub summary: &'static str,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its kind.
    pub code: &'static Code,
    /// Where.
    pub span: Span,
    /// What is wrong, in the user's words: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of that kind, at that place.
    #[must_use]
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None }
    }

    /// The same finding, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding, with the nearest of the valid names as advice, if one is near.
    #[must_use]
    pub fn nearest<'a>(self, name: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, valid) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The finding as people read it: place, kind and message, then the line with the place underlined, then the advice.
    #[must_use]
    pub fn render(&self, sources: &Sources) -> String {
        let severity = match self.code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut out = format!("{}: {severity}[{}]: {}\n", sources.place(self.span), self.code.name, self.message);
        self.excerpt(sources, &mut out);
        if let Some(help) = &self.help {
            let _ = writeln!(out, "  help: {help}");
        }
        out
    }

    fn excerpt(&self, sources: &Sources, out: &mut String) {
        let Some(source) = sources.source(self.span) else { return };
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let Some((before, after)) = source.text().split_at_checked(start) else { return };
        let head = before.rsplit('\n').next().unwrap_or_default();
        let tail = after.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let length = end.saturating_sub(start);
        let marked: String = tail.char_indices().take_while(|(at, _)| *at < length).map(|(_, c)| c).collect();
        let (head, tail) = (last_chars(head, SHOWN_BEFORE), first_chars(tail, SHOWN_AFTER));
        let number = sources.position(self.span).line.to_string();
        let gutter = " ".repeat(number.len());
        // Tabs are kept so that the underline falls under the text whatever the terminal's tab width.
        let pad = match head.contains('\t') {
            true => head.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect(),
            false => " ".repeat(head.width()),
        };
        let carets = "^".repeat(first_chars(&marked, SHOWN_AFTER).width().max(1));
        let _ = writeln!(out, "  {gutter} |\n  {number} | {head}{tail}\n  {gutter} | {pad}{carets}");
    }
}

/// How many characters of a line stand before the place that is pointed at, at most.
const SHOWN_BEFORE: usize = 100;
/// How many stand from there on.
const SHOWN_AFTER: usize = 100;

fn last_chars(text: &str, most: usize) -> &str {
    let start = text.char_indices().rev().take(most).last().map_or(text.len(), |(at, _)| at);
    text.get(start..).unwrap_or_default()
}

fn first_chars(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// The valid name nearest to what was written, if it is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(name: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = compared_length(name)?;
    valid
        .into_iter()
        .filter_map(|candidate| Some((compared_length(candidate)?.max(length), candidate)))
        .map(|(longer, candidate)| (strsim::damerau_levenshtein(name, candidate), longer, candidate))
        .filter(|(distance, longer, _)| *distance <= (longer / 3).max(1))
        .min_by_key(|(distance, _, candidate)| (*distance, *candidate))
        .map(|(_, _, candidate)| candidate)
}

/// How many characters a name has, if it is short enough to be compared: a comparison takes time and memory for the product
/// of both lengths, and a document may hold names of any length.
fn compared_length(name: &str) -> Option<usize> {
    const MAX: usize = 100;
    Some(name.chars().take(MAX + 1).count()).filter(|length| *length <= MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        assert_eq!(nearest("polcy", ["args", "policy", "result"]), Some("policy"));
        assert_eq!(nearest("policy", ["args", "result"]), None);
    }

    #[test]
    fn names_of_any_length_are_compared_at_once() {
        // Compared in full, these would take a terabyte.
        let (name, other) = ("a".repeat(400_000), "b".repeat(400_000));
        assert_eq!(nearest(&name, [other.as_str(), "args"]), None);
        assert_eq!(nearest("arg", [other.as_str(), "args"]), Some("args"));
    }
}
