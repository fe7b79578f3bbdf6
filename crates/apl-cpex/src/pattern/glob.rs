//! A pattern with wildcards, and what two of them have in common.

use std::cmp::{Ordering, Reverse};
use std::iter::successors;

use super::automaton::{Automaton, States};
use super::error::PatternError;
use super::token::{BELOW, Token, literals, tokens};

/// Literal text, then wildcards and text between them, then literal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    /// Whether the pattern is `*` alone.
    every: bool,
    /// Whether names that go on with `/` are matched too.
    below: bool,
    /// Whether it was written as the beginning of names, which comes before what was written with wildcards.
    prefix: bool,
    head: Box<str>,
    /// What stands between head and tail: its first and its last token are wildcards, perhaps the same, unless names below
    /// are matched, which has no tail.
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
        Ok(Some(Self {
            every,
            below: false,
            prefix: false,
            head: head.into(),
            tail: tail.into(),
            automaton: Automaton::new(&core, false),
            head_chars: head.chars().count(),
            tightness: tightness(&core, text),
            core,
        }))
    }

    /// Reads a pattern of first segments, which matches every name that begins with such a one. `**` is `*` there.
    pub(super) fn of_first_segment(text: &str) -> Result<Self, PatternError> {
        let at = text.find('*').unwrap_or(text.len());
        let (head, rest) = text.split_at_checked(at).unwrap_or((text, ""));
        let star = |token: &Token| if token.is_wild() { Token::Star } else { *token };
        let core: Box<[Token]> = tokens(rest)?.iter().map(star).collect();
        Ok(Self::with_below(text, head, core, false))
    }

    /// A name and all names below it; of one that ends in `/` all that begin so.
    pub(super) fn prefix(text: &str) -> Self {
        if !text.ends_with('/') {
            return Self::with_below(text, text, Box::from([]), true);
        }
        let core = Box::from([Token::DoubleStar]);
        Self {
            every: false,
            below: false,
            prefix: true,
            head: text.into(),
            tail: "".into(),
            automaton: Automaton::new(&core, false),
            head_chars: text.chars().count(),
            tightness: tightness(&core, text),
            core,
        }
    }

    fn with_below(text: &str, head: &str, core: Box<[Token]>, prefix: bool) -> Self {
        let all = [&*core, &BELOW].concat();
        Self {
            every: false,
            below: true,
            prefix,
            head: head.into(),
            tail: "".into(),
            automaton: Automaton::new(&all, true),
            head_chars: head.chars().count(),
            tightness: tightness(&all, text),
            core,
        }
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
        let kind = other.every.cmp(&self.every).then(self.prefix.cmp(&other.prefix));
        let written = kind.then(self.head_chars.cmp(&other.head_chars));
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
        let own = literals(head).chain(other.core.iter().copied()).chain(literals(tail));
        let ends = own.fold(vec![self.automaton.start()], |frontier, token| self.advance(&frontier, token));
        let accepts = |ends: &[States]| ends.iter().all(|live| self.automaton.accepts(live));
        accepts(&ends)
            && (!other.below
                || accepts(&BELOW.into_iter().fold(ends, |frontier, token| self.advance(&frontier, token))))
    }

    /// Whether the product of the two automata accepts anything: the states of `self` that are reached by some name
    /// `other` matches so far, token by token of `other`.
    pub(super) fn intersects(&self, other: &Self) -> bool {
        let heads = self.head.starts_with(&*other.head) || other.head.starts_with(&*self.head);
        let tails = self.tail.ends_with(&*other.tail) || other.tail.ends_with(&*self.tail);
        if !heads || !tails {
            return false;
        }
        let below = if self.below { &BELOW[..] } else { &[] };
        let tokens: Vec<Token> = self.tokens().chain(below.iter().copied()).collect();
        let mut live = vec![false; tokens.len() + 1];
        let mut entered = true;
        for (state, token) in live.iter_mut().zip(tokens.iter().map(Some).chain([None])) {
            *state = entered;
            entered = entered && token.is_some_and(|token| token.is_wild());
        }
        let ends = |live: &[bool]| {
            let own = live.len() - 1 - below.len();
            live.last() == Some(&true) || live.get(own) == Some(&true)
        };
        let go_on = |live: &mut [bool], token: Token| match token {
            Token::Literal(character) => read(&tokens, live, character),
            Token::Star | Token::DoubleStar => flood(&tokens, live, token),
        };
        other.tokens().for_each(|token| go_on(&mut live, token));
        if ends(&live) || !other.below {
            return ends(&live);
        }
        BELOW.into_iter().for_each(|token| go_on(&mut live, token));
        ends(&live)
    }

    /// The tokens, but for what names below go on with.
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

fn tightness(tokens: &[Token], text: &str) -> Tightness {
    let wildcards = tokens.iter().filter(|token| token.is_wild()).count();
    let double = tokens.iter().filter(|token| **token == Token::DoubleStar).count();
    (Reverse(wildcards), Reverse(double), text.chars().count())
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
