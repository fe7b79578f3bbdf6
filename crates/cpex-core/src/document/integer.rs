//! Whole numbers as documents write them.

use apl_core::node::{Node, Value};

/// A whole number that is not negative. None for everything else.
pub(super) fn read(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}
