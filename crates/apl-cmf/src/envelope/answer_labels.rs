//! The labels that the host's data policies put on what a capability answers.

use std::sync::Arc;

use super::Envelope;
use crate::change::{Author, LabelScope};

impl Envelope {
    /// The scopes of the data policies that put labels on what the capability answers; none of one that says nothing of it.
    pub fn answer_scopes(&self) -> impl Iterator<Item = Option<LabelScope>> {
        self.data().values().filter(|policy| !policy.apply_labels.is_empty()).map(|policy| policy.scope)
    }

    /// The labels that data policies put on what the capability answers, each with its author. The message has them all; the
    /// session has those that are not of the message alone.
    #[must_use]
    pub fn answer_labels(&self, scope: LabelScope) -> Vec<(Author, Arc<str>)> {
        let mut labels = Vec::new();
        for (name, policy) in self.data() {
            let is_left_out = scope == LabelScope::Session && policy.scope == Some(LabelScope::Message);
            if policy.apply_labels.is_empty() || is_left_out {
                continue;
            }
            let author = Author::Host(format!("security.data.{name}").into());
            labels.extend(policy.apply_labels.as_slice().iter().map(|label| (author.clone(), Arc::clone(label))));
        }
        labels
    }
}
