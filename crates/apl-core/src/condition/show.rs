//! Predicates shown in the language.

use std::fmt;

use super::predicate::{Predicate, Value};
use crate::expr::List;
use crate::literal;

impl<A: fmt::Display> fmt::Display for Predicate<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truthy(attribute) => attribute.fmt(f),
            Self::Exists(attribute) => write!(f, "exists({attribute})"),
            Self::Equal(left, right) => write!(f, "{left} == {right}"),
            Self::Ordered(left, order, right) => write!(f, "{left} {order} {right}"),
            Self::Contains(whole, part) => write!(f, "{whole} contains {part}"),
            Self::In(member, collection) => write!(f, "{member} in {collection}"),
            Self::Among(member, literals) => write!(f, "{member} in {}", List(literals)),
            Self::Matches(text, regex) => write!(f, "{text} matches {}", literal::quote_pattern(regex.as_str())),
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
