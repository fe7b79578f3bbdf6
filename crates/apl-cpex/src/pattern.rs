//! Name patterns of route selectors: which names one matches, and which of two patterns is in force.
//!
//! A pattern without `*` is one exact name. In a glob `*` stands for any characters but `/` and `**` for any characters;
//! each may stand for none. A pattern that is exactly `*` matches every name. There is no escape: a name that itself
//! holds `*` is matched by the wildcards. Names are compared character by character, with no folding or normalisation.
//!
//! Questions about two patterns are answered for all names there are, not estimated: see [`Pattern::covers`] and
//! [`Pattern::intersects`].

mod automaton;
mod error;
mod glob;
mod token;

use std::cmp::Ordering;
use std::fmt;

use glob::Glob;

pub use error::{MAX_CHARS, MAX_WILDCARDS, PatternError};

/// An exact name, or a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    /// Absent for an exact name.
    glob: Option<Box<Glob>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The text is empty, past a limit, or has three `*` in a row.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        check_length(text)?;
        let glob = Glob::parse(text)?.map(Box::new);
        Ok(Self { text: text.into(), glob })
    }

    /// Reads a pattern without `/`, which is matched against what stands before the first `/` of a name, whatever follows.
    /// With a `/`, or as `*` alone, it is a pattern like any other.
    ///
    /// # Errors
    /// Those of [`Pattern::parse`].
    pub fn of_first_segment(text: &str) -> Result<Self, PatternError> {
        if text == "*" || text.contains('/') {
            return Self::parse(text);
        }
        check_length(text)?;
        Ok(Self { text: text.into(), glob: Some(Box::new(Glob::of_first_segment(text)?)) })
    }

    /// The pattern of a name and of all names that go on with `/` after it; of one that ends in `/`, of all that begin so.
    /// `*` is no wildcard in it. The longer prefix beats the shorter, and each beats every glob.
    ///
    /// # Errors
    /// The text is empty or past a limit.
    pub fn prefix(text: &str) -> Result<Self, PatternError> {
        check_length(text)?;
        Ok(Self { text: text.into(), glob: Some(Box::new(Glob::prefix(text))) })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name, if this is an exact one.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        if self.glob.is_none() { Some(&self.text) } else { None }
    }

    /// Whether this pattern matches the name. Reads the name once and allocates nothing.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.glob.as_ref().map_or(*self.text == *name, |glob| glob.matches(name))
    }

    /// Whether this pattern matches every name that `other` matches.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (&self.glob, &other.glob) {
            (Some(glob), Some(other)) => glob.covers(other),
            (_, None) => self.matches(&other.text),
            (None, Some(_)) => false,
        }
    }

    /// Whether some name is matched by both.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        match (&self.glob, &other.glob) {
            (Some(glob), Some(other)) => glob.intersects(other),
            (_, None) => self.matches(&other.text),
            (None, _) => other.matches(&self.text),
        }
    }

    /// Which of two patterns that match one name is in force; the greater is.
    ///
    /// Exact beats a prefix, which beats a glob, and `*` alone is last. The longer prefix wins; the glob with the longer literal prefix wins, then the pattern that the
    /// other covers, then the one with fewer wildcards, then `*` over `**`, then the longer pattern; else they are
    /// equal. Lengths are in characters.
    ///
    /// This compares two. Among three it may run in a ring, since coverage outranks the count of wildcards: `a*c*c*b`
    /// beats `a*b`, which beats `a*d*`, which beats `a*c*c*b`. [`foremost`] chooses among any number.
    #[must_use]
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.sharpness(other).then_with(|| self.tightness().cmp(&other.tightness()))
    }

    /// The part of the precedence that is a partial order: kind, literal prefix, coverage.
    fn sharpness(&self, other: &Self) -> Ordering {
        match (&self.glob, &other.glob) {
            (Some(glob), Some(other)) => glob.sharpness(other),
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        }
    }

    /// The rest of it, which ranks every pattern by itself.
    fn tightness(&self) -> Option<glob::Tightness> {
        self.glob.as_ref().map(|glob| glob.tightness())
    }
}

fn check_length(text: &str) -> Result<(), PatternError> {
    if text.is_empty() {
        return Err(PatternError::Empty);
    }
    if text.chars().nth(MAX_CHARS).is_some() {
        return Err(PatternError::TooLong);
    }
    Ok(())
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The candidate in force among those whose patterns all match one name, whatever their order.
///
/// The rule of [`Pattern::precedence`] is applied in stages: whoever is beaten by kind, literal prefix or coverage is out,
/// and the rest are ranked by wildcards and length. Of two candidates this is the one `precedence` prefers. `tie` ranks
/// those that are equal so far, the greater winning; where it finds them equal too, the last of them is taken.
pub fn foremost<T, I>(candidates: I, pattern: impl Fn(&T) -> &Pattern, tie: impl Fn(&T, &T) -> Ordering) -> Option<T>
where
    I: Iterator<Item = T> + Clone,
{
    let others = candidates.clone();
    let beaten = |one: &T| others.clone().any(|other| pattern(&other).sharpness(pattern(one)).is_gt());
    candidates
        .filter(|one| !beaten(one))
        .max_by(|left, right| pattern(left).tightness().cmp(&pattern(right).tightness()).then_with(|| tie(left, right)))
}

#[cfg(test)]
mod tests;
