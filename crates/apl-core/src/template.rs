//! Templates: values of a document in which `${path}` stands for an attribute.
//!
//! Alone in a text, `${path}` keeps the type of its value; inside a text it is formatted. What is absent is a fault and
//! never an empty text: a question with a hole in it is another question.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::fact::{Fact, Facts, Vocabulary};
use crate::node::{Node, Text, Value};
use crate::parse;

/// The code of what cannot be filled in.
const UNFILLED: &str = "pdp.error";

/// A value of a document with places to fill in.
#[derive(Debug)]
pub struct Template<A>(Part<A>);

#[derive(Debug)]
enum Part<A> {
    /// As written.
    Literal(Json),
    /// `${path}` alone.
    Attribute(A),
    /// `${path}` inside a text.
    Text(Box<[Piece<A>]>),
    List(Box<[Self]>),
    Map(Box<[(String, Self)]>),
}

#[derive(Debug)]
enum Piece<A> {
    Literal(String),
    Attribute(A),
}

/// Why a template could not be filled: the code the operation is denied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// `pdp.error`, or the code of an attribute that cannot be had.
    pub code: &'static str,
}

impl<A> Template<A> {
    /// The value with every place filled in.
    ///
    /// # Errors
    /// When an attribute is absent or cannot be had, or a collection stands inside a text.
    pub fn fill<F: Facts<Attribute = A>>(&self, facts: &F) -> Result<Json, TemplateFault> {
        fill(&self.0, facts)
    }

    /// Every attribute it mentions, in written order.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        let mut attributes = Vec::new();
        mentioned(&self.0, &mut attributes);
        attributes.into_iter()
    }
}

/// Compiles a value. Every mistake is added to `faults`; with one there is no template.
pub(crate) fn compile<V: Vocabulary>(
    node: &Node,
    vocabulary: &V,
    faults: &mut Vec<Diagnostic>,
) -> Option<Template<V::Attribute>> {
    part(node, vocabulary, faults).map(Template)
}

fn part<V: Vocabulary>(node: &Node, vocabulary: &V, faults: &mut Vec<Diagnostic>) -> Option<Part<V::Attribute>> {
    Some(match &node.value {
        Value::Text(written) => return text(written, vocabulary, faults),
        Value::List(nodes) => {
            let parts: Vec<_> = nodes.iter().map(|node| part(node, vocabulary, faults)).collect();
            Part::List(parts.into_iter().collect::<Option<_>>()?)
        }
        Value::Map(entries) => {
            let member =
                |entry: &crate::node::Entry| Some((entry.key.value.clone(), part(&entry.value, vocabulary, faults)?));
            let members: Vec<_> = entries.iter().map(member).collect();
            Part::Map(members.into_iter().collect::<Option<_>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Part::Literal(node.to_json()),
    })
}

fn text<V: Vocabulary>(written: &Text, vocabulary: &V, faults: &mut Vec<Diagnostic>) -> Option<Part<V::Attribute>> {
    let whole = written.value.as_str();
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(offset) = whole.get(at..).and_then(|rest| rest.find("${")) {
        let start = at + offset;
        let Some(end) = closing(whole, start + 2) else {
            let fault = Diagnostic::new(codes::SYNTAX, written.span_of(start..start + 2), "`${` is never closed");
            faults.push(fault.help("write `${subject.id}`, or leave the `$` out"));
            return None;
        };
        push_literal(&mut pieces, whole, at..start);
        pieces.push(Piece::Attribute(attribute(written, start + 2..end, vocabulary, faults)?));
        at = end + 1;
    }
    if pieces.is_empty() {
        return Some(Part::Literal(whole.into()));
    }
    push_literal(&mut pieces, whole, at..whole.len());
    match pieces.pop() {
        Some(Piece::Attribute(attribute)) if pieces.is_empty() => Some(Part::Attribute(attribute)),
        last => Some(Part::Text(pieces.into_iter().chain(last).collect())),
    }
}

fn push_literal<A>(pieces: &mut Vec<Piece<A>>, whole: &str, range: Range<usize>) {
    if let Some(literal) = whole.get(range).filter(|literal| !literal.is_empty()) {
        pieces.push(Piece::Literal(literal.to_owned()));
    }
}

/// The offset of the `}` that closes a place begun at `from`; one inside quotes closes nothing.
fn closing(whole: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    for (offset, sign) in whole.get(from..)?.char_indices() {
        match (quote, sign) {
            (None, '}') => return Some(from + offset),
            (None, '\'' | '"') => quote = Some(sign),
            (Some(open), sign) if open == sign => quote = None,
            _ => {}
        }
    }
    None
}

/// The attribute that the path in a part of a text names.
pub(crate) fn attribute<V: Vocabulary>(
    written: &Text,
    range: Range<usize>,
    vocabulary: &V,
    faults: &mut Vec<Diagnostic>,
) -> Option<V::Attribute> {
    let span = written.span_of(range.clone());
    let path = parse::path(written, range, faults)?;
    match vocabulary.resolve(&path) {
        Ok(attribute) => Some(attribute),
        Err(unresolved) => {
            let fault = Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, span, unresolved.message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
            None
        }
    }
}

fn fill<F: Facts>(part: &Part<F::Attribute>, facts: &F) -> Result<Json, TemplateFault> {
    Ok(match part {
        Part::Literal(value) => value.clone(),
        Part::Attribute(attribute) => match facts.read(attribute) {
            Fact::Unavailable(code) => return Err(TemplateFault { code }),
            fact => fact.to_json().ok_or(TemplateFault { code: UNFILLED })?,
        },
        Part::Text(pieces) => {
            let mut text = String::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(literal) => text.push_str(literal),
                    Piece::Attribute(attribute) => write(&mut text, facts.read(attribute))?,
                }
            }
            text.into()
        }
        Part::List(parts) => Json::Array(parts.iter().map(|part| fill(part, facts)).collect::<Result<_, _>>()?),
        Part::Map(members) => {
            let member = |(name, part): &(String, Part<F::Attribute>)| Ok((name.clone(), fill(part, facts)?));
            Json::Object(members.iter().map(member).collect::<Result<Map<_, _>, _>>()?)
        }
    })
}

/// Formats a value inside a text.
fn write(text: &mut String, fact: Fact<'_>) -> Result<(), TemplateFault> {
    match fact {
        Fact::Text(value) => text.push_str(value),
        Fact::Unavailable(code) => return Err(TemplateFault { code }),
        Fact::Bool(_) | Fact::Number(_) => {
            let value = fact.to_json().ok_or(TemplateFault { code: UNFILLED })?;
            write!(text, "{value}").map_err(|_| TemplateFault { code: UNFILLED })?;
        }
        Fact::Absent | Fact::Set(_) | Fact::List(_) | Fact::Map(_) => return Err(TemplateFault { code: UNFILLED }),
    }
    Ok(())
}

fn mentioned<'t, A>(part: &'t Part<A>, attributes: &mut Vec<&'t A>) {
    match part {
        Part::Literal(_) => {}
        Part::Attribute(attribute) => attributes.push(attribute),
        Part::Text(pieces) => attributes.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Attribute(attribute) => Some(attribute),
            Piece::Literal(_) => None,
        })),
        Part::List(parts) => parts.iter().for_each(|part| mentioned(part, attributes)),
        Part::Map(members) => members.iter().for_each(|(_, part)| mentioned(part, attributes)),
    }
}

#[cfg(test)]
mod tests;
