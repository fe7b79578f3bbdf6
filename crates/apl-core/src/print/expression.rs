//! Trees of expressions written in the language.

use std::fmt;

use crate::expr::{Expr, List, Operand};
use crate::literal;

/// With the brackets that the tree needs and no other. Nested `&` in `&`, nested `|` in `|` and two negations in a row come
/// out as what they mean, which is what they are compiled to.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(parts) => joined(parts, " | ", f),
            Self::All(parts) => joined(parts, " & ", f),
            Self::Not(inner) => negated(inner, f),
            Self::Truthy(path) => path.fmt(f),
            Self::Exists(path) => write!(f, "exists({path})"),
            Self::Equal(left, right) => write!(f, "{left} == {right}"),
            Self::Ordered(left, order, right) => write!(f, "{left} {order} {right}"),
            Self::Contains(whole, part) => write!(f, "{whole} contains {part}"),
            Self::In(member, collection) => write!(f, "{member} in {collection}"),
            Self::Among(member, literals) => write!(f, "{member} in {}", List(literals)),
            Self::Matches(text, regex) => write!(f, "{text} matches {}", literal::quote_pattern(regex.as_str())),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
        }
    }
}

fn joined(parts: &[Expr], sign: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_all = sign == " & ";
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(sign)?;
        }
        match uncancelled(part) {
            part @ Expr::Any(_) if is_all => write!(f, "({part})")?,
            part => write!(f, "{part}")?,
        }
    }
    Ok(())
}

fn negated(inner: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match uncancelled(inner) {
        Expr::Not(inner) => write!(f, "{inner}"),
        Expr::Equal(left, right) => write!(f, "{left} != {right}"),
        Expr::In(member, collection) => write!(f, "{member} not in {collection}"),
        Expr::Among(member, literals) => write!(f, "{member} not in {}", List(literals)),
        inner @ (Expr::Truthy(_) | Expr::Exists(_)) => write!(f, "!{inner}"),
        inner => write!(f, "!({inner})"),
    }
}

/// The expression without pairs of negations around it.
fn uncancelled(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let Expr::Not(once) = expr
        && let Expr::Not(twice) = &**once
    {
        expr = twice;
    }
    expr
}
