//! Sets of names: roles, permissions, scopes, labels.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A sorted set of names. A clone shares the names; an insertion makes a new set; the empty set allocates nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameSet(
    // INVARIANT: `None` is the only form of the empty set.
    Option<Arc<[Arc<str>]>>,
);

impl NameSet {
    /// The set of no names.
    pub const EMPTY: Self = Self(None);

    /// The names in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Arc<str>] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether the set holds the name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.as_slice().binary_search_by(|held| (**held).cmp(name)).is_ok()
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The set with one more name; the same set where it already holds it.
    #[must_use]
    pub fn with(&self, name: Arc<str>) -> Self {
        match self.as_slice().binary_search(&name) {
            Ok(_) => self.clone(),
            Err(at) => {
                let (before, after) = self.as_slice().split_at(at);
                Self(Some(before.iter().cloned().chain(std::iter::once(name)).chain(after.iter().cloned()).collect()))
            }
        }
    }

    /// Both sets in one.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        other.as_slice().iter().fold(self.clone(), |set, name| set.with(Arc::clone(name)))
    }
}

impl<T: Into<Arc<str>>> FromIterator<T> for NameSet {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut names: Vec<Arc<str>> = names.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        Self((!names.is_empty()).then(|| names.into()))
    }
}

impl Serialize for NameSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_slice())
    }
}

impl<'de> Deserialize<'de> for NameSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<String>::deserialize(deserializer)?.into_iter().collect())
    }
}
