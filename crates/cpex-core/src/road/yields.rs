//! What the steps of an operation leave for its end.

use std::sync::Arc;

use apl_cpex::Narrowing;

/// What steps left so far.
#[derive(Default)]
pub(crate) struct Yields {
    /// What narrows the host's router.
    pub(crate) narrowings: Vec<Narrowing>,
    /// Labels that the session loses if the operation is allowed to its end.
    pub(crate) declassified: Vec<Arc<str>>,
    /// The suspended operation whose approvals let this one go on; they are used up by it.
    pub(crate) approved: Option<Arc<str>>,
    /// In a branch, the labels it added to the session: they stay even where a step written before, outside of the branch,
    /// declassified them.
    retained: Option<Vec<Arc<str>>>,
}

impl Yields {
    /// What a branch begins with.
    pub(crate) fn of_branch() -> Self {
        Self { retained: Some(Vec::new()), ..Self::default() }
    }

    /// A label was added to the session: what is added after it was declassified stays.
    pub(crate) fn retain(&mut self, label: &Arc<str>) {
        self.declassified.retain(|declassified| declassified != label);
        if let Some(retained) = &mut self.retained {
            retained.push(Arc::clone(label));
        }
    }

    /// Takes over what a branch left, after what was left before.
    pub(crate) fn merge(&mut self, branch: Self) {
        self.narrowings.extend(branch.narrowings);
        for label in branch.retained.iter().flatten() {
            self.retain(label);
        }
        self.declassified.extend(branch.declassified);
    }
}
