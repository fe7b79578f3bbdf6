//! Follows a field path through a text, as far as the text is at hand.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

use super::level::Level;
use super::lexer::{Bracket, Lexer, Token};
use super::repeat;
use super::skip::{Halt, drain, skip};
use super::window::Window;
use super::writer::Writer;
use crate::field::{Edit, Field, Reached, RewriteFault, Visit};

/// How far a text was followed.
pub(super) struct Progress {
    max_depth: usize,
    lexer: Lexer,
    /// Whether the object or array of the text began.
    has_begun: bool,
    levels: Vec<Level>,
    gathered: Option<Gathered>,
    pub(super) writer: Writer,
}

/// A map or list that the path leads to, and that is read to its end before it is treated.
struct Gathered {
    at: Reached,
    bracket: Bracket,
    /// Behind its bracket, where reading goes on if what is inside it is to be followed.
    inside: Lexer,
    open: Vec<Bracket>,
}

/// One step of following: what is followed, through what, for whom.
struct Step<'s, V> {
    field: &'s Field,
    text: Window<'s>,
    visitor: &'s mut V,
    progress: &'s mut Progress,
}

impl Progress {
    pub(super) fn new(max_depth: usize) -> Self {
        Self {
            max_depth,
            lexer: Lexer::default(),
            has_begun: false,
            levels: Vec::new(),
            gathered: None,
            writer: Writer::default(),
        }
    }

    /// Follows the text to the end of what is at hand.
    pub(super) fn follow<V: Visit>(&mut self, field: &Field, text: Window<'_>, visitor: &mut V) -> Result<(), Halt> {
        Step { field, text, visitor, progress: self }.run()
    }

    /// Whether the object or array of the text has ended.
    pub(super) fn is_complete(&self) -> bool {
        self.has_begun && self.levels.is_empty() && self.gathered.is_none()
    }

    /// Up to where the text stands as it came or was replaced, whatever follows.
    pub(super) fn decided(&self, field: &Field) -> usize {
        let Some(level) = self.levels.last() else { return self.lexer.at() };
        if let Some(undecided) = level.undecided() {
            return undecided;
        }
        // A token that is not at hand to its end is held back where it may be asked for.
        let is_asked_for = |is_key: bool| match is_key {
            true => !level.at.is_empty(),
            false => field.ends(level.next) || needs(field, level.next),
        };
        match self.lexer.within() {
            Some(is_key) if is_asked_for(is_key) => self.lexer.start(),
            _ => self.lexer.at(),
        }
    }

    /// Goes over to reading what is left after a fault.
    pub(super) fn into_rest(self) -> Rest {
        let open = self.levels.iter().map(|level| level.bracket).collect();
        Rest { lexer: self.lexer, open, max_depth: self.max_depth }
    }
}

/// What is left of a text after a fault: only whether it is JSON.
pub(super) struct Rest {
    lexer: Lexer,
    open: Vec<Bracket>,
    max_depth: usize,
}

impl Rest {
    /// Reads on to the end of what is at hand.
    pub(super) fn read(&mut self, text: Window<'_>) -> Result<(), Halt> {
        drain(&mut self.lexer, text, &mut self.open, self.max_depth)
    }

    /// Whether the object or array of the text has ended.
    pub(super) fn is_complete(&self) -> bool {
        self.open.is_empty()
    }
}

fn needs(field: &Field, at: Reached) -> bool {
    !field.needs_names(at).is_empty() || field.needs_list(at)
}

