//! What the store holds of questions and answers, and under which keys.

use cpex_sdk::StoreError;
use cpex_sdk::elicitation::{Approver, OpenQuestion, QuestionId, StoreKey, Verdict, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The version of these shapes.
const VERSION: u8 = 1;

/// A question that waits for a person.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// Who was asked.
    pub(super) approver: String,
    /// Who must have verified that person; none where nobody vouches for identifiers.
    pub(super) issuer: Option<String>,
    pub(super) open: OpenQuestion,
}

/// An answer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    pub(super) question: QuestionId,
    pub(super) verdict: Verdict,
    /// Who answered.
    pub(super) by: String,
    /// When it counts no more, in milliseconds since the Unix epoch.
    pub(super) expires_ms: u64,
}

impl Kept {
    /// Whether that person was asked.
    pub(super) fn is_for(&self, approver: &Approver<'_>) -> bool {
        self.approver == approver.id && self.issuer.as_deref() == approver.issuer
    }
}

pub(super) fn write(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    encode(VERSION, value)
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    decode(VERSION, bytes)
}

/// What a question is kept under.
pub(super) const fn question_key(question: &QuestionId) -> StoreKey {
    StoreKey { sort: "inbox.question", digest: question.0 }
}

/// What the answer to it is kept under.
pub(super) const fn answer_key(question: &QuestionId) -> StoreKey {
    StoreKey { sort: "inbox.answer", digest: question.0 }
}

/// The shelf of the questions to a person in an inbox.
pub(super) fn shelf(inbox: &str, approver: &Approver<'_>) -> StoreKey {
    let mut hash = Sha256::new();
    for part in [Some(inbox), approver.issuer, Some(approver.id)] {
        // Each part goes with its length, so that no two lists of parts give one input.
        hash.update([u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    StoreKey { sort: "inbox.approver", digest: hash.finalize().into() }
}
