//! Scalars as they stand in a text, whole or half typed.

/// A scalar, by bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    /// One past its last byte, the quote included.
    pub(super) end: usize,
    style: Style,
    /// The last place that is within it.
    last: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

/// Where a plain scalar ends besides the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// A comment.
    Comment,
    /// A `:` that makes it a key, too.
    Colon,
    /// What parts the items of a list in brackets, too.
    Flow,
}

impl Token {
    /// The scalar that begins there. `column` is that of the collection it stands in: a quote that is never closed ends
    /// before the first line that is indented no further.
    pub(super) fn read(text: &str, start: usize, column: Option<usize>, until: Until) -> Self {
        match text.as_bytes().get(start) {
            Some(b'\'') => quoted(text, start, b'\'', column),
            Some(b'"') => quoted(text, start, b'"', column),
            _ => plain(text, start, until),
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        self.style == Style::Plain
    }

    /// Whether a place is within it, its begin included.
    pub(super) const fn holds(&self, offset: usize) -> bool {
        self.start <= offset && offset <= self.last
    }

    /// What it says.
    pub(super) fn value(&self, text: &str) -> String {
        self.before(text, self.last.min(self.end))
    }

    /// What it says up to a place.
    pub(super) fn before(&self, text: &str, offset: usize) -> String {
        let start = self.start + usize::from(self.style != Style::Plain);
        let raw = text.get(start..offset).unwrap_or_default();
        match self.style {
            Style::Plain => folded(raw),
            Style::Single => folded(&raw.replace("''", "'")),
            Style::Double => unescaped(&folded(raw)),
        }
    }

    /// One past the `:` that makes it a key, if one does.
    pub(super) fn colon(&self, text: &str, until: Until) -> Option<usize> {
        let bytes = text.as_bytes();
        let blanks = bytes.get(self.end..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let at = self.end + blanks;
        let is_adjacent = self.style != Style::Plain && until == Until::Flow;
        (bytes.get(at) == Some(&b':') && (is_adjacent || ends_key(bytes.get(at + 1), until))).then_some(at + 1)
    }
}

/// The lines of a scalar as one.
pub(super) fn folded(raw: &str) -> String {
    const BLANKS: [char; 3] = [' ', '\t', '\r'];
    let mut lines = raw.split('\n');
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text.truncate(text.trim_end_matches(BLANKS).len());
        text.push(' ');
        text.push_str(line.trim_start_matches(BLANKS));
    }
    text
}

/// Where the first line from there on begins that is not blank, and how far it is indented.
pub(super) fn next_line(text: &str, mut start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut column = 0;
    loop {
        match bytes.get(start + column)? {
            b' ' | b'\t' | b'\r' => column += 1,
            b'\n' => {
                start += column + 1;
                column = 0;
            }
            _ => return Some((start, column)),
        }
    }
}

fn quoted(text: &str, start: usize, quote: u8, column: Option<usize>) -> Token {
    let bytes = text.as_bytes();
    let style = if quote == b'"' { Style::Double } else { Style::Single };
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match byte {
            b'\\' if quote == b'"' && next.is_some_and(u8::is_ascii_graphic) => at += 2,
            _ if *byte == quote && quote == b'\'' && next == Some(&quote) => at += 2,
            _ if *byte == quote => return Token { start, end: at + 1, style, last: at },
            b'\n' => match next_line(text, at + 1) {
                Some((line, indent)) if column.is_none_or(|column| indent > column) => at = line + indent,
                _ => return Token { start, end: at, style, last: at },
            },
            _ => at += 1,
        }
    }
    let end = bytes.len();
    Token { start, end, style, last: end }
}

fn plain(text: &str, start: usize, until: Until) -> Token {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        let ends = match byte {
            b'\n' => true,
            b'#' => at > start && bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace),
            b':' => until != Until::Comment && ends_key(bytes.get(at + 1), until),
            b',' | b'[' | b']' | b'{' | b'}' => until == Until::Flow,
            _ => false,
        };
        if ends {
            break;
        }
        at += 1;
    }
    let written = text.get(start..at).unwrap_or_default();
    // A place behind blanks is within it only where nothing follows.
    let is_last = matches!(bytes.get(at), None | Some(b'\n'));
    let end = start + written.trim_end().len();
    let last = if is_last { start + written.trim_end_matches('\r').len() } else { end };
    Token { start, end, style: Style::Plain, last }
}

fn ends_key(next: Option<&u8>, until: Until) -> bool {
    match next {
        None | Some(b' ' | b'\t' | b'\r' | b'\n') => true,
        Some(b',' | b'[' | b']' | b'{' | b'}') => until == Until::Flow,
        Some(_) => false,
    }
}

/// A text in double quotes as what it says, as far as rules are concerned.
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut signs = raw.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => text.extend(signs.next()),
            _ => text.push(sign),
        }
    }
    text
}
