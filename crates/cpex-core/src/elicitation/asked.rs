//! What a store holds of an operation that waits and of its questions.

use cpex_sdk::StoreError;
use cpex_sdk::elicitation::{decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The version of these shapes.
const VERSION: u8 = 1;

/// An operation that waits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Suspended {
    /// What its approvals are bound to.
    pub(super) binding: [u8; 32],
}

/// One question of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Who was asked.
    pub(crate) approver: [u8; 32],
    /// The arguments it was asked about; none where a scope says what the answer is good for.
    pub(crate) arguments: Option<[u8; 32]>,
    /// When the answer is worth nothing any more, in milliseconds since the Unix epoch.
    pub(crate) expires_ms: u64,
}

pub(super) fn write(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, String> {
    encode(VERSION, value).map_err(|error| in_store(&error))
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    decode(VERSION, bytes).map_err(|error| in_store(&error))
}

fn in_store(error: &StoreError) -> String {
    format!("elicitation store: {error}")
}
