//! What the host's governance says of the objects an operation touches and of the data it gives out. Immutable for plugins and
//! policy.

use serde::{Deserialize, Serialize};

use crate::{LabelScope, NameSet};

/// Who manages an object, and what it takes to touch it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectProfile {
    /// Who manages it.
    pub managed_by: Option<String>,
    /// The permissions it takes.
    pub permissions: NameSet,
    /// The trust domain it lives in.
    pub trust_domain: Option<String>,
    /// The data it gives access to.
    pub data_scope: NameSet,
}

/// What holds for data of a name. The runtime adds the labels; the rest is for plugins that may read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataPolicy {
    /// Labels that the operation has once the capability answered, and its session where it has one.
    pub apply_labels: NameSet,
    /// How long the labels last. `session` denies what is of no session, `message` leaves the session alone.
    pub scope: Option<LabelScope>,
    /// What may be done with it; anything, where there is none.
    pub allowed_actions: Option<NameSet>,
    /// What may not.
    pub denied_actions: NameSet,
    /// How long it may be kept.
    pub retention: Option<Retention>,
}

/// How long data may be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// The longest time, in seconds.
    pub max_age_seconds: Option<u64>,
    /// The name of the rule that says so.
    pub policy: Option<String>,
    /// When it is deleted at the latest (RFC 3339).
    pub delete_after: Option<String>,
}
