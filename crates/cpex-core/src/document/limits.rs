//! What bounds the reading of a document.

/// Bounds on one document. A document past any of them is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the text, in bytes.
    pub bytes: usize,
    /// How deep lists and maps may nest.
    pub depth: usize,
    /// How many values the tree may have once aliases are expanded; what an anchor keeps for its aliases counts too.
    pub nodes: usize,
}

impl Default for Limits {
    /// 8 MiB, 64 levels, a million values: far above a document of ten thousand routes.
    fn default() -> Self {
        Self { bytes: 8 << 20, depth: 64, nodes: 1_000_000 }
    }
}
