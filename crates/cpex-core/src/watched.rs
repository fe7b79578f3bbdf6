//! What is watched of one side of an operation that is decided again.

use std::sync::Arc;

use apl_cpex::Reads;
use serde_json::Value as Json;

/// What is watched of one side.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) reads: Arc<Reads>,
    /// The record, once it was made.
    pub(crate) record: Option<Json>,
}

impl Watched {
    /// The same for a branch.
    pub(crate) fn branch(&self) -> Box<Self> {
        Box::new(Self { reads: Arc::clone(&self.reads), record: None })
    }
}
