//! What happened in the phases of one side of an operation, as far as policy may read it: the credential that was minted
//! and the approval that was asked for.

use std::sync::Arc;

use crate::NameSet;

/// The latest credential that was minted for the backend; the credential itself is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The audience it was granted for.
    pub audience: Arc<str>,
    /// The scopes that were granted.
    pub permissions: NameSet,
}

/// The latest approval that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elicitation {
    /// The suspended operation; what its call is repeated with.
    pub id: Arc<str>,
    /// How far it is.
    pub status: ElicitationStatus,
    /// Who is asked.
    pub approver: Arc<str>,
    /// The channel's own way to reach that person, where the policy names one.
    pub channel: Option<Arc<str>>,
}

/// How far an approval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElicitationStatus {
    /// Nobody answered yet.
    Pending,
    /// The person said yes.
    Approved,
    /// The person said no.
    Denied,
    /// Nobody answered in time.
    Expired,
}

impl ElicitationStatus {
    /// The spelling of `elicitation.status`: `pending`, `resolved` or `expired`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved | Self::Denied => "resolved",
            Self::Expired => "expired",
        }
    }

    /// The spelling of `elicitation.outcome`, once there is one: `approved` or `denied`.
    #[must_use]
    pub const fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Approved => Some("approved"),
            Self::Denied => Some("denied"),
            Self::Pending | Self::Expired => None,
        }
    }
}

/// What policy may read of the phases of one side.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhaseState {
    pub(crate) grant: Option<Grant>,
    pub(crate) elicitation: Option<Elicitation>,
}
