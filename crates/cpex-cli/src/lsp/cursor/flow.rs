//! Lists and maps in brackets.

use super::spot::{Role, Spot};
use super::stack::{Frame, Stack};
use super::token::{Token, Until, next_line};

/// Where a scan of brackets ended.
pub(super) enum End {
    /// At the place that is looked for.
    Found(Option<Spot>),
    /// Behind the last bracket, or at the begin of a line that cannot be in them.
    At(usize),
}

/// Scans the brackets that open at `at`, looking for a place.
pub(super) fn scan(text: &str, at: usize, offset: usize, stack: &mut Stack) -> End {
    let column = stack.column();
    let outside = stack.0.len();
    let mut flow = Flow { text, at, offset, column, outside, stack };
    loop {
        if let Some(end) = flow.next() {
            flow.stack.0.truncate(outside);
            return end;
        }
    }
}

struct Flow<'s> {
    text: &'s str,
    at: usize,
    offset: usize,
    /// That of the block collection around the brackets.
    column: Option<usize>,
    /// How many collections are open around the brackets.
    outside: usize,
    stack: &'s mut Stack,
}

impl Flow<'_> {
    fn next(&mut self) -> Option<End> {
        let Some(byte) = self.text.as_bytes().get(self.at).copied() else {
            return Some(End::Found(self.gap()));
        };
        match byte {
            b'\n' => return self.line(),
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'#' => {
                self.at = self.text.get(self.at..)?.find('\n').map_or(self.text.len(), |length| self.at + length);
                if self.offset < self.at {
                    return Some(End::Found(None));
                }
            }
            // A place before anything else is one where something could stand.
            b',' | b'[' | b']' | b'{' | b'}' if self.offset <= self.at => return Some(End::Found(self.gap())),
            _ if self.offset < self.at => return Some(End::Found(self.gap())),
            b',' => self.part(),
            b'[' => self.open(Frame::FlowList { index: 0, has_value: false }),
            b'{' => self.open(Frame::FlowMap { key: None, has_value: false, is_pair: false }),
            b']' | b'}' => return self.close(),
            b':' => self.at += 1,
            _ => return self.scalar(),
        }
        None
    }

    /// What follows the end of a line. A line that is indented no further than what is around the brackets is not in them.
    fn line(&mut self) -> Option<End> {
        let Some((start, column)) = next_line(self.text, self.at + 1) else {
            self.at = self.text.len();
            return None;
        };
        let is_close = matches!(self.text.as_bytes().get(start + column), Some(b']' | b'}'));
        let is_outside = self.column.is_some_and(|around| column <= around) && !is_close;
        if is_outside {
            return Some(if self.offset < start { End::Found(self.gap()) } else { End::At(start) });
        }
        self.at = start + column;
        None
    }

    fn open(&mut self, frame: Frame) {
        self.stack.0.push(frame);
        self.at += 1;
    }

    fn part(&mut self) {
        self.end_pair();
        match self.stack.0.last_mut() {
            Some(Frame::FlowList { index, has_value }) => {
                *index += 1;
                *has_value = false;
            }
            Some(Frame::FlowMap { key, has_value, .. }) => {
                *key = None;
                *has_value = false;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn close(&mut self) -> Option<End> {
        self.end_pair();
        self.stack.0.pop();
        self.at += 1;
        if self.stack.0.len() <= self.outside {
            return Some(End::At(self.at));
        }
        self.given();
        None
    }

    fn scalar(&mut self) -> Option<End> {
        let token = Token::read(self.text, self.at, self.column, Until::Flow);
        let colon = token.colon(self.text, Until::Flow);
        let in_list = matches!(self.stack.0.last(), Some(Frame::FlowList { .. }));
        let awaits_key = matches!(self.stack.0.last(), Some(Frame::FlowMap { key: None, .. }));
        if token.holds(self.offset) {
            let role = match (awaits_key, in_list) {
                (true, _) => Role::Key,
                // A list may hold maps of one pair without brackets of their own.
                (_, true) if colon.is_some() => Role::Key,
                (_, true) => Role::Open,
                _ => Role::Value,
            };
            let path = if awaits_key { self.stack.path_of_map() } else { self.stack.path() };
            return Some(End::Found(Some(Spot::within(role, path, &token, self.text, self.offset))));
        }
        match colon {
            Some(colon) => {
                if in_list {
                    self.stack.0.push(Frame::FlowMap { key: None, has_value: false, is_pair: true });
                }
                self.stack.begin_value(token.value(self.text));
                self.at = colon;
            }
            None => {
                self.given();
                self.at = token.end.max(self.at + 1);
            }
        }
        None
    }

    /// What could stand between two things.
    fn gap(&self) -> Option<Spot> {
        match self.stack.0.last()? {
            Frame::FlowMap { key: None, .. } => Some(Spot::empty(Role::Key, self.stack.path_of_map(), self.offset)),
            Frame::FlowMap { has_value: false, .. } | Frame::FlowList { has_value: false, .. } => {
                Some(Spot::empty(Role::Open, self.stack.path(), self.offset))
            }
            _ => None,
        }
    }

    fn given(&mut self) {
        if let Some(Frame::FlowMap { has_value, .. } | Frame::FlowList { has_value, .. }) = self.stack.0.last_mut() {
            *has_value = true;
        }
    }

    /// Leaves a map of one pair that stands in a list without brackets of its own.
    fn end_pair(&mut self) {
        if matches!(self.stack.0.last(), Some(Frame::FlowMap { is_pair: true, .. })) {
            self.stack.0.pop();
            self.given();
        }
    }
}
