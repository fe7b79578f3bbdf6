//! What a stage is: what it is given, and what it may answer.

use std::borrow::Cow;
use std::fmt::Debug;

use serde_json::Value as Json;

use crate::field::Edit;

/// A stage of a pipeline, compiled.
pub(crate) trait Stage: Debug + Send + Sync {
    /// Judges or changes a value that is there.
    ///
    /// # Errors
    /// When the value is not of the form the stage asks for.
    fn edit(&self, value: &Json) -> Result<Edit, Invalid>;

    /// Whether what it does depends on what is inside a map or list, so that it must see all of it.
    fn looks_inside(&self) -> bool {
        false
    }

    /// Whether it finds in a value what its label says. Asked only of a stage that has a label.
    fn finds(&self, _: &Json) -> bool {
        false
    }
}

/// What a field must be, after "must be". Never says what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid(pub(crate) Cow<'static, str>);

/// What a stage does with values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Judges whether there is one.
    Presence,
    /// Judges it; `null` counts as none.
    Check,
    /// Changes it, be it `null` or not.
    Transform,
    /// Only looks, for what its label says; `null` counts as none.
    Note,
}

impl Invalid {
    /// A fault that asks for a form known at compile time.
    pub(crate) const fn expected(form: &'static str) -> Self {
        Self(Cow::Borrowed(form))
    }
}

/// Keeps a value that is of the form.
pub(super) fn keep_if(holds: bool, form: &'static str) -> Result<Edit, Invalid> {
    if holds { Ok(Edit::Keep) } else { Err(Invalid::expected(form)) }
}
