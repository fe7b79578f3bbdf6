//! Expressions as written: the tree between the grammar and a [`Condition`](crate::Condition).
//!
//! The tree still knows where its attributes stand, so that one the vocabulary does not have is pointed at. Its values and
//! signs know how they are written.

use std::fmt;

use regex::Regex;

use crate::literal;
use crate::number::Number;
use crate::path::Path;

/// An expression. The ranges of its paths are bytes of the text it was read from.
#[derive(Debug)]
pub(crate) enum Expr {
    /// At least one holds, tried left to right.
    Any(Vec<Expr>),
    /// All hold, tried left to right.
    All(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// The attribute has the value of a yes.
    Truthy(Path),
    /// The attribute has a value.
    Exists(Path),
    /// Both sides are equal by value.
    Equal(Operand, Operand),
    /// Both sides are numbers in this order.
    Ordered(Operand, Order, Operand),
    /// The left side holds the right one.
    Contains(Operand, Operand),
    /// The value is a member of the attribute.
    In(Operand, Path),
    /// The value is among these.
    Among(Operand, Vec<Literal>),
    /// The expression is found in the text.
    Matches(Operand, Regex),
}

/// A side of a comparison.
#[derive(Debug)]
pub(crate) enum Operand {
    /// An attribute.
    Path(Path),
    /// A value as written.
    Literal(Literal),
}

/// A value as written.
#[derive(Debug)]
pub(crate) enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A quoted text.
    Text(Box<str>),
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// The words that cannot be the first of a path.
pub(crate) const KEYWORDS: [&str; 8] = ["in", "not", "contains", "matches", "exists", "true", "false", "null"];

/// Values as a list of the language.
pub(crate) struct List<'l>(pub(crate) &'l [Literal]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, literal) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{literal}")?;
        }
        f.write_str("]")
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(Number::Int(value)) => value.fmt(f),
            // Of a float the form with a point or an exponent, so that it is read as one.
            Self::Number(Number::Float(value)) => write!(f, "{value:?}"),
            Self::Text(text) => f.write_str(&literal::quote(text)),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        })
    }
}
