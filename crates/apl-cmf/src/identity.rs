//! Who is calling, as verified by an identity plugin or vouched for by the host.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::NameSet;

/// The verified principals of one operation. Each is stated at most once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The end user, service or agent on whose behalf the operation runs.
    pub subject: Option<Subject>,
    /// The OAuth client that asks.
    pub client: Option<Client>,
    /// The attested workload that asks.
    pub caller_workload: Option<Workload>,
}

impl Identity {
    /// That of an anonymous caller.
    pub const NOBODY: &'static Self = &Self { subject: None, client: None, caller_workload: None };

    /// Whether anybody was verified or vouched for.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.subject.is_some() || self.client.is_some() || self.caller_workload.is_some()
    }

    /// Adds a principal; gives it back if one of its kind is already stated.
    ///
    /// # Errors
    /// The principal itself, when there is one of its kind.
    pub fn establish(&mut self, principal: Principal) -> Result<(), Box<Principal>> {
        match principal {
            Principal::Subject(subject) if self.subject.is_none() => self.subject = Some(subject),
            Principal::Client(client) if self.client.is_none() => self.client = Some(client),
            Principal::CallerWorkload(workload) if self.caller_workload.is_none() => {
                self.caller_workload = Some(workload);
            }
            other => return Err(Box::new(other)),
        }
        Ok(())
    }
}

/// What a principal is to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// The end user, service or agent on whose behalf it runs.
    Subject,
    /// The OAuth client that asks.
    Client,
    /// The attested workload that asks.
    CallerWorkload,
}

/// One verified principal, as an identity plugin answers it.
#[derive(Clone, Debug, PartialEq)]
pub enum Principal {
    /// The end user, service or agent.
    Subject(Subject),
    /// The OAuth client.
    Client(Client),
    /// The attested workload.
    CallerWorkload(Workload),
}

impl Principal {
    /// What it is to the operation.
    #[must_use]
    pub const fn kind(&self) -> PrincipalKind {
        match self {
            Self::Subject(_) => PrincipalKind::Subject,
            Self::Client(_) => PrincipalKind::Client,
            Self::CallerWorkload(_) => PrincipalKind::CallerWorkload,
        }
    }
}

/// The caller on whose behalf an operation runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subject {
    /// The identifier, unique within the issuer.
    pub id: String,
    /// What sort of caller it is.
    #[serde(rename = "type")]
    pub kind: SubjectKind,
    /// Who asserted the identity; `iss` of a token.
    pub issuer: Option<String>,
    /// The tenant it belongs to.
    pub tenant: Option<String>,
    /// Its roles.
    pub roles: NameSet,
    /// Its permissions.
    pub permissions: NameSet,
    /// Its teams.
    pub teams: NameSet,
    /// Every claim of the token in its JSON shape.
    pub claims: Map<String, Json>,
}

/// What sort of caller a [`Subject`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// A person.
    #[default]
    User,
    /// An agent of its own standing.
    Agent,
    /// A service account.
    Service,
    /// The system itself.
    System,
}

impl SubjectKind {
    /// The spelling of documents, attributes and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Service => "service",
            Self::System => "system",
        }
    }
}

/// A verified OAuth client (RFC 6749, section 2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// The client identifier.
    pub id: String,
    /// How far the operator trusts it, in the operator's words.
    pub trust_level: Option<String>,
    /// The scopes of its token.
    pub scopes: NameSet,
    /// The scopes it was authorized for.
    pub authorized_scopes: NameSet,
    /// Its roles.
    pub roles: NameSet,
    /// Its permissions.
    pub permissions: NameSet,
    /// The audiences of its token.
    pub audiences: NameSet,
    /// Its teams.
    pub teams: NameSet,
    /// Every claim of its token in its JSON shape.
    pub claims: Map<String, Json>,
}

/// An attested workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workload {
    /// Its SPIFFE ID, `spiffe://<trust domain>/<path>`.
    pub spiffe_id: String,
    /// The trust domain of that ID.
    pub trust_domain: String,
}
