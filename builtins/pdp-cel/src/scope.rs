//! What an expression sees while it is evaluated.

use std::sync::OnceLock;

use cel::common::types::CelBool;
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cpex_sdk::engine::AttributeReader;

use crate::budget::Budget;
use crate::pattern::Pattern;
use crate::slot::Slot;
use crate::value::value;

/// The value of an attribute, once it was read; none where it is absent.
type Value = OnceLock<Option<Box<dyn Val>>>;

/// The slots of an expression, for one operation. An attribute is read when it is first asked for.
pub(crate) struct Scope<'q> {
    attributes: &'q dyn AttributeReader,
    values: Box<[Value]>,
    patterns: &'q [Pattern],
    pub(crate) budget: Budget,
}

impl<'q> Scope<'q> {
    /// The slots of an expression that reads so many attributes.
    pub(crate) fn new(attributes: &'q dyn AttributeReader, count: usize, patterns: &'q [Pattern]) -> Self {
        let values = std::iter::repeat_with(OnceLock::new).take(count).collect();
        Self { attributes, values, patterns, budget: Budget::new() }
    }

    fn value(&self, index: usize) -> Option<&dyn Val> {
        let value = self.values.get(index)?.get_or_init(|| self.attributes.read(index).map(value));
        value.as_deref()
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        Some(match Slot::of(variable)? {
            Slot::Attribute(index) => CowVal::Borrowed(self.value(index)?),
            Slot::InLoop(index) => {
                let value = self.value(index)?;
                self.budget.look_at(value).ok()?;
                CowVal::Borrowed(value)
            }
            Slot::Has(index) => {
                CowVal::Borrowed(if self.value(index).is_some() { &CelBool::TRUE } else { &CelBool::FALSE })
            }
            Slot::Pattern(index) => CowVal::Borrowed(self.patterns.get(index)?),
            Slot::Budget => CowVal::Borrowed(&self.budget),
        })
    }
}
