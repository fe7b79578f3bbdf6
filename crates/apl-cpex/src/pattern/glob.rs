//! A pattern with wildcards, and what two of them have in common.

use std::cmp::{Ordering, Reverse};
use std::iter::successors;

use super::automaton::{Automaton, States};
use super::error::PatternError;
use super::token::{Token, literals, tokens};

/// Literal text, then wildcards and text between them, then literal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    /// Whether the pattern is `*` alone.
    every: bool,
    head: Box<str>,
    /// What stands between head and tail; its first and its last token are wildcards, perhaps the same.
    core: Box<[Token]>,
    tail: Box<str>,
    automaton: Automaton,
    head_chars: usize,
    tightness: Tightness,
}

/// What ranks globs that no other criterion tells apart, the greater first: fewer wildcards, fewer `**`, more characters.
pub(super) type Tightness = (Reverse<usize>, Reverse<usize>, usize);

impl Glob {
    /// Reads a glob; `None` if the text has no wildcard.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, PatternError> {
        let (Some((head, _)), Some((_, tail))) = (text.split_once('*'), text.rsplit_once('*')) else {
            return Ok(None);
        };
        let every = text == "*";
        let middle = text.get(head.len()..text.len() - tail.len()).unwrap_or_default();
        let core = if every { Box::from([Token::DoubleStar]) } else { tokens(middle)? };
        let wildcards = core.iter().filter(|token| token.is_wild()).count();
        let double = core.iter().filter(|token| **token == Token::DoubleStar).count();
        Ok(Some(Self {
            every,
            head: head.into(),
            tail: tail.into(),
            automaton: Automaton::new(&core),
            core,
            head_chars: head.chars().count(),
            tightness: (Reverse(wildcards), Reverse(double), text.chars().count()),
        }))
    }

    pub(super) fn tightness(&self) -> Tightness {
        self.tightness
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        let middle = name.strip_prefix(&*self.head).and_then(|rest| rest.strip_suffix(&*self.tail));
        middle.is_some_and(|middle| self.automaton.reads(middle))
    }

    /// By kind, then by literal prefix, then by coverage; the greater is in force.
    pub(super) fn sharpness(&self, other: &Self) -> Ordering {
        let written = other.every.cmp(&self.every).then(self.head_chars.cmp(&other.head_chars));
        written.then_with(|| other.covers(self).cmp(&self.covers(other)))
    }

    /// Language inclusion.
    ///
    /// It is enough to try some names of `other`. A character that no literal of `self` equals is read by one of its
    /// wildcards, which would read any text without `/` in its place, so that one such character stands for all that a
    /// `*` of `other` may be, and each segment of what a `**` may be likewise. What is left open is how many `/` each
    /// `**` holds: all counts are tried at once, as the sets of states they lead to, until one more changes nothing.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (Some(head), Some(tail)) = (other.head.strip_prefix(&*self.head), other.tail.strip_suffix(&*self.tail))
        else {
            return false;
        };
        let mut frontier = vec![self.automaton.start()];
        for token in literals(head).chain(other.core.iter().copied()).chain(literals(tail)) {
            frontier = self.advance(&frontier, token);
            if frontier.iter().any(States::is_empty) {
                return false;
            }
        }
        frontier.iter().all(|live| self.automaton.accepts(live))
    }

    /// Whether the product of the two automata accepts anything: the states of `self` that are reached by some name
    /// `other` matches so far, token by token of `other`.
    pub(super) fn intersects(&self, other: &Self) -> bool {
        let heads = self.head.starts_with(&*other.head) || other.head.starts_with(&*self.head);
        let tails = self.tail.ends_with(&*other.tail) || other.tail.ends_with(&*self.tail);
        if !heads || !tails {
            return false;
        }
        let tokens: Vec<Token> = self.tokens().collect();
        let mut live = vec![false; tokens.len() + 1];
        let mut entered = true;
        for (state, token) in live.iter_mut().zip(tokens.iter().map(Some).chain([None])) {
            *state = entered;
            entered = entered && token.is_some_and(|token| token.is_wild());
        }
        for token in other.tokens() {
            match token {
                Token::Literal(character) => read(&tokens, &mut live, character),
                Token::Star | Token::DoubleStar => flood(&tokens, &mut live, token),
            }
        }
        live.last().is_some_and(|end| *end)
    }

    fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        literals(&self.head).chain(self.core.iter().copied()).chain(literals(&self.tail))
    }

    /// The sets reached from any of these by what one token of another glob stands for.
    fn advance(&self, frontier: &[States], token: Token) -> Vec<States> {
        let mut next = Vec::with_capacity(frontier.len());
        for live in frontier {
            match token {
                Token::Literal(character) => keep(&mut next, self.automaton.step(live, Some(character))),
                Token::Star => keep(&mut next, self.automaton.step(live, None)),
                Token::DoubleStar => self.segments(live).for_each(|set| keep(&mut next, set)),
            }
        }
        next
    }

    /// The sets after one segment of unknown text, after two with a `/` between, and so on. It ends: no state leads back
    /// to an earlier one, so that a path longer than the states stays before some `**`, and may as well be longer by one.
    fn segments(&self, live: &States) -> impl Iterator<Item = States> + '_ {
        let first = self.automaton.step(live, None);
        successors(Some(first), |reached| {
            let more = self.automaton.step(&self.automaton.step(reached, Some('/')), None);
            (more != *reached).then_some(more)
        })
    }
}

/// Adds a set unless a smaller one is there: whatever ends the larger, ends the smaller.
fn keep(sets: &mut Vec<States>, set: States) {
    if !sets.iter().any(|other| other.is_subset(&set)) {
        sets.retain(|other| !set.is_subset(other));
        sets.push(set);
    }
}

/// The states reached by one character.
fn read(tokens: &[Token], live: &mut [bool], character: char) {
    let mut entered = false;
    for (state, token) in live.iter_mut().zip(tokens.iter().map(Some).chain([None])) {
        let was = *state;
        *state = entered || (was && token.is_some_and(|token| token.admits(character)));
        entered = token.is_some_and(
            |token| {
                if token.is_wild() { *state } else { was && *token == Token::Literal(character) }
            },
        );
    }
}

/// The states reached by any text a wildcard may stand for.
fn flood(tokens: &[Token], live: &mut [bool], wildcard: Token) {
    let mut entered = false;
    for (state, token) in live.iter_mut().zip(tokens.iter().map(Some).chain([None])) {
        *state |= entered;
        entered = *state
            && token.is_some_and(|token| match token {
                Token::Literal(character) => wildcard.admits(*character),
                Token::Star | Token::DoubleStar => true,
            });
    }
}
