//! Where a thing stands: byte ranges in named sources, and the lines and columns people read.

/// A range of bytes in one of the [`Sources`] a document was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Index of the source.
    pub source: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range in the source of that index. Offsets past `u32::MAX` saturate; documents are limited far below.
    #[must_use]
    pub fn new(source: u16, start: usize, end: usize) -> Self {
        Self { source, start: narrow(start), end: narrow(end) }
    }

    /// Whether the other range lies within this one.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// The range from the start of `self` to the end of `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// A line and a column, both counted from 1; columns count Unicode scalar values (apl.md, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

/// One text a document was read from, with the name it is shown under.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
}

impl Source {
    /// A text under the name shown in diagnostics, usually a path as the user wrote it.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.into(), text, lines }
    }

    /// The name it is shown under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        Position { line: narrow(line.max(1)), column: narrow(column) }
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The texts of a document: the root file first, then what it includes.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// A collection of one text.
    #[must_use]
    pub fn single(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self(vec![Source::new(name, text)])
    }

    /// How many texts there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a text and gives the index its spans carry.
    pub fn add(&mut self, source: Source) -> u16 {
        self.0.push(source);
        u16::try_from(self.0.len() - 1).unwrap_or(u16::MAX)
    }

    /// Puts a text in the place of the one of that index, for every span into it: the same with secrets masked.
    pub fn replace(&mut self, index: u16, source: Source) {
        if let Some(old) = self.0.get_mut(usize::from(index)) {
            *old = source;
        }
    }

    /// The text a span points into.
    #[must_use]
    pub fn source(&self, span: Span) -> Option<&Source> {
        self.0.get(usize::from(span.source))
    }

    /// Line and column of the first character of a span; `1:1` where the span lies outside.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        self.source(span).map_or(Position { line: 1, column: 1 }, |source| source.position(span.start as usize))
    }

    /// `name:line:column` of a span, the form every message and record uses.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let Position { line, column } = self.position(span);
        let name = self.source(span).map_or("<unknown>", Source::name);
        format!("{name}:{line}:{column}")
    }
}
