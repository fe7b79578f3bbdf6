//! The identifier of a suspended operation, and the digests under which a store holds what it waits for.

use std::fmt;
use std::sync::Arc;

use apl_cmf::Envelope;
use cpex_sdk::elicitation::{QuestionId, StoreKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value as Json};
use sha2::Sha256;

use super::asked::Asked;
use crate::session::principal;

/// Whose operation it is, and under what.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'b> {
    /// The caller by kind, issuer and id.
    principal: (&'static str, Option<&'b str>, &'b str),
    route: Option<&'b str>,
    /// Digest of the document.
    policy: &'b str,
}

/// A suspended operation, as its identifier names it.
#[derive(Clone)]
pub(crate) struct Suspension {
    pub(crate) id: Arc<str>,
    /// Keyed by the identifier.
    mac: Hmac<Sha256>,
}

impl<'b> Binding<'b> {
    /// What an approval of this operation is bound to; none where nobody is identified.
    pub(crate) fn of(envelope: &'b Envelope, route: Option<&'b str>, policy: &'b str) -> Option<Self> {
        Some(Self { principal: principal(envelope)?, route, policy })
    }
}

impl Suspension {
    /// The operation of that identifier; none where digests cannot be keyed.
    pub(crate) fn of(id: Arc<str>) -> Option<Self> {
        let mac = Hmac::new_from_slice(id.as_bytes()).ok()?;
        Some(Self { id, mac })
    }

    /// What is kept of the operation itself.
    pub(super) fn operation_key(&self) -> StoreKey {
        StoreKey { sort: "elicitation.operation", digest: self.digest(&[Some(b"operation")]) }
    }

    /// What is kept of the question of a rule.
    pub(super) fn question_key(&self, rule: &str) -> StoreKey {
        StoreKey { sort: "elicitation.question", digest: self.digest(&[Some(b"rule"), Some(rule.as_bytes())]) }
    }

    /// That its approvals were used.
    pub(super) fn used_key(&self) -> StoreKey {
        StoreKey { sort: "elicitation.used", digest: self.digest(&[Some(b"used")]) }
    }

    /// What its approvals are bound to.
    pub(super) fn binding(&self, binding: &Binding<'_>) -> [u8; 32] {
        let Binding { principal: (kind, issuer, id), route, policy } = *binding;
        let parts = [Some("binding"), Some(kind), issuer, Some(id), route, Some(policy)];
        self.digest(&parts.map(|part| part.map(str::as_bytes)))
    }

    /// Who is asked.
    pub(crate) fn approver(&self, approver: &str) -> [u8; 32] {
        self.digest(&[Some(b"approver"), Some(approver.as_bytes())])
    }

    /// What is asked about (RFC 8785); none where it has no JSON.
    pub(crate) fn arguments(&self, arguments: Option<&Map<String, Json>>) -> Option<[u8; 32]> {
        let bytes = serde_json_canonicalizer::to_vec(&arguments).ok()?;
        Some(self.digest(&[Some(b"arguments"), Some(&bytes)]))
    }

    /// What the question of a rule is called by: a digest of all that was asked, so that no answer is one to anything else.
    pub(crate) fn question(&self, rule: &str, asked: &Asked) -> QuestionId {
        let Asked { approver, arguments, expires_ms } = asked;
        let expires = expires_ms.to_be_bytes();
        let arguments = arguments.as_ref().map(|digest| &digest[..]);
        QuestionId(self.digest(&[Some(b"question"), Some(rule.as_bytes()), Some(approver), arguments, Some(&expires)]))
    }

    /// The keyed digest of a list of parts. Each goes with its length, so that no two lists give one input.
    fn digest(&self, parts: &[Option<&[u8]>]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in parts {
            match part {
                None => mac.update(&[0]),
                Some(part) => {
                    mac.update(&[1]);
                    mac.update(&(part.len() as u64).to_be_bytes());
                    mac.update(part);
                }
            }
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Suspension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspension").finish_non_exhaustive()
    }
}
