//! The single tests a condition is made of.

use std::cmp::Ordering;

use regex::Regex;

use super::fault::ConditionFault;
use super::value;
use crate::expr::{Literal, Order};
use crate::fact::{Fact, Facts};

/// One test and what follows from its answer.
#[derive(Debug)]
pub(super) struct Test<A> {
    pub(super) predicate: Predicate<A>,
    /// What follows when it holds.
    pub(super) hold: Next,
    /// What follows when it does not.
    pub(super) fail: Next,
}

/// What follows a test.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// The test of that index.
    Test(usize),
    /// The end.
    Answer(bool),
}

/// A question about one or two values.
#[derive(Debug)]
pub(super) enum Predicate<A> {
    Truthy(A),
    Exists(A),
    Equal(Value<A>, Value<A>),
    Ordered(Value<A>, Order, Value<A>),
    Contains(Value<A>, Value<A>),
    In(Value<A>, A),
    Among(Value<A>, Box<[Literal]>),
    Matches(Value<A>, Regex),
}

/// A side of a question.
#[derive(Debug)]
pub(super) enum Value<A> {
    Attribute(A),
    Literal(Literal),
}

impl<A> Predicate<A> {
    pub(super) fn holds<F: Facts<Attribute = A>>(&self, facts: &F) -> Result<bool, ConditionFault> {
        match self {
            Self::Truthy(attribute) => value::is_true(facts.read(attribute)),
            Self::Exists(attribute) => Ok(present(facts.read(attribute))?.is_some()),
            Self::Equal(left, right) => both(left.read(facts), right.read(facts), value::equal),
            Self::Ordered(left, order, right) => {
                both(left.read(facts), right.read(facts), |left, right| ordered(left, *order, right))
            }
            Self::Contains(whole, part) => both(whole.read(facts), part.read(facts), value::contains),
            Self::In(member, collection) => both(member.read(facts), facts.read(collection), value::is_member),
            Self::Among(member, literals) => match present(member.read(facts))? {
                Some(member) => among(member, literals),
                None => Ok(false),
            },
            Self::Matches(text, regex) => match present(text.read(facts))? {
                Some(Fact::Text(text)) => Ok(regex.is_match(text)),
                Some(_) => Err(ConditionFault::TYPE),
                None => Ok(false),
            },
        }
    }

    pub(super) fn attributes(&self) -> impl Iterator<Item = &A> {
        let (first, second) = match self {
            Self::Truthy(only) | Self::Exists(only) => (Some(only), None),
            Self::Equal(left, right) | Self::Ordered(left, _, right) | Self::Contains(left, right) => {
                (left.attribute(), right.attribute())
            }
            Self::In(member, collection) => (member.attribute(), Some(collection)),
            Self::Among(only, _) | Self::Matches(only, _) => (only.attribute(), None),
        };
        first.into_iter().chain(second)
    }
}

impl<A> Value<A> {
    fn read<'a, F: Facts<Attribute = A>>(&'a self, facts: &'a F) -> Fact<'a> {
        match self {
            Self::Attribute(attribute) => facts.read(attribute),
            Self::Literal(literal) => fact(literal),
        }
    }

    const fn attribute(&self) -> Option<&A> {
        match self {
            Self::Attribute(attribute) => Some(attribute),
            Self::Literal(_) => None,
        }
    }
}

/// The answer where both sides are present, and no where one is absent.
fn both(
    left: Fact<'_>,
    right: Fact<'_>,
    ask: impl FnOnce(Fact<'_>, Fact<'_>) -> Result<bool, ConditionFault>,
) -> Result<bool, ConditionFault> {
    match (present(left)?, present(right)?) {
        (Some(left), Some(right)) => ask(left, right),
        _ => Ok(false),
    }
}

fn present(fact: Fact<'_>) -> Result<Option<Fact<'_>>, ConditionFault> {
    match fact {
        Fact::Absent => Ok(None),
        Fact::Unavailable(code) => Err(ConditionFault { code }),
        fact => Ok(Some(fact)),
    }
}

fn ordered(left: Fact<'_>, order: Order, right: Fact<'_>) -> Result<bool, ConditionFault> {
    let found = value::number(left)?.order(value::number(right)?).ok_or(ConditionFault::TYPE)?;
    Ok(match order {
        Order::Less => found == Ordering::Less,
        Order::AtMost => found != Ordering::Greater,
        Order::Greater => found == Ordering::Greater,
        Order::AtLeast => found != Ordering::Less,
    })
}

fn among(member: Fact<'_>, literals: &[Literal]) -> Result<bool, ConditionFault> {
    if matches!(member, Fact::Set(_) | Fact::List(_)) {
        return Err(ConditionFault::TYPE);
    }
    for literal in literals {
        if value::equal(member, fact(literal))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fact(literal: &Literal) -> Fact<'_> {
    match literal {
        Literal::Bool(value) => Fact::Bool(*value),
        Literal::Number(value) => Fact::Number(*value),
        Literal::Text(value) => Fact::Text(value),
    }
}
