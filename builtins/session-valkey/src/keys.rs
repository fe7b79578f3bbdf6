//! What things are kept under. All names are digests: whoever lists the keys learns how much there is, and nothing else.

use std::fmt::Write as _;
use std::sync::Arc;

use cpex_sdk::SessionKey;
use cpex_sdk::elicitation::StoreKey;

/// The keys below one prefix.
#[derive(Clone)]
pub(crate) struct Keys {
    prefix: Arc<str>,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    /// The set of labels of a session.
    pub(crate) fn session(&self, key: &SessionKey) -> String {
        self.name("session", None, &key.0)
    }

    /// The string of an entry.
    pub(crate) fn entry(&self, key: &StoreKey) -> String {
        self.name("entry", Some(key.sort), &key.digest)
    }

    /// The sorted set of the entries on a shelf.
    pub(crate) fn shelf(&self, key: &StoreKey) -> String {
        self.name("shelf", Some(key.sort), &key.digest)
    }

    fn name(&self, what: &str, sort: Option<&str>, digest: &[u8; 32]) -> String {
        let sort = sort.unwrap_or_default();
        let mut name = String::with_capacity(self.prefix.len() + what.len() + sort.len() + 66);
        for part in [&*self.prefix, what, ":"] {
            name.push_str(part);
        }
        if !sort.is_empty() {
            name.push_str(sort);
            name.push(':');
        }
        for byte in digest {
            // Writing to text cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_have_one_key() {
        let keys = Keys::new("cpex:");
        let digest = [0xab; 32];
        let hex = "ab".repeat(32);
        assert_eq!(keys.session(&SessionKey(digest)), format!("cpex:session:{hex}"));
        let key = StoreKey { sort: "inbox.question", digest };
        assert_eq!(keys.entry(&key), format!("cpex:entry:inbox.question:{hex}"));
        assert_eq!(keys.shelf(&key), format!("cpex:shelf:inbox.question:{hex}"));
    }
}
