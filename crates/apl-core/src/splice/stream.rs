//! The same of a text that comes in pieces.
//!
//! What no path leads to is handed on as soon as that is certain; what one may lead to is held until it is treated. However
//! the text is cut, what is handed on in the end is what the whole text would have become.

use super::follow::{Progress, Rest};
use super::skip::Halt;
use super::window::Window;
use crate::field::{Field, RewriteFault, Visit};

/// A text that comes in pieces, and how far it was followed.
pub(crate) struct Stream {
    /// What came and is not handed on.
    held: String,
    /// Where in the text that begins, in bytes.
    begins: usize,
    /// Whether a text that cannot be read, or that the visitor refuses, is withheld from there on.
    withholds: bool,
    state: State,
}

enum State {
    Follow(Progress),
    /// The visitor refused a value, which counts if the rest is JSON.
    Refused(Rest, RewriteFault),
    TooDeep,
    Unread,
}

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is a JSON object or array; whether anything in it was replaced.
    Read {
        /// Whether the text that was handed on differs from the one that came.
        is_changed: bool,
    },
    /// It is none: the path has no meaning in it.
    Unread,
}

impl Stream {
    pub(crate) fn new(max_depth: usize, withholds: bool) -> Self {
        Self { held: String::new(), begins: 0, withholds, state: State::Follow(Progress::new(max_depth)) }
    }

    /// Whether it is certain that the rest is withheld, and so is what was held back.
    pub(crate) const fn is_withheld(&self) -> bool {
        match self.state {
            State::Follow(_) => false,
            State::TooDeep => true,
            State::Refused(..) | State::Unread => self.withholds,
        }
    }

    /// Takes the next piece and hands on what is certain by it.
    pub(crate) fn push<V: Visit>(&mut self, field: &Field, piece: &str, visitor: &mut V, released: &mut String) {
        let mut held = std::mem::take(&mut self.held);
        if held.is_empty() {
            let done = self.take(field, piece, visitor, released);
            held.push_str(piece.get(done..).unwrap_or_default());
        } else {
            held.push_str(piece);
            let done = self.take(field, &held, visitor, released);
            held.drain(..done.min(held.len()));
        }
        self.held = held;
    }

    /// Ends the text and hands on the rest.
    ///
    /// # Errors
    /// The first fault of the visitor.
    pub(crate) fn finish(self, released: &mut String) -> Result<Ended, RewriteFault> {
        let text = Window::new(&self.held, self.begins);
        match self.state {
            State::Follow(mut progress) if progress.is_complete() => {
                progress.writer.release(text, text.end(), released);
                return Ok(Ended::Read { is_changed: progress.writer.has_replaced() });
            }
            State::Refused(rest, fault) if rest.is_complete() => return Err(fault),
            State::TooDeep => return Err(RewriteFault::Unreadable),
            State::Follow(_) | State::Refused(..) | State::Unread => {}
        }
        if !self.withholds {
            released.push_str(&self.held);
        }
        Ok(Ended::Unread)
    }

    /// Follows the text at hand; answers how much of it is not asked for again, in bytes.
    fn take<V: Visit>(&mut self, field: &Field, text: &str, visitor: &mut V, released: &mut String) -> usize {
        let window = Window::new(text, self.begins);
        let halt = match &mut self.state {
            State::Follow(progress) => match progress.follow(field, window, visitor) {
                Ok(()) => {
                    let decided = progress.decided(field);
                    progress.writer.release(window, decided, released);
                    return self.advance(decided);
                }
                Err(halt) => halt,
            },
            State::Refused(rest, _) => match rest.read(window) {
                Ok(()) if self.withholds => return self.advance(window.end()),
                // Should it be no JSON after all, all of it is handed on.
                Ok(()) => return 0,
                Err(halt) => halt,
            },
            State::Unread if !self.withholds => {
                released.push_str(text);
                return self.advance(window.end());
            }
            State::Unread | State::TooDeep => return self.advance(window.end()),
        };
        self.halt(halt);
        // What is left of the text at hand is read by what it is now.
        self.take(field, text, visitor, released)
    }

    fn halt(&mut self, halt: Halt) {
        let before = std::mem::replace(&mut self.state, State::Unread);
        self.state = match (halt, before) {
            (Halt::Fault(fault), State::Follow(progress)) => State::Refused(progress.into_rest(), fault),
            (Halt::TooDeep | Halt::Fault(_), _) => State::TooDeep,
            (Halt::Malformed, _) => State::Unread,
        };
    }

    fn advance(&mut self, to: usize) -> usize {
        let done = to.saturating_sub(self.begins);
        self.begins += done;
        done
    }
}
