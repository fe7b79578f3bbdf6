//! Relationships, one a line: `doc:readme#viewer@user:alice` says that Alice views the file, and
//! `doc:readme#viewer@group:eng#member` that every member of the group does. A line that begins with `#` is a comment.

use std::collections::{HashMap, HashSet};

/// How deep sets of subjects may nest.
const MAX_DEPTH: usize = 16;

/// Relationships, by what they are to: `doc:readme#viewer`.
#[derive(Debug, Default)]
pub struct Tuples {
    holders: HashMap<String, Vec<Holder>>,
}

/// Who has a relation.
#[derive(Debug)]
struct Holder {
    /// One subject, or a set of them: those that have a relation themselves.
    name: String,
    is_set: bool,
    /// The line that says so, from 1.
    line: usize,
}

/// A line that is no relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTuple {
    /// Where in the text, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub text: String,
}

/// What was found of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The subject has it, as the tuple of that line says at last.
    Line(usize),
    /// It does not.
    Nothing,
    /// Sets nest so deep that it was not looked at all of them.
    TooDeep,
}

impl Tuples {
    /// Reads a file.
    ///
    /// # Errors
    /// Every line that is no relationship.
    pub fn parse(text: &str) -> Result<Self, Vec<BadTuple>> {
        let (mut tuples, mut bad, mut offset) = (Self::default(), Vec::new(), 0);
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let written = line.trim();
            let start = offset + (line.len() - line.trim_start().len());
            offset += line.len();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            match tuple(written) {
                Ok((of, name)) => {
                    let holder = Holder { name: name.to_owned(), is_set: name.contains('#'), line: index + 1 };
                    tuples.holders.entry(of.to_owned()).or_default().push(holder);
                }
                Err((within, text)) => bad.push(BadTuple { offset: start + within, text }),
            }
        }
        if bad.is_empty() { Ok(tuples) } else { Err(bad) }
    }

    /// Whether a subject has a relation to an object, by itself or in a set that has. Sets may name one another in circles.
    #[must_use]
    pub fn find(&self, object: &str, relation: &str, subject: &str) -> Found {
        let of = format!("{object}#{relation}");
        let mut seen = HashSet::from([of.as_str()]);
        let mut level = vec![of.as_str()];
        for _ in 0..MAX_DEPTH {
            let holders: Vec<&Holder> = level.iter().filter_map(|of| self.holders.get(*of)).flatten().collect();
            if let Some(holder) = holders.iter().find(|holder| !holder.is_set && holder.name == subject) {
                return Found::Line(holder.line);
            }
            let sets = holders.into_iter().filter(|holder| holder.is_set).map(|holder| holder.name.as_str());
            level = sets.filter(|set| seen.insert(set)).collect();
            if level.is_empty() {
                return Found::Nothing;
            }
        }
        Found::TooDeep
    }
}

/// Checks the name of an object or a subject, such as `doc:readme`.
pub(crate) fn entity(text: &str) -> Result<(), String> {
    let is_whole = |part: &str| !part.is_empty() && !part.contains(|sign: char| sign.is_whitespace() || sign == '#');
    match text.split_once(':') {
        Some((kind, id)) if is_whole(kind) && is_whole(id) => Ok(()),
        _ => Err(format!("`{text}` is not a type and an identifier with a colon between")),
    }
}

/// Both sides of `object#relation@subject`; else where in the line something is wrong, and what.
fn tuple(line: &str) -> Result<(&str, &str), (usize, String)> {
    let Some((object, rest)) = line.split_once('#') else {
        return Err((0, "there is no relation: write `object#relation@subject`".to_owned()));
    };
    let Some((relation, subject)) = rest.split_once('@') else {
        return Err((object.len(), "there is no subject: write `object#relation@subject`".to_owned()));
    };
    entity(object).map_err(|fault| (0, fault))?;
    word(relation).map_err(|fault| (object.len() + 1, fault))?;
    let at = line.len() - subject.len();
    let (who, of_set) = subject.split_once('#').map_or((subject, None), |(who, relation)| (who, Some(relation)));
    entity(who).map_err(|fault| (at, fault))?;
    of_set.map_or(Ok(()), word).map_err(|fault| (at + who.len() + 1, fault))?;
    let of = line.strip_suffix(subject).and_then(|line| line.strip_suffix('@')).unwrap_or(line);
    Ok((of, subject))
}

fn word(relation: &str) -> Result<(), String> {
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-';
    if !relation.is_empty() && relation.chars().all(is_word) {
        return Ok(());
    }
    Err(format!("`{relation}` is not the name of a relation"))
}

#[cfg(test)]
mod tests;
