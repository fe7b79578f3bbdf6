//! Predicates shown in the language.

use std::fmt;

use super::predicate::{Predicate, Value};
use crate::expr::{Literal, Order};
use crate::number::Number;

impl<A: fmt::Display> fmt::Display for Predicate<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truthy(attribute) => attribute.fmt(f),
            Self::Exists(attribute) => write!(f, "exists({attribute})"),
            Self::Equal(left, right) => write!(f, "{left} == {right}"),
            Self::Ordered(left, order, right) => write!(f, "{left} {} {right}", sign(*order)),
            Self::Contains(whole, part) => write!(f, "{whole} contains {part}"),
            Self::In(member, collection) => write!(f, "{member} in {collection}"),
            Self::Among(member, literals) => {
                write!(f, "{member} in [")?;
                for (index, literal) in literals.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{literal}")?;
                }
                f.write_str("]")
            }
            Self::Matches(text, regex) => {
                write!(f, "{text} matches ")?;
                pattern(regex.as_str(), f)
            }
        }
    }
}

impl<A: fmt::Display> fmt::Display for Value<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(attribute) => attribute.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(Number::Int(value)) => value.fmt(f),
            // Of a float the form with a point or an exponent, so that it is read as one.
            Self::Number(Number::Float(value)) => write!(f, "{value:?}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        }
    }
}

/// A regular expression in quotes. A pattern is read in pairs, so it is written in pairs.
fn pattern(pattern: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("'")?;
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        match (sign, (sign == '\\').then(|| signs.next()).flatten()) {
            ('\'', _) | ('\\', Some('\'')) => f.write_str("\\'")?,
            (sign, None) => write!(f, "{sign}")?,
            (sign, Some(escaped)) => write!(f, "{sign}{escaped}")?,
        }
    }
    f.write_str("'")
}

const fn sign(order: Order) -> &'static str {
    match order {
        Order::Less => "<",
        Order::AtMost => "<=",
        Order::Greater => ">",
        Order::AtLeast => ">=",
    }
}
