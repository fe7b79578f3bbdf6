//! Reads over JSON text without asking what it holds.

use super::lexer::{Bracket, Lexer, Malformed, Token};
use super::window::Window;
use crate::field::RewriteFault;

/// Whether a text is a JSON object or array that nests no deeper.
pub(crate) fn is_document(text: &str, max_depth: usize) -> bool {
    let (mut lexer, text) = (Lexer::default(), Window::new(text, 0));
    let Ok(Some(Token::Open(bracket))) = lexer.next(text.rest(0), None) else { return false };
    let mut open = vec![bracket];
    drain(&mut lexer, text, &mut open, max_depth).is_ok() && open.is_empty()
}

/// Why a text is not followed to its end.
#[derive(Debug)]
pub(super) enum Halt {
    Malformed,
    TooDeep,
    Fault(RewriteFault),
}

/// Reads on until all of the open maps and lists are closed, or the text at hand ends.
pub(super) fn skip(lexer: &mut Lexer, text: Window<'_>, open: &mut Vec<Bracket>, max_depth: usize) -> Result<(), Halt> {
    while let Some(inside) = open.last().copied() {
        match lexer.next(text.rest(lexer.at()), Some(inside))? {
            None => return Ok(()),
            Some(Token::Open(_)) if open.len() >= max_depth => return Err(Halt::TooDeep),
            Some(Token::Open(bracket)) => open.push(bracket),
            Some(Token::Close) => drop(open.pop()),
            Some(Token::Key { .. } | Token::Comma | Token::Scalar) => {}
        }
    }
    Ok(())
}

/// The same with what follows the document, which is nothing.
pub(super) fn drain(
    lexer: &mut Lexer,
    text: Window<'_>,
    open: &mut Vec<Bracket>,
    max_depth: usize,
) -> Result<(), Halt> {
    skip(lexer, text, open, max_depth)?;
    if open.is_empty() && lexer.next(text.rest(lexer.at()), None)?.is_some() { Err(Halt::Malformed) } else { Ok(()) }
}

impl From<Malformed> for Halt {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<RewriteFault> for Halt {
    fn from(fault: RewriteFault) -> Self {
        Self::Fault(fault)
    }
}
