//! `run(name)`, `plugin(name)`: invokes a plugin, which may deny or modify as its mode allows.

use std::sync::Arc;

/// Invokes a declared plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its name in the document.
    pub plugin: Arc<str>,
    /// Its index among the declared plugins.
    pub index: usize,
}
