//! Where in a document a cursor is: the keys that lead there, and what was typed.
//!
//! Only the text up to the cursor counts, and it may be half typed: what is never closed ends where a line is indented too
//! little to be in it. So completion works where YAML has no tree; where there is one, both say the same.

mod flow;
mod spot;
mod stack;
mod token;

use std::ops::ControlFlow;

use self::flow::End;
use self::stack::Stack;
use self::token::{Token, Until, folded, next_line};

pub(super) use spot::{Role, Spot};
pub(super) use stack::Step;

/// What a cursor at that byte is at; none in comments and where nothing can stand.
pub(super) fn at(text: &str, offset: usize) -> Option<Spot> {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut scanner = Scanner { text, offset, at: bom, end: bom, stack: Stack::default(), plain: None };
    loop {
        if let ControlFlow::Break(found) = scanner.line() {
            return found;
        }
    }
}

type Flow = ControlFlow<Option<Spot>>;

/// What is left of a line.
#[derive(PartialEq, Eq)]
enum Rest {
    Something,
    Nothing,
}

struct Scanner<'t> {
    text: &'t str,
    /// The place that is looked for.
    offset: usize,
    at: usize,
    /// The end of the line that is scanned.
    end: usize,
    stack: Stack,
    /// A plain scalar that goes on where the next line is indented further.
    plain: Option<Plain>,
}

struct Plain {
    start: usize,
    /// The column of the collection it stands in.
    column: usize,
}

