//! How a phase ends.

use std::borrow::Cow;
use std::sync::Arc;

use crate::rule::Rule;

/// The end of a phase. There is no default and no fourth way.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Every step ran and none denied.
    Allow,
    /// A step denied; nothing after it ran.
    Deny(Denied),
    /// The step of this rule asked a person and waits; nothing after it ran. Neither allow nor deny.
    Pending(Rule),
}

/// A denial and the rule that made it.
#[derive(Clone, Debug)]
pub struct Denied {
    /// What the caller may learn.
    pub denial: Denial,
    /// Which rule decided; none where the runtime itself did.
    pub rule: Option<Rule>,
}

/// Why an operation is denied.
#[derive(Clone, Debug, PartialEq)]
pub struct Denial {
    /// The stable code of the runtime's table, such as `policy.denied`.
    pub code: &'static str,
    /// The code policy or a plugin gave, which the caller sees in place of `code`.
    pub own_code: Option<Arc<str>>,
    /// The reason policy or a plugin gave; without one the table's text of `code` stands in.
    pub reason: Option<Arc<str>>,
    /// More for the caller to act on, if policy or a plugin gave any.
    pub details: Option<Arc<serde_json::Value>>,
    /// What a plugin said besides; boxed, since few say anything.
    pub aside: Option<Box<Aside>>,
}

/// What a plugin says of its denial besides code and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// More for people.
    pub description: Option<Arc<str>>,
    /// The JSON-RPC error code in place of the table's.
    pub json_rpc: Option<i32>,
}

impl Denial {
    /// A denial with the text of the table.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { code, own_code: None, reason: None, details: None, aside: None }
    }

    /// The same denial with a reason of its own.
    #[must_use]
    pub fn because(self, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: Some(Arc::from(reason.into())), ..self }
    }

    /// The code the caller sees.
    #[must_use]
    pub fn shown_code(&self) -> &str {
        self.own_code.as_deref().unwrap_or(self.code)
    }
}
