//! Follows a field path through JSON text and replaces the bytes of the values it leads to, and nothing else.
//!
//! The text is not parsed and written again: numbers, order, spacing and repeated keys are the caller's and stay. Only a
//! value the path leads to is parsed, for the visitor to judge. What is reached where is decided as in structured values
//! ([`crate::field::walk`]), with two differences that follow from text: every occurrence of a repeated key is treated, and
//! a text that turns out not to be JSON was never there.

mod lexer;
mod repeat;
mod skip;
mod writer;

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

use crate::field::{Edit, Field, Reached, RewriteFault, Visit};
use lexer::{Bracket, Lexer, Malformed, Token};
use skip::{Halt, rest, skip};
use writer::Writer;

pub(crate) use skip::is_document;

/// What came of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Spliced {
    /// It is no JSON object or array (RFC 8259), so the path has no meaning in it.
    Unread,
    /// It holds nothing to change.
    Same,
    /// The text to put in its place.
    Changed(String),
}

/// Treats every value the path leads to. A text that nests deeper than `max_depth` is refused.
///
/// # Errors
/// The first fault of the visitor.
pub(crate) fn splice<V: Visit>(
    field: &Field,
    text: &str,
    max_depth: usize,
    visitor: &mut V,
) -> Result<Spliced, RewriteFault> {
    let mut splicer = Splicer {
        field,
        visitor,
        text,
        max_depth,
        lexer: Lexer::default(),
        levels: Vec::new(),
        writer: Writer::new(text),
    };
    let halt = match splicer.run() {
        Ok(()) => return Ok(splicer.writer.finish().map_or(Spliced::Same, Spliced::Changed)),
        // A fault counts only in a text that is JSON to its end.
        Err(Halt::Fault(fault)) => splicer.drain().err().unwrap_or(Halt::Fault(fault)),
        Err(halt) => halt,
    };
    match halt {
        Halt::Malformed => Ok(Spliced::Unread),
        Halt::TooDeep => Err(RewriteFault::Unreadable),
        Halt::Fault(fault) => Err(fault),
    }
}

struct Splicer<'s, V> {
    field: &'s Field,
    visitor: &'s mut V,
    text: &'s str,
    max_depth: usize,
    lexer: Lexer,
    levels: Vec<Level>,
    writer: Writer<'s>,
}

/// A map or list that is open. Offsets are bytes of the text.
struct Level {
    bracket: Bracket,
    /// What is reached at this map or list.
    at: Reached,
    /// What is reached at the member or element that comes next.
    next: Reached,
    /// The names it must have and has not shown yet.
    unmet: Reached,
    /// Where the member or element began, its key included.
    start: usize,
    /// The comma before it.
    comma: usize,
    /// Whether a member or element before it stays.
    has_kept: bool,
    /// What was taken out while nothing before it stays: the comma after it goes too, if there is one.
    dangling: Option<Range<usize>>,
}