impl<V: Visit> Step<'_, V> {
    fn run(&mut self) -> Result<(), Halt> {
        if !self.progress.has_begun && !self.begins()? {
            return Ok(());
        }
        if self.progress.gathered.is_some() && !self.gather()? {
            return Ok(());
        }
        while let Some(token) = self.next()? {
            match token {
                Token::Key { is_escaped } => self.key(is_escaped)?,
                Token::Comma => self.comma(),
                Token::Scalar => self.scalar()?,
                Token::Open(bracket) => {
                    if !self.open(bracket)? {
                        return Ok(());
                    }
                }
                Token::Close => self.close()?,
            }
        }
        Ok(())
    }

    /// Whether an object or array begins. Anything else is no document.
    fn begins(&mut self) -> Result<bool, Halt> {
        let rest = self.text.rest(self.progress.lexer.at());
        match rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            Some(b'{' | b'[') => self.progress.has_begun = true,
            Some(_) => return Err(Halt::Malformed),
            // Blanks are taken, and begin nothing.
            None => drop(self.next()?),
        }
        Ok(self.progress.has_begun)
    }

    fn next(&mut self) -> Result<Option<Token>, Halt> {
        let lexer = &mut self.progress.lexer;
        let inside = self.progress.levels.last().map(|level| level.bracket);
        Ok(lexer.next(self.text.rest(lexer.at()), inside)?)
    }

    fn key(&mut self, is_escaped: bool) -> Result<(), Halt> {
        let range = self.token();
        self.begin(range.start);
        let Some(level) = self.progress.levels.last_mut() else { return Err(Halt::Malformed) };
        if level.at.is_empty() {
            return Ok(());
        }
        let quoted = self.text.get(range);
        let name = if is_escaped {
            // Not every escape is a character: half of a surrogate pair is none.
            Cow::Owned(serde_json::from_str::<String>(quoted).map_err(|_| Halt::Malformed)?)
        } else {
            Cow::Borrowed(quoted.trim_matches('"'))
        };
        level.next = self.field.member(level.at, &name);
        level.unmet = level.unmet.without(self.field.named(level.unmet, &name));
        level.is_undecided = self.field.ends(level.next);
        Ok(())
    }

    fn comma(&mut self) {
        let at = self.progress.lexer.start();
        let Some(level) = self.progress.levels.last_mut() else { return };
        level.comma = at;
        level.is_undecided = match level.bracket {
            Bracket::Map => !level.at.is_empty(),
            Bracket::List => self.field.ends(level.next),
        };
    }

    fn scalar(&mut self) -> Result<(), Halt> {
        let at = self.value();
        let range = self.token();
        if self.field.ends(at) {
            match self.visit(range.clone())? {
                Edit::Keep => {}
                edit => {
                    self.edit(range, edit);
                    return Ok(());
                }
            }
        }
        let needs = needs(self.field, at);
        if needs && self.text.get(range) == "null" {
            self.visitor.missing()?;
        } else if needs {
            self.visitor.mismatch()?;
        }
        self.keep();
        Ok(())
    }

    /// Answers whether to go on: what is read to its end may not be at hand.
    fn open(&mut self, bracket: Bracket) -> Result<bool, Halt> {
        let at = self.value();
        if self.progress.levels.len() >= self.progress.max_depth {
            return Err(Halt::TooDeep);
        }
        if self.field.ends(at) {
            let inside = self.progress.lexer.clone();
            self.progress.gathered = Some(Gathered { at, bracket, inside, open: vec![bracket] });
            return self.gather();
        }
        self.enter(at, bracket)?;
        Ok(true)
    }

    /// Reads a value to its end and treats it; answers whether it has ended.
    fn gather(&mut self) -> Result<bool, Halt> {
        let progress = &mut *self.progress;
        let Some(mut gathered) = progress.gathered.take() else { return Ok(true) };
        skip(&mut progress.lexer, self.text, &mut gathered.open, progress.max_depth - progress.levels.len())?;
        if !gathered.open.is_empty() {
            progress.gathered = Some(gathered);
            return Ok(false);
        }
        let Gathered { at, bracket, inside, open: _ } = gathered;
        let range = inside.start()..progress.lexer.at();
        let edit = self.visit(range.clone())?;
        if edit != Edit::Keep || self.field.is_over(at) {
            self.edit(range, edit);
            return Ok(true);
        }
        // What is inside a value that stays may be reached as well.
        self.progress.lexer = inside;
        self.enter(at, bracket)?;
        Ok(true)
    }

    /// Goes inside a map or list.
    fn enter(&mut self, at: Reached, bracket: Bracket) -> Result<(), Halt> {
        let needs_list = self.field.needs_list(at);
        let names = self.field.needs_names(at);
        let nothing = at.without(at);
        let (next, unmet, is_mismatch) = match bracket {
            Bracket::Map => (nothing, names, needs_list),
            Bracket::List => (self.field.element(at), nothing, !names.is_empty()),
        };
        let start = self.progress.lexer.at();
        self.progress.levels.push(Level {
            bracket,
            at,
            next,
            unmet,
            start,
            comma: start,
            is_undecided: false,
            has_kept: false,
            dangling: None,
        });
        if is_mismatch {
            self.visitor.mismatch()?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Halt> {
        if let Some(level) = self.progress.levels.pop() {
            if let Some(dangling) = level.dangling {
                self.progress.writer.replace(self.text, dangling, "");
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
        let start = self.progress.lexer.start();
        match self.progress.levels.last().map(|level| (level.bracket, level.next)) {
            None => self.field.top(),
            Some((Bracket::Map, next)) => next,
            Some((Bracket::List, next)) => {
                self.begin(start);
                if let Some(level) = self.progress.levels.last_mut() {
                    level.is_undecided = self.field.ends(next);
                }
                next
            }
        }
    }

    /// A member or element begins.
    fn begin(&mut self, start: usize) {
        if let Some(level) = self.progress.levels.last_mut() {
            if let Some(dangling) = level.dangling.take() {
                self.progress.writer.replace(self.text, dangling.start..start, "");
            }
            level.start = start;
        }
    }

    fn keep(&mut self) {
        if let Some(level) = self.progress.levels.last_mut() {
            level.has_kept = true;
            level.is_undecided = false;
        }
    }

    /// Where the latest token stands.
    fn token(&self) -> Range<usize> {
        self.progress.lexer.start()..self.progress.lexer.at()
    }

    fn visit(&mut self, range: Range<usize>) -> Result<Edit, Halt> {
        let written = self.text.get(range);
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
                self.progress.writer.replace(self.text, range, value);
                self.keep();
            }
            Edit::Remove => {
                let Some(level) = self.progress.levels.last_mut() else { return };
                level.is_undecided = false;
                if level.has_kept {
                    self.progress.writer.replace(self.text, level.comma..range.end, "");
                } else {
                    level.dangling = Some(level.start..range.end);
                }
            }
        }
    }
}
