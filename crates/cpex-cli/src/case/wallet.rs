//! The principals a step states, as scripted identity plugins hand them out.

use std::sync::{Mutex, PoisonError};

use cpex::cmf::{Identity, Principal};

/// Which principal a plugin is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Subject,
    Client,
    CallerWorkload,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Subject, Self::Client, Self::CallerWorkload];

    /// The kind a plugin's `role` names.
    pub(crate) fn of_role(role: &str) -> Option<Self> {
        match role {
            "user" => Some(Self::Subject),
            "client" => Some(Self::Client),
            "caller_workload" => Some(Self::CallerWorkload),
            _ => None,
        }
    }

    fn of(principal: &Principal) -> Self {
        match principal {
            Principal::Subject(_) => Self::Subject,
            Principal::Client(_) => Self::Client,
            Principal::CallerWorkload(_) => Self::CallerWorkload,
        }
    }

    /// What a person calls it, after `no authenticator in force yields`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Subject => "the subject",
            Self::Client => "the client",
            Self::CallerWorkload => "the workload",
        }
    }
}

/// What the identity plugins of a case share.
#[derive(Debug, Default)]
pub(crate) struct Wallet {
    /// None while the plugins of the document verify for themselves.
    held: Mutex<Option<Vec<Principal>>>,
}

/// What a wallet answers a plugin.
#[derive(Debug, PartialEq)]
pub(crate) enum Handed {
    /// The plugin of the document verifies for itself.
    AskReal,
    Nothing,
    One(Box<Principal>),
}

impl Wallet {
    /// Holds the principals of an identity until they are handed out.
    pub(crate) fn fill(&self, identity: &Identity) {
        let subject = identity.subject.clone().map(Principal::Subject);
        let client = identity.client.clone().map(Principal::Client);
        let workload = identity.caller_workload.clone().map(Principal::CallerWorkload);
        self.set(Some([subject, client, workload].into_iter().flatten().collect()));
    }

    /// Lets the plugins of the document verify for themselves.
    pub(crate) fn step_aside(&self) {
        self.set(None);
    }

    /// Hands out the principal a plugin is there for, else one that no plugin of the document is there for (`spare`).
    /// A plugin that says nothing of what it is there for gets the first.
    pub(crate) fn hand(&self, wanted: Option<Kind>, spare: &[Kind]) -> Handed {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(principals) = held.as_mut() else { return Handed::AskReal };
        let find = |fits: &dyn Fn(Kind) -> bool| principals.iter().position(|principal| fits(Kind::of(principal)));
        let at = match wanted {
            Some(wanted) => find(&|kind| kind == wanted).or_else(|| find(&|kind| spare.contains(&kind))),
            None => find(&|_| true),
        };
        at.map_or(Handed::Nothing, |at| Handed::One(Box::new(principals.remove(at))))
    }

    /// The kinds of principals that nobody asked for.
    pub(crate) fn left(&self) -> Vec<Kind> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().flatten().map(Kind::of).collect()
    }

    fn set(&self, principals: Option<Vec<Principal>>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = principals;
    }
}

/// The kinds of principals that none of these roles is there for.
pub(crate) fn spare(roles: &[Option<Kind>]) -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| !roles.contains(&Some(*kind))).collect()
}
