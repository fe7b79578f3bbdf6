//! How performing an effect ended.

use std::sync::Arc;

use apl_core::Reply;

/// How an effect ended.
pub(crate) struct Performed {
    pub(crate) reply: Reply,
    /// The plugin that refused, if one did.
    pub(crate) control: Option<Arc<str>>,
}

impl From<Reply> for Performed {
    fn from(reply: Reply) -> Self {
        Self { reply, control: None }
    }
}
