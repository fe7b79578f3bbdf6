//! Why an expression has no truth value.

/// Why an expression has no truth value; the phase then denies with the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionFault {
    /// `policy.type_error`, or the code of an attribute that cannot be had, such as `session.unbound`.
    pub code: &'static str,
}

impl ConditionFault {
    /// A value has a type that the comparison does not take.
    pub(crate) const TYPE: Self = Self { code: "policy.type_error" };
    /// A value is nested more deeply than is compared.
    pub(crate) const LIMIT: Self = Self { code: "policy.limit" };
}
