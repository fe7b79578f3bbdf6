//! Who follows a field path: what it is told of, what it answers and why it refuses.
//!
//! Structured values and text are followed by different code; both tell one visitor, so that both mean the same.

use serde_json::Value as Json;

/// What follows a path: treats the values it leads to, and judges where it leads nowhere.
pub(crate) trait Visit {
    /// Treats a value the path leads to.
    fn visit(&mut self, value: &Json) -> Result<Edit, RewriteFault>;

    /// A map that the path leads to, or a map inside what it leads to, has a key twice: what [`Visit::visit`] is given holds
    /// the last of both.
    fn repeats(&mut self) -> Result<(), RewriteFault> {
        Ok(())
    }

    /// The path leads nowhere: a member is missing, or what should hold it is `null`.
    fn missing(&mut self) -> Result<(), RewriteFault>;

    /// The path meets a value of another shape than its next part needs.
    fn mismatch(&mut self) -> Result<(), RewriteFault>;
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    /// It stays as it is; what is inside it may be reached as well.
    Keep,
    /// It stays as it is, with all that is inside it.
    Leave,
    /// This value takes its place.
    Replace(Json),
    /// The member or element is taken out.
    Remove,
}

/// Why a pipeline refuses a value; never says the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RewriteFault {
    /// A value is not of the form a stage asks for: `args.invalid` or `result.invalid`.
    Invalid {
        /// What the field must be, such as `a number` or `text of at most 64 characters`.
        expected: String,
    },
    /// A stage that scans, written with `(deny)`, found something: `args.scan`, `result.scan`.
    Found {
        /// The stage as written.
        stage: String,
    },
    /// A value cannot be treated and may not be passed on untreated: `result.unreadable`, `args.invalid`.
    Unreadable,
}