impl Scanner<'_> {
    /// Scans from the begin of a line to the begin of a later one.
    fn line(&mut self) -> Flow {
        self.end = self.line_end(self.at);
        let (start, end) = (self.at, self.end);
        let column =
            self.text.get(start..end).map_or(0, |line| line.len() - line.trim_start_matches([' ', '\t']).len());
        let content = self.text.get(start + column..end).unwrap_or_default().trim_end_matches('\r');
        if content.is_empty() && self.offset <= end {
            return ControlFlow::Break(self.blank_line(self.offset.saturating_sub(start)));
        }
        let is_aside = content.is_empty() || content.starts_with(['#', '%']) || is_marker(content, column);
        if (is_aside && self.offset <= end) || self.offset < start + column {
            return ControlFlow::Break(None);
        }
        if is_aside {
            return self.go_to_line_after(end);
        }
        if let Some(plain) = self.plain.as_ref().filter(|plain| column > plain.column) {
            if self.offset > end {
                return self.go_to_line_after(end);
            }
            let before = folded(self.text.get(plain.start..self.offset).unwrap_or_default());
            let spot = Spot { role: Role::Value, path: self.stack.path(), before, range: plain.start..end };
            return ControlFlow::Break(Some(spot));
        }
        self.plain = None;
        self.at = start + column;
        self.node(column)
    }

    /// What could stand at a column of a line on which nothing does.
    fn blank_line(&mut self, column: usize) -> Option<Spot> {
        self.stack.leave(column);
        if self.stack.is_in_map(column) {
            return Some(Spot::empty(Role::Key, self.stack.path_of_map(), self.offset));
        }
        // At the column of its dashes, another item would need one.
        let has_room = self.stack.column().is_none_or(|around| column > around);
        has_room.then(|| Spot::empty(Role::Open, self.stack.path(), self.offset))
    }

    /// Scans what begins at a column: items of lists, keys, or a scalar.
    fn node(&mut self, mut column: usize) -> Flow {
        loop {
            self.stack.leave(column);
            let begin = self.at;
            match self.text.as_bytes().get(self.at) {
                Some(b'-') if self.is_blank(self.at + 1) => {
                    if self.offset <= self.at {
                        return ControlFlow::Break(None);
                    }
                    self.stack.begin_item(column);
                    self.at += 1;
                }
                Some(b'&' | b'!') => self.skip_word(),
                Some(b'|' | b'>') => return self.block(self.stack.column()),
                Some(b'[' | b'{') => return self.flow(),
                _ => return self.key_or_scalar(column),
            }
            if self.gap()? == Rest::Nothing {
                return ControlFlow::Continue(());
            }
            column += self.at - begin;
        }
    }

    /// Passes blanks; a line on which nothing else stands is passed whole.
    fn gap(&mut self) -> ControlFlow<Option<Spot>, Rest> {
        let begin = self.at;
        let rest = self.text.get(begin..self.end).unwrap_or_default();
        let content = rest.trim_start();
        let next = begin + (rest.len() - content.len());
        let is_end = content.is_empty() || (next > begin && content.starts_with('#'));
        // Without a blank between them, what follows would be part of what is before.
        if self.offset <= begin {
            return ControlFlow::Break(None);
        }
        if self.offset < next || (is_end && self.offset == next) {
            return ControlFlow::Break(Some(Spot::empty(Role::Open, self.stack.path(), self.offset)));
        }
        if !is_end {
            self.at = next;
            return ControlFlow::Continue(Rest::Something);
        }
        self.rest_of_line(next)?;
        ControlFlow::Continue(Rest::Nothing)
    }

    fn key_or_scalar(&mut self, column: usize) -> Flow {
        let around = self.stack.column();
        let token = Token::read(self.text, self.at, around, Until::Colon);
        let is_key = token.colon(self.text, Until::Colon).filter(|_| self.end >= token.end);
        if let Some(colon) = is_key {
            self.stack.enter_map(column);
            if token.holds(self.offset) {
                return self.found(Role::Key, &token);
            }
            self.stack.begin_value(token.value(self.text));
            self.at = colon;
            return self.value(column);
        }
        let is_in_map = self.stack.is_in_map(column);
        if token.holds(self.offset) {
            return self.found(if is_in_map { Role::Key } else { Role::Open }, &token);
        }
        self.pass(&token, around.filter(|_| !is_in_map))
    }

    /// Scans the value of a key that stands at a column.
    fn value(&mut self, column: usize) -> Flow {
        loop {
            if self.gap()? == Rest::Nothing {
                return ControlFlow::Continue(());
            }
            match self.text.as_bytes().get(self.at) {
                Some(b'&' | b'!') => self.skip_word(),
                Some(b'|' | b'>') => return self.block(Some(column)),
                Some(b'[' | b'{') => return self.flow(),
                _ => break,
            }
        }
        let token = Token::read(self.text, self.at, Some(column), Until::Comment);
        if token.holds(self.offset) {
            return self.found(Role::Value, &token);
        }
        self.pass(&token, Some(column))
    }

    fn found(&self, role: Role, token: &Token) -> Flow {
        let path = if role == Role::Key { self.stack.path_of_map() } else { self.stack.path() };
        ControlFlow::Break(Some(Spot::within(role, path, token, self.text, self.offset)))
    }

    /// Goes on behind a scalar of the collection of that column. A plain one may go on itself.
    fn pass(&mut self, token: &Token, column: Option<usize>) -> Flow {
        self.plain = column.filter(|_| token.is_plain()).map(|column| Plain { start: token.start, column });
        self.rest_of_line(token.end)
    }

    /// Scans the lines under `|` or `>`.
    fn block(&mut self, column: Option<usize>) -> Flow {
        let header = self.end;
        if self.offset <= header {
            return ControlFlow::Break(None);
        }
        let begin = (header + 1).min(self.text.len());
        let mut end = header;
        while let Some((start, indent)) = next_line(self.text, (end + 1).min(self.text.len())) {
            if column.is_some_and(|column| indent <= column) {
                break;
            }
            end = self.line_end(start);
        }
        if self.offset <= end {
            let before = folded(self.text.get(begin..self.offset).unwrap_or_default().trim_start());
            let spot = Spot { role: Role::Value, path: self.stack.path(), before, range: begin..end };
            return ControlFlow::Break(Some(spot));
        }
        self.go_to_line_after(end)
    }

    fn flow(&mut self) -> Flow {
        match flow::scan(self.text, self.at, self.offset, &mut self.stack) {
            End::Found(found) => ControlFlow::Break(found),
            End::At(at) if self.text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\n') => {
                self.at = at;
                ControlFlow::Continue(())
            }
            End::At(at) => self.rest_of_line(at),
        }
    }

    /// Passes what stands behind a value on its line: a comment, or what cannot stand there.
    fn rest_of_line(&mut self, at: usize) -> Flow {
        let end = self.line_end(at);
        if self.offset <= end { ControlFlow::Break(None) } else { self.go_to_line_after(end) }
    }

    fn go_to_line_after(&mut self, end: usize) -> Flow {
        if end >= self.text.len() {
            return ControlFlow::Break(None);
        }
        self.at = end + 1;
        ControlFlow::Continue(())
    }

    fn skip_word(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.find(char::is_whitespace).unwrap_or(rest.len());
    }

    fn line_end(&self, from: usize) -> usize {
        self.text.get(from..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |length| from + length)
    }

    fn is_blank(&self, at: usize) -> bool {
        self.text.as_bytes().get(at).is_none_or(u8::is_ascii_whitespace)
    }
}

fn is_marker(content: &str, column: usize) -> bool {
    column == 0 && (content.starts_with("---") || content.starts_with("..."))
}

#[cfg(test)]
mod tests;