impl<V: Visit> Splicer<'_, V> {
    fn run(&mut self) -> Result<(), Halt> {
        if !self.text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with(['{', '[']) {
            return Err(Halt::Malformed);
        }
        while let Some(token) = self.next()? {
            match token {
                Token::Key { is_escaped } => self.key(is_escaped)?,
                Token::Comma => {
                    if let Some(level) = self.levels.last_mut() {
                        level.comma = self.lexer.start();
                    }
                }
                Token::Scalar => self.scalar()?,
                Token::Open(bracket) => self.open(bracket)?,
                Token::Close => self.close()?,
            }
        }
        if self.levels.is_empty() { Ok(()) } else { Err(Halt::Malformed) }
    }

    /// The rest of the text after a fault: only whether it is JSON.
    fn drain(&mut self) -> Result<(), Halt> {
        let open = self.levels.iter().map(|level| level.bracket).collect();
        skip(&mut self.lexer, self.text, open, self.max_depth)?;
        match self.lexer.next(rest(self.text, &self.lexer), None)? {
            None => Ok(()),
            Some(_) => Err(Halt::Malformed),
        }
    }

    fn next(&mut self) -> Result<Option<Token>, Malformed> {
        let inside = self.levels.last().map(|level| level.bracket);
        self.lexer.next(rest(self.text, &self.lexer), inside)
    }

    fn key(&mut self, is_escaped: bool) -> Result<(), Halt> {
        let (start, end) = (self.lexer.start(), self.lexer.at());
        self.begin(start);
        let Some(level) = self.levels.last_mut() else { return Err(Halt::Malformed) };
        if level.at.is_empty() {
            return Ok(());
        }
        let quoted = self.text.get(start..end).unwrap_or_default();
        let name = if is_escaped {
            // Not every escape is a character: half of a surrogate pair is none.
            Cow::Owned(serde_json::from_str::<String>(quoted).map_err(|_| Halt::Malformed)?)
        } else {
            Cow::Borrowed(quoted.trim_matches('"'))
        };
        level.next = self.field.member(level.at, &name);
        level.unmet = level.unmet.without(self.field.named(level.unmet, &name));
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Halt> {
        let at = self.value();
        let range = self.lexer.start()..self.lexer.at();
        if self.field.ends(at) {
            match self.visit(range.clone())? {
                Edit::Keep => {}
                edit => {
                    self.edit(range, edit);
                    return Ok(());
                }
            }
        }
        let needs = !self.field.needs_names(at).is_empty() || self.field.needs_list(at);
        if needs && self.text.get(range) == Some("null") {
            self.visitor.missing()?;
        } else if needs {
            self.visitor.mismatch()?;
        }
        self.keep();
        Ok(())
    }

    fn open(&mut self, bracket: Bracket) -> Result<(), Halt> {
        let at = self.value();
        if self.levels.len() >= self.max_depth {
            return Err(Halt::TooDeep);
        }
        if self.field.ends(at) {
            let (here, start) = (self.lexer.clone(), self.lexer.start());
            skip(&mut self.lexer, self.text, vec![bracket], self.max_depth - self.levels.len())?;
            let range = start..self.lexer.at();
            let edit = self.visit(range.clone())?;
            if edit != Edit::Keep || self.field.is_over(at) {
                self.edit(range, edit);
                return Ok(());
            }
            // What is inside a value that stays may be reached as well.
            self.lexer = here;
        }
        let needs_list = self.field.needs_list(at);
        let names = self.field.needs_names(at);
        let nothing = at.without(at);
        let (next, unmet, is_mismatch) = match bracket {
            Bracket::Map => (nothing, names, needs_list),
            Bracket::List => (self.field.element(at), nothing, !names.is_empty()),
        };
        let (start, comma) = (self.lexer.at(), self.lexer.at());
        self.levels.push(Level { bracket, at, next, unmet, start, comma, has_kept: false, dangling: None });
        if is_mismatch {
            self.visitor.mismatch()?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Halt> {
        if let Some(level) = self.levels.pop() {
            if let Some(dangling) = level.dangling {
                self.writer.replace(dangling, "");
            }
            if !level.unmet.is_empty() {
                self.visitor.missing()?;
            }
        }
        self.keep();
        Ok(())
    }

    /// A value begins; answers what is reached there.
    fn value(&mut self) -> Reached {
        let start = self.lexer.start();
        match self.levels.last().map(|level| (level.bracket, level.next)) {
            None => self.field.top(),
            Some((Bracket::Map, next)) => next,
            Some((Bracket::List, next)) => {
                self.begin(start);
                next
            }
        }
    }

    /// A member or element begins.
    fn begin(&mut self, start: usize) {
        if let Some(level) = self.levels.last_mut() {
            if let Some(dangling) = level.dangling.take() {
                self.writer.replace(dangling.start..start, "");
            }
            level.start = start;
        }
    }

    fn keep(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.has_kept = true;
        }
    }

    fn visit(&mut self, range: Range<usize>) -> Result<Edit, Halt> {
        let written = self.text.get(range).unwrap_or_default();
        // JSON allows what no value can hold, such as a number past every float: what cannot be judged is refused.
        let value: Json = serde_json::from_str(written).map_err(|_| Halt::Fault(RewriteFault::Unreadable))?;
        if written.starts_with(['{', '[']) && repeat::has_repeated_key(written) {
            self.visitor.repeats()?;
        }
        Ok(self.visitor.visit(&value)?)
    }

    fn edit(&mut self, range: Range<usize>, edit: Edit) {
        match edit {
            Edit::Keep | Edit::Leave => self.keep(),
            Edit::Replace(value) => {
                self.writer.replace(range, value);
                self.keep();
            }
            Edit::Remove => {
                let Some(level) = self.levels.last_mut() else { return };
                if level.has_kept {
                    self.writer.replace(level.comma..range.end, "");
                } else {
                    level.dangling = Some(level.start..range.end);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
