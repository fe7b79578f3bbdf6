//! The parts of a glob as written.

use super::error::{MAX_WILDCARDS, PatternError};

/// One part of a glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Literal(char),
    /// `*`: any characters but `/`.
    Star,
    /// `**`: any characters.
    DoubleStar,
}

/// What follows a name in all names below it.
pub(super) const BELOW: [Token; 2] = [Token::Literal('/'), Token::DoubleStar];

impl Token {
    pub(super) fn is_wild(self) -> bool {
        !matches!(self, Self::Literal(_))
    }

    /// Whether this is a wildcard that may stand for the character.
    pub(super) fn admits(self, character: char) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Star => character != '/',
            Self::DoubleStar => true,
        }
    }
}

/// Splits a text into tokens.
// INVARIANT: no two wildcards are neighbours, which lets the automaton pass a wildcard that stands for nothing in one move.
pub(super) fn tokens(text: &str) -> Result<Box<[Token]>, PatternError> {
    let mut tokens = Vec::with_capacity(text.len());
    for character in text.chars() {
        let token = match (character, tokens.last()) {
            ('*', Some(Token::DoubleStar)) => return Err(PatternError::StarRun),
            ('*', Some(Token::Star)) => {
                tokens.pop();
                Token::DoubleStar
            }
            ('*', _) => Token::Star,
            _ => Token::Literal(character),
        };
        tokens.push(token);
    }
    if tokens.iter().filter(|token| token.is_wild()).count() > MAX_WILDCARDS {
        return Err(PatternError::TooManyWildcards);
    }
    Ok(tokens.into())
}

/// The tokens of a text without wildcards.
pub(super) fn literals(text: &str) -> impl Iterator<Item = Token> + '_ {
    text.chars().map(Token::Literal)
}
