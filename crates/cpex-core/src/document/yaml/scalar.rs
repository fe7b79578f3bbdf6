//! What a scalar says, and where each of its characters stands in the source.

use std::borrow::Cow;

use apl_core::node::{Layout, Text};
use apl_core::span::Span;
use granit_parser::ScalarStyle;
use serde_json::Number;

/// What a plain scalar is under the core schema, as strictly as JSON.
pub(super) enum Plain {
    Null,
    Bool(bool),
    Number(Number),
    /// A number of JSON's grammar that no number type holds.
    TooLarge,
    Text,
}

pub(super) fn plain(value: &str) -> Plain {
    match value {
        "null" | "~" => Plain::Null,
        "true" => Plain::Bool(true),
        "false" => Plain::Bool(false),
        _ if is_number(value) => serde_json::from_str(value).map_or(Plain::TooLarge, Plain::Number),
        _ => Plain::Text,
    }
}

/// A scalar as text. `written` is what stands at `span`, quotes included.
pub(super) fn text(value: Cow<'_, str>, style: ScalarStyle, written: &str, span: Span) -> Text {
    let layout = layout(&value, style, written, span.start);
    Text { value: value.into_owned(), span, layout }
}

fn layout(value: &str, style: ScalarStyle, written: &str, start: u32) -> Layout {
    let quote = match style {
        ScalarStyle::Plain if written == value => return Layout::Verbatim { start },
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::DoubleQuoted => '"',
        _ => return Layout::Folded,
    };
    let Some(inner) = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) else {
        return Layout::Folded;
    };
    let start = start.saturating_add(1);
    if inner == value {
        return Layout::Verbatim { start };
    }
    if inner.contains(['\n', '\r']) {
        return Layout::Folded;
    }
    mapped(value, style, inner, start).map_or(Layout::Folded, Layout::Mapped)
}

/// The offset of every byte of the value and of its end; none where the two do not fit, which then points at the whole.
fn mapped(value: &str, style: ScalarStyle, inner: &str, start: u32) -> Option<Box<[u32]>> {
    let mut offsets = Vec::with_capacity(value.len() + 1);
    let mut decoded = String::with_capacity(value.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (length, character) = first(style, rest)?;
        let at = start.checked_add(u32::try_from(inner.len() - rest.len()).ok()?)?;
        offsets.extend(std::iter::repeat_n(at, character.len_utf8()));
        decoded.push(character);
        rest = rest.get(length..)?;
    }
    offsets.push(start.checked_add(u32::try_from(inner.len()).ok()?)?);
    (decoded == value).then(|| offsets.into_boxed_slice())
}

/// The first character of what stands between quotes, and how many bytes it is written in.
fn first(style: ScalarStyle, rest: &str) -> Option<(usize, char)> {
    if style == ScalarStyle::SingleQuoted && rest.starts_with("''") {
        return Some((2, '\''));
    }
    match rest.strip_prefix('\\') {
        Some(escape) if style == ScalarStyle::DoubleQuoted => escaped(escape),
        _ => rest.chars().next().map(|character| (character.len_utf8(), character)),
    }
}

/// The character of an escape (YAML 1.2.2, section 5.7), and how many bytes it is written in, backslash included.
fn escaped(escape: &str) -> Option<(usize, char)> {
    let name = escape.chars().next()?;
    let character = match name {
        'x' => return code_point(escape, 2),
        'u' => return code_point(escape, 4).or_else(|| surrogates(escape)),
        'U' => return code_point(escape, 8),
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        ' ' | '"' | '/' | '\\' => name,
        _ => return None,
    };
    Some((2, character))
}

fn code_point(escape: &str, digits: usize) -> Option<(usize, char)> {
    Some((digits + 2, char::from_u32(unit(escape, digits)?)?))
}

/// `\ud83d\ude00`, as JSON writes what lies beyond sixteen bits.
fn surrogates(escape: &str) -> Option<(usize, char)> {
    let low = unit(escape.get(5..)?.strip_prefix('\\')?, 4)?;
    let pair = [u16::try_from(unit(escape, 4)?).ok()?, u16::try_from(low).ok()?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((12, character))
}

fn unit(escape: &str, digits: usize) -> Option<u32> {
    u32::from_str_radix(escape.get(1..=digits)?, 16).ok()
}

/// Whether a text is a number as JSON writes it (RFC 8259, section 6).
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.strip_prefix('0').or_else(|| digits(unsigned));
    let fraction = whole.and_then(|rest| rest.strip_prefix('.').map_or(Some(rest), digits));
    let exponent = fraction.and_then(|rest| match rest.strip_prefix(['e', 'E']) {
        Some(power) => digits(power.strip_prefix(['+', '-']).unwrap_or(power)),
        None => Some(rest),
    });
    exponent == Some("")
}

/// What follows the digits a text begins with; none where it begins with no digit.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}
