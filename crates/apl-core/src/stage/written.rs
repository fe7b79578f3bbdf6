//! A stage as written: a name with or without something in parentheses, or a range.

use std::ops::Range;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::node::Text;
use crate::scan;
use crate::span::Span;

/// A stage as written. Ranges are bytes of the text.
pub(crate) struct Written<'t> {
    pub(crate) text: &'t Text,
    /// The whole stage, without blanks at its ends.
    pub(crate) range: Range<usize>,
    name: Range<usize>,
    /// What stands in the parentheses, without blanks at its ends.
    arguments: Option<Range<usize>>,
}

impl<'t> Written<'t> {
    /// Reads one stage of a pipeline.
    ///
    /// # Errors
    /// When nothing stands there, or something behind the parentheses.
    pub(crate) fn parse(text: &'t Text, range: Range<usize>) -> Result<Self, Diagnostic> {
        let stage = text.value.get(range.clone()).unwrap_or_default();
        if stage.is_empty() {
            let fault = Diagnostic::new(codes::SYNTAX, text.span_of(range), "a stage is missing here");
            return Err(fault.help("write a stage on both sides of each `|`"));
        }
        let Some(open) = stage.find('(') else {
            return Ok(Self { text, name: range.clone(), range, arguments: None });
        };
        let name = scan::trim(&text.value, range.start..range.start + open);
        let inside = range.start + open + 1..range.end.saturating_sub(1);
        // The partner of the first parenthesis may stand before the last: `mask(2)(3)`.
        if !stage.ends_with(')') || scan::top_level(text, inside.clone()).is_err() {
            let message = "nothing may follow the parentheses of a stage";
            let fault = Diagnostic::new(codes::SYNTAX, text.span_of(range), message);
            return Err(fault.help("write `|` between two stages"));
        }
        Ok(Self { text, range, name, arguments: Some(scan::trim(&text.value, inside)) })
    }

    pub(crate) fn name(&self) -> &'t str {
        self.part(&self.name)
    }

    pub(crate) fn name_span(&self) -> Span {
        self.text.span_of(self.name.clone())
    }

    /// Whether it is a range of numbers, `a..b`.
    pub(crate) fn is_range(&self) -> bool {
        self.arguments.is_none()
            && self.name().starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
    }

    /// That part of the text.
    pub(crate) fn part(&self, range: &Range<usize>) -> &'t str {
        self.text.value.get(range.clone()).unwrap_or_default()
    }

    /// What stands in the parentheses, if there are any.
    ///
    /// # Errors
    /// When nothing stands in them.
    pub(crate) fn optional(&self) -> Result<Option<Range<usize>>, Diagnostic> {
        match &self.arguments {
            Some(arguments) if arguments.is_empty() => {
                Err(self.misused(&format!("`{}` alone, or with a condition", self.name())))
            }
            arguments => Ok(arguments.clone()),
        }
    }

    /// What stands in the parentheses.
    ///
    /// # Errors
    /// When there are none, or nothing stands in them; `form` shows how the stage is written.
    pub(crate) fn required(&self, form: &str) -> Result<Range<usize>, Diagnostic> {
        self.arguments
            .clone()
            .filter(|arguments| !arguments.is_empty())
            .ok_or_else(|| self.misused(&format!("`{form}`")))
    }

    /// Whether that word stands in parentheses; nothing else may.
    ///
    /// # Errors
    /// When something else does.
    pub(crate) fn word(&self, word: &str) -> Result<bool, Diagnostic> {
        match &self.arguments {
            None => Ok(false),
            Some(arguments) if self.part(arguments) == word => Ok(true),
            Some(_) => Err(self.misused(&format!("`{0}` or `{0}({word})`", self.name()))),
        }
    }

    /// Refuses parentheses.
    ///
    /// # Errors
    /// When there are any.
    pub(crate) fn bare(&self) -> Result<(), Diagnostic> {
        match self.arguments {
            None => Ok(()),
            Some(_) => Err(self.misused(&format!("`{}` alone", self.name()))),
        }
    }

    /// A refusal of a part of the stage.
    pub(crate) fn refuse(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(codes::ARGUMENT, self.text.span_of(range), message)
    }

    fn misused(&self, form: &str) -> Diagnostic {
        let message = format!("this is not how `{}` is written", self.name());
        self.refuse(self.range.clone(), message).help(format!("write {form}"))
    }
}

/// Whether a text stands in quotes from its first character to its last, with none of that kind unescaped in between.
pub(crate) fn is_quoted(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(quote @ ('\'' | '"')) = chars.next() else { return false };
    while let Some(sign) = chars.next() {
        if sign == '\\' {
            chars.next();
        } else if sign == quote {
            return chars.next().is_none();
        }
    }
    false
}
