//! A compiled expression: a flat list of tests, evaluated without suspending.

use std::marker::PhantomData;

use crate::fact::Facts;

/// An expression of the language over attributes of type `A`.
#[derive(Debug)]
pub struct Condition<A>(PhantomData<A>);

/// Why an expression has no truth value; the phase then denies with the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionFault {
    /// `policy.type_error`, or the code of an attribute that cannot be had, such as `session.unbound`.
    pub code: &'static str,
}

impl<A> Condition<A> {
    /// Whether the expression holds.
    ///
    /// # Errors
    /// When a value has the wrong type or cannot be had: neither true nor false.
    pub fn test<F: Facts<Attribute = A>>(&self, facts: &F) -> Result<bool, ConditionFault> {
        let _ = facts;
        Err(ConditionFault { code: "policy.type_error" })
    }
}
