//! Lines that are about the log itself: checkpoints, and gaps.

use cpex_sdk::audit::Id;
use serde::Serialize;

use crate::chain::Hash;

/// A line about the log itself.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Stream and sequence, for envelopes that want a name.
    pub(crate) place: (Id, u64),
    /// When it was written, milliseconds since the Unix epoch.
    pub(crate) time_ms: u64,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    Checkpoint(Checkpoint),
    Gap(Gap),
}

/// Says, under a signature that follows it, how far the stream has come.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Checkpoint {
    pub(crate) kind: Kind,
    pub(crate) time_ms: u64,
    /// Whether it is the first line of a file.
    pub(crate) opens: bool,
    /// How many other streams of the process go on in the file.
    pub(crate) others: usize,
    /// Records of the stream so far.
    pub(crate) records: u64,
    /// Records of the stream that were not written, so far.
    pub(crate) dropped: u64,
    /// Hash of what stands between the last whole line and this one.
    pub(crate) torn: Option<Hash>,
    /// Digest of the public key.
    pub(crate) key: Hash,
}

/// Why a checkpoint is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The stream begins.
    Start,
    /// The stream goes on in another file.
    Continue,
    /// The line before could not be written whole.
    Resume,
    /// So many records were written.
    Interval,
    /// The stream leaves the file.
    Rotate,
    /// The stream ends.
    Close,
}

/// Says how many records are missing here.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Gap {
    pub(crate) time_ms: u64,
    pub(crate) dropped: u64,
}

impl Body {
    /// What the line is.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Checkpoint(_) => "checkpoint",
            Self::Gap(_) => "gap",
        }
    }
}
