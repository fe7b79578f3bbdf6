//! Follows a field path through JSON text and replaces the bytes of the values it leads to, and nothing else.
//!
//! The text is not parsed and written again: numbers, order, spacing and repeated keys are the caller's and stay. Only a
//! value the path leads to is parsed, for the visitor to judge. What is reached where is decided as in structured values
//! ([`crate::field::walk`]), with two differences that follow from text: every occurrence of a repeated key is treated, and
//! a text that turns out not to be JSON was never there.
//!
//! A text may be at hand as a whole ([`splice`]) or come in pieces ([`Stream`]). One piece of code follows both.

mod follow;
mod level;
mod lexer;
mod repeat;
mod skip;
mod stream;
mod window;
mod writer;

use crate::field::{Field, RewriteFault, Visit};
use follow::Progress;
use skip::Halt;
use window::Window;

pub(crate) use skip::is_document;
pub(crate) use stream::{Ended, Stream};

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
    let (mut progress, text) = (Progress::new(max_depth), Window::new(text, 0));
    let halt = match progress.follow(field, text, visitor) {
        Ok(()) if progress.is_complete() => {
            return Ok(progress.writer.finish(text).map_or(Spliced::Same, Spliced::Changed));
        }
        Ok(()) => Halt::Malformed,
        // A fault counts only in a text that is JSON to its end.
        Err(Halt::Fault(fault)) => {
            let mut rest = progress.into_rest();
            match rest.read(text) {
                Ok(()) if rest.is_complete() => Halt::Fault(fault),
                Ok(()) => Halt::Malformed,
                Err(halt) => halt,
            }
        }
        Err(halt) => halt,
    };
    match halt {
        Halt::Malformed => Ok(Spliced::Unread),
        Halt::TooDeep => Err(RewriteFault::Unreadable),
        Halt::Fault(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests;
