//! The keys of a document, and whose they are.

use std::collections::HashMap;

use apl_cmf::Subject;
use subtle::ConstantTimeEq as _;

use super::hash::{self, CostlyHash};

/// Keys by their hashes, each with its subject.
#[derive(Default)]
pub(super) struct Ring {
    random: Vec<([u8; 32], Subject)>,
    costly: HashMap<String, (CostlyHash, Subject)>,
}

impl Ring {
    /// Adds a random key; false where it is there already.
    pub(super) fn add_random(&mut self, digest: [u8; 32], subject: Subject) -> bool {
        let is_new = self.random.iter().all(|(held, _)| *held != digest);
        if is_new {
            self.random.push((digest, subject));
        }
        is_new
    }

    /// Adds a key that begins with that `id`; false where one does already.
    pub(super) fn add_costly(&mut self, id: &str, hash: CostlyHash, subject: Subject) -> bool {
        let is_new = !self.costly.contains_key(id);
        if is_new {
            self.costly.insert(id.to_owned(), (hash, subject));
        }
        is_new
    }

    /// Whose random key this is. All of them are looked at, whichever it is.
    pub(super) fn random(&self, key: &str) -> Option<&Subject> {
        let digest = hash::digest_of(key);
        let mut found = None;
        for (held, subject) in &self.random {
            if bool::from(held.ct_eq(&digest)) {
                found = Some(subject);
            }
        }
        found
    }

    /// The hash this key must be of, by the `id` it begins with, and whose it then is.
    pub(super) fn costly(&self, key: &str) -> Option<&(CostlyHash, Subject)> {
        let (id, _) = key.split_once('.')?;
        self.costly.get(id)
    }
}
