//! A glob as a nondeterministic automaton whose states are bits, so that one character moves 64 states at once.
//!
//! State `i` means that the tokens before `i` are matched; the state after the last token accepts. The work is one pass
//! over the name, a few words a character, whatever the name is.

use super::error::MAX_CHARS;
use super::token::{BELOW, Token};

const WORDS: usize = (MAX_CHARS + BELOW.len() + 1).div_ceil(BITS);
const BITS: usize = u64::BITS as usize;

/// A set of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct States([u64; WORDS]);

/// The moves of one glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Automaton {
    /// The accepting states.
    ends: States,
    /// The words of a set that are in use.
    words: usize,
    /// States before a wildcard.
    wild: States,
    /// States before a `**`.
    double: States,
    /// For each literal character, in order, the states before it.
    letters: Box<[(char, States)]>,
}

impl Automaton {
    /// The moves of these tokens. Where the last are [`BELOW`], the text may also end before them.
    pub(super) fn new(tokens: &[Token], below: bool) -> Self {
        let end = tokens.len();
        let words = end / BITS + 1;
        let ends = States::EMPTY.with(end);
        let ends = if below { ends.with(end.saturating_sub(BELOW.len())) } else { ends };
        let (mut wild, mut double) = (States::EMPTY, States::EMPTY);
        let mut letters: Vec<(char, States)> = Vec::new();
        for (state, token) in tokens.iter().enumerate() {
            if token.is_wild() {
                wild.insert(state);
            }
            match token {
                Token::DoubleStar => double.insert(state),
                Token::Star => {}
                Token::Literal(character) => match letters.iter_mut().find(|(letter, _)| letter == character) {
                    Some((_, states)) => states.insert(state),
                    None => letters.push((*character, States::EMPTY.with(state))),
                },
            }
        }
        letters.sort_unstable_by_key(|(letter, _)| *letter);
        Self { ends, words, wild, double, letters: letters.into() }
    }

    /// The states before the first character.
    pub(super) fn start(&self) -> States {
        let start = States::EMPTY.with(0);
        if self.wild.contains(0) { start.with(1) } else { start }
    }

    /// The states after one more character; `None` is a character that is neither `/` nor a literal of this glob.
    pub(super) fn step(&self, live: &States, character: Option<char>) -> States {
        let letter = character.map_or(&States::EMPTY, |character| self.letter(character));
        let stays = if character == Some('/') { &self.double } else { &self.wild };
        let mut next = States::EMPTY;
        let mut carry = 0;
        let masks = letter.0.iter().zip(&stays.0).zip(&self.wild.0);
        for ((to, from), ((letter, stays), wild)) in next.0.iter_mut().zip(&live.0).zip(masks).take(self.words) {
            let moved = from & letter;
            let entered = (from & stays) | (moved << 1) | carry;
            let passed = entered & wild;
            *to = entered | (passed << 1);
            carry = (moved | passed) >> (BITS - 1);
        }
        next
    }

    pub(super) fn accepts(&self, live: &States) -> bool {
        live.0.iter().zip(&self.ends.0).any(|(live, ends)| live & ends != 0)
    }

    /// Whether the whole text is matched.
    pub(super) fn reads(&self, text: &str) -> bool {
        let mut live = self.start();
        for character in text.chars() {
            live = self.step(&live, Some(character));
            if live.is_empty() {
                return false;
            }
        }
        self.accepts(&live)
    }

    fn letter(&self, character: char) -> &States {
        let found = self.letters.binary_search_by_key(&character, |(letter, _)| *letter);
        found.ok().and_then(|at| self.letters.get(at)).map_or(&States::EMPTY, |(_, states)| states)
    }
}

impl States {
    const EMPTY: Self = Self([0; WORDS]);

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(word, other)| word & !other == 0)
    }

    fn contains(&self, state: usize) -> bool {
        self.0.get(state / BITS).is_some_and(|word| (word >> (state % BITS)) & 1 == 1)
    }

    fn insert(&mut self, state: usize) {
        if let Some(word) = self.0.get_mut(state / BITS) {
            *word |= 1 << (state % BITS);
        }
    }

    fn with(mut self, state: usize) -> Self {
        self.insert(state);
        self
    }
}
