//! Reads over JSON text without asking what it holds.

use super::lexer::{Bracket, Lexer, Malformed, Token};
use crate::field::RewriteFault;

/// Whether a text is a JSON object or array that nests no deeper.
pub(crate) fn is_document(text: &str, max_depth: usize) -> bool {
    let mut lexer = Lexer::default();
    let Ok(Some(Token::Open(bracket))) = lexer.next(text.as_bytes(), None) else { return false };
    skip(&mut lexer, text, vec![bracket], max_depth).is_ok() && lexer.next(rest(text, &lexer), None) == Ok(None)
}

/// Why a text is not followed to its end.
#[derive(Debug)]
pub(super) enum Halt {
    Malformed,
    TooDeep,
    Fault(RewriteFault),
}

/// Reads on until all of the open maps and lists are closed.
pub(super) fn skip(lexer: &mut Lexer, text: &str, open: Vec<Bracket>, max_depth: usize) -> Result<(), Halt> {
    let mut open = open;
    while let Some(inside) = open.last().copied() {
        match lexer.next(rest(text, lexer), Some(inside))?.ok_or(Halt::Malformed)? {
            Token::Open(_) if open.len() >= max_depth => return Err(Halt::TooDeep),
            Token::Open(bracket) => open.push(bracket),
            Token::Close => drop(open.pop()),
            Token::Key { .. } | Token::Comma | Token::Scalar => {}
        }
    }
    Ok(())
}

/// What of a text is not taken yet.
pub(super) fn rest<'t>(text: &'t str, lexer: &Lexer) -> &'t [u8] {
    text.as_bytes().get(lexer.at()..).unwrap_or_default()
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
