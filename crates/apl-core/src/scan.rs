//! Where the quotes and brackets of a rule stand: what may be done to a text before it is parsed.
//!
//! Whether a text is a step with a guard, a pipeline or an expression is told by the signs that stand outside quotes and
//! brackets. The scan also bounds nesting, so that no parser runs deeper than its stack allows.

use std::ops::Range;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::node::Text;

/// How deeply brackets may nest in one text.
pub(crate) const MAX_NESTING: usize = 64;

/// A sign outside quotes and brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sign {
    /// Its byte offset in the text.
    pub(crate) at: usize,
    /// `:`, `|` or `,`.
    pub(crate) sign: char,
}

/// The signs `:`, `|` and `,` of a part of a text that stand outside quotes and brackets, in written order.
///
/// # Errors
/// A quote or bracket that has no partner, or brackets nested too deeply.
pub(crate) fn top_level(text: &Text, range: Range<usize>) -> Result<Vec<Sign>, Diagnostic> {
    signs(&text.value, range).map_err(|unpaired| unpaired.diagnostic(text))
}

/// Cuts a part of a text at every such sign outside quotes and brackets; the pieces are trimmed of blanks and may be empty.
///
/// # Errors
/// As [`top_level`].
pub(crate) fn split(text: &Text, range: Range<usize>, separator: char) -> Result<Vec<Range<usize>>, Diagnostic> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    for sign in top_level(text, range.clone())?.into_iter().filter(|sign| sign.sign == separator) {
        pieces.push(trim(&text.value, start..sign.at));
        start = sign.at + separator.len_utf8();
    }
    pieces.push(trim(&text.value, start..range.end));
    Ok(pieces)
}

/// The range without the blanks at its ends.
pub(crate) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// Whether every quote and bracket of a text has its partner.
pub(crate) fn is_paired(text: &str) -> bool {
    signs(text, 0..text.len()).is_ok()
}

/// Whether a text ends inside a bracket, possibly inside a quote there, so that more text could complete it.
pub(crate) fn is_open(text: &str) -> bool {
    matches!(signs(text, 0..text.len()), Err(Unpaired { fault: Fault::Open(_) | Fault::QuoteInBracket(_), .. }))
}

/// What is wrong with the quotes and brackets of a text.
struct Unpaired {
    fault: Fault,
    range: Range<usize>,
}

enum Fault {
    Quote(char),
    QuoteInBracket(char),
    Open(char),
    Close(char),
    TooDeep,
}

impl Unpaired {
    fn diagnostic(self, text: &Text) -> Diagnostic {
        let span = text.span_of(self.range);
        match self.fault {
            Fault::Quote(quote) | Fault::QuoteInBracket(quote) => {
                Diagnostic::new(codes::SYNTAX, span, format!("a text begins with `{quote}` and has no end"))
                    .help(format!("close it with `{quote}`; inside it, write `\\{quote}`"))
            }
            Fault::Open(bracket) => Diagnostic::new(codes::SYNTAX, span, format!("`{bracket}` is never closed")),
            Fault::Close(bracket) => Diagnostic::new(codes::SYNTAX, span, format!("`{bracket}` closes nothing")),
            Fault::TooDeep => {
                Diagnostic::new(codes::TOO_DEEP, span, format!("brackets nest more than {MAX_NESTING} deep"))
                    .help("split the rule into several")
            }
        }
    }
}

fn signs(text: &str, range: Range<usize>) -> Result<Vec<Sign>, Unpaired> {
    let part = text.get(range.clone()).unwrap_or_default();
    let mut signs = Vec::new();
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut chars = part.char_indices().map(|(at, sign)| (range.start + at, sign));
    while let Some((at, sign)) = chars.next() {
        match sign {
            '\'' | '"' if skip_quoted(&mut chars, sign) => {}
            '\'' | '"' => {
                let fault = if open.is_empty() { Fault::Quote(sign) } else { Fault::QuoteInBracket(sign) };
                return Err(Unpaired { fault, range: at..at + 1 });
            }
            '(' | '[' if open.len() == MAX_NESTING => {
                return Err(Unpaired { fault: Fault::TooDeep, range: at..at + 1 });
            }
            '(' | '[' => open.push((at, sign)),
            ')' | ']' => match open.pop() {
                Some((_, '(')) if sign == ')' => {}
                Some((_, '[')) if sign == ']' => {}
                _ => return Err(Unpaired { fault: Fault::Close(sign), range: at..at + 1 }),
            },
            ':' | '|' | ',' if open.is_empty() => signs.push(Sign { at, sign }),
            _ => {}
        }
    }
    match open.pop() {
        Some((at, bracket)) => Err(Unpaired { fault: Fault::Open(bracket), range: at..at + 1 }),
        None => Ok(signs),
    }
}

/// Goes past the closing quote, if there is one. A backslash takes the character after it along, whatever it is.
fn skip_quoted(chars: &mut impl Iterator<Item = (usize, char)>, quote: char) -> bool {
    while let Some((_, sign)) = chars.next() {
        match sign {
            '\\' => {
                chars.next();
            }
            _ if sign == quote => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
