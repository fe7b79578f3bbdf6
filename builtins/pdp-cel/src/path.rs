//! The paths of attributes in an expression.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};

/// A path as an expression writes it: names, and indexes that are literals.
pub(crate) struct Path {
    /// As policy writes it.
    pub(crate) text: String,
    /// The name it begins with.
    pub(crate) root: String,
    /// The node of that name.
    pub(crate) root_id: u64,
    /// Whether it is asked whether there is a value.
    pub(crate) is_test: bool,
}

/// Sets of names a caller holds or does not. A name that is not held is `false`, so there is nothing to ask of it with
/// `has`.
const HOLDINGS: &[&str] = &["role.", "perm.", "team.", "client.role.", "client.perm."];

impl Path {
    /// The path that a node is; none where it is something else.
    pub(crate) fn of(node: &IdedExpr) -> Option<Self> {
        let is_test = matches!(&node.expr, Expr::Select(SelectExpr { test: true, .. }));
        let mut segments = Vec::new();
        let mut node = node;
        let root = loop {
            match &node.expr {
                Expr::Ident(name) => break name.strip_prefix('.').unwrap_or(name),
                Expr::Select(select) if !select.test || segments.is_empty() => {
                    segments.push(format!(".{}", select.field));
                    node = &select.operand;
                }
                Expr::Call(call) => {
                    let (target, index) = indexed(call)?;
                    segments.push(index);
                    node = target;
                }
                _ => return None,
            }
        };
        let rest: String = segments.into_iter().rev().collect();
        Some(Self { text: format!("{root}{rest}"), root: root.to_owned(), root_id: node.id, is_test })
    }

    /// Whether it is a name and no more.
    pub(crate) fn is_name(&self) -> bool {
        self.text == self.root
    }

    /// Whether its value is `false` where it is not held.
    pub(crate) fn is_held_or_not(&self) -> bool {
        HOLDINGS.iter().any(|holding| self.text.starts_with(holding))
    }
}

/// What a call indexes by a literal, and that as policy writes it.
fn indexed(call: &CallExpr) -> Option<(&IdedExpr, String)> {
    let [target, index] = call.args.as_slice() else { return None };
    let Expr::Literal(literal) = &index.expr else { return None };
    let index = match literal {
        _ if call.func_name != operators::INDEX => return None,
        LiteralValue::String(key) => format!("['{}']", key.inner().replace('\\', "\\\\").replace('\'', "\\'")),
        LiteralValue::Int(index) if *index.inner() >= 0 => format!("[{}]", index.inner()),
        _ => return None,
    };
    Some((target, index))
}
