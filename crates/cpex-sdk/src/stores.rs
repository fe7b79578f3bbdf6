//! The stores that a document names in one.

use std::fmt;
use std::sync::Arc;

use crate::config::ConfigFault;
use crate::elicitation::ElicitationStore;
use crate::session::SessionStore;

/// What keeps the state that outlives operations: what `global.session_store` of a document names.
#[derive(Clone)]
pub struct Stores {
    /// Keeps the labels of sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Keeps what waits for a person, so that a document has one place for both; none where that is not for this store. A
    /// host that brings its own keeps it there.
    pub elicitations: Option<Arc<dyn ElicitationStore>>,
    /// What is worth knowing about the config all the same, each at its place in it. The document loads.
    pub warnings: Vec<ConfigFault>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}
