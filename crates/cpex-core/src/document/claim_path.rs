//! A path of claims, as `plugin_settings.sessions` names one.

use serde_json::{Map, Value as Json};

/// Where a claim stands among those of a token: its name, or the names of the objects it stands in and its own, joined by
/// dots. A claim whose whole name is that text comes first, for names of claims may be URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath {
    text: Box<str>,
    steps: Box<[Box<str>]>,
}

impl ClaimPath {
    /// Reads a path; none where a name in it is empty.
    pub(super) fn read(text: &str) -> Option<Self> {
        let steps: Box<[Box<str>]> = text.split('.').map(Box::from).collect();
        let is_whole = steps.iter().all(|step| !step.trim().is_empty());
        is_whole.then(|| Self { text: text.into(), steps })
    }

    /// The path as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The claim, if it is there.
    #[must_use]
    pub fn find<'c>(&self, claims: &'c Map<String, Json>) -> Option<&'c Json> {
        claims.get(&*self.text).or_else(|| {
            let (first, within) = self.steps.split_first()?;
            within.iter().try_fold(claims.get(&**first)?, |object, step| object.get(&**step))
        })
    }
}
