//! From verified claims to the principal they speak for.
//!
//! A claim that is mapped and has another shape than it should is refused: leaving it out would be right for a policy that
//! asks for a role, and wrong for one that excludes it.

mod spiffe;

use apl_cmf::{Client, NameSet, Principal, Subject, Workload};
use serde_json::{Map, Value as Json};

use crate::refusal::Refusal;

type Claims = Map<String, Json>;

/// Which principal a token states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    User,
    Client,
    CallerWorkload,
}

/// Where in the claims each attribute of a principal is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) role: Role,
    /// The first that is there.
    pub(crate) id: Vec<ClaimPath>,
    /// The first that is there.
    pub(crate) tenant: Vec<ClaimPath>,
    pub(crate) roles: Names,
    pub(crate) permissions: Names,
    pub(crate) teams: Names,
    scopes: Names,
}

/// Where a set of names is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// The first claim that is there, even if it is empty.
    First(Vec<ClaimPath>),
    /// All of them together.
    All(Vec<ClaimPath>),
}

/// A claim by its name, or by the names of the objects it stands in and its own, joined by dots. A claim whose whole name
/// is that text comes first, for names of claims may be URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimPath(pub(crate) String);

impl Mapping {
    /// The claims that are registered or widely used (RFC 7519, RFC 8693, RFC 9068, JWT-SVID).
    pub(crate) fn standard(role: Role) -> Self {
        let nothing = || Names::First(Vec::new());
        let (id, tenant): (&[&str], &[&str]) = match role {
            Role::User => (&["sub"], &["tenant", "tid"]),
            Role::Client => (&["client_id", "azp"], &[]),
            Role::CallerWorkload => (&["sub", "spiffe_id"], &[]),
        };
        let for_user = |names: &[&str]| if role == Role::User { Names::First(paths(names)) } else { nothing() };
        Self {
            role,
            id: paths(id),
            tenant: paths(tenant),
            roles: Names::First(paths(&["roles"])),
            permissions: for_user(&["permissions", "scope"]),
            teams: for_user(&["teams", "groups"]),
            scopes: Names::First(paths(&["authorized_scopes", "scope"])),
        }
    }

    /// The principal of a token whose claims were checked.
    pub(crate) fn principal(&self, claims: Claims) -> Result<Principal, Refusal> {
        let id = first(&claims, &self.id).map(text).transpose()?.filter(|id| !id.is_empty());
        let id = id.ok_or(Refusal::invalid("the claim that identifies the principal is missing or empty"))?.to_owned();
        match self.role {
            Role::User => self.subject(id, claims).map(Principal::Subject),
            Role::Client => self.client(id, claims).map(Principal::Client),
            Role::CallerWorkload => workload(id).map(Principal::CallerWorkload),
        }
    }

    fn subject(&self, id: String, claims: Claims) -> Result<Subject, Refusal> {
        Ok(Subject {
            id,
            issuer: claims.get("iss").and_then(Json::as_str).map(str::to_owned),
            tenant: first(&claims, &self.tenant).map(text).transpose()?.map(str::to_owned),
            roles: self.roles.read(&claims, whole)?,
            permissions: self.permissions.read(&claims, words)?,
            teams: self.teams.read(&claims, whole)?,
            claims,
            ..Subject::default()
        })
    }

    fn client(&self, id: String, claims: Claims) -> Result<Client, Refusal> {
        Ok(Client {
            id,
            scopes: self.scopes.read(&claims, words)?,
            authorized_scopes: Names::First(paths(&["authorized_scopes"])).read(&claims, words)?,
            audiences: Names::First(paths(&["aud"])).read(&claims, whole)?,
            roles: self.roles.read(&claims, whole)?,
            permissions: self.permissions.read(&claims, words)?,
            teams: self.teams.read(&claims, whole)?,
            claims,
            ..Client::default()
        })
    }
}

impl Names {
    /// The set, with a text that stands where a list could be taken apart by `split`.
    fn read(&self, claims: &Claims, split: fn(&str) -> NameSet) -> Result<NameSet, Refusal> {
        match self {
            Self::First(paths) => first(claims, paths).map_or(Ok(NameSet::EMPTY), |claim| names(claim, split)),
            Self::All(paths) => {
                let claims = paths.iter().filter_map(|path| path.find(claims));
                claims.map(|claim| names(claim, split)).try_fold(NameSet::EMPTY, |all, more| Ok(all.union(&more?)))
            }
        }
    }
}

impl ClaimPath {
    /// The claim; one that is `null` is not there.
    fn find<'c>(&self, claims: &'c Claims) -> Option<&'c Json> {
        let mut steps = self.0.split('.');
        let nested =
            || steps.next().and_then(|name| claims.get(name)).and_then(|outer| steps.try_fold(outer, Json::get));
        claims.get(&self.0).or_else(nested).filter(|claim| !claim.is_null())
    }
}

fn paths(names: &[&str]) -> Vec<ClaimPath> {
    names.iter().map(|name| ClaimPath((*name).to_owned())).collect()
}

fn first<'c>(claims: &'c Claims, paths: &[ClaimPath]) -> Option<&'c Json> {
    paths.iter().find_map(|path| path.find(claims))
}

fn text(claim: &Json) -> Result<&str, Refusal> {
    claim.as_str().ok_or(Refusal::malformed("a claim that is mapped to an identifier or a tenant is not text"))
}

fn names(claim: &Json, split: fn(&str) -> NameSet) -> Result<NameSet, Refusal> {
    let names = match claim {
        Json::String(text) => Some(split(text)),
        Json::Array(items) => items.iter().map(Json::as_str).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => None,
    };
    names.ok_or(Refusal::malformed("a claim that is mapped to names is neither text nor a list of texts"))
}

/// One name, which may contain spaces.
fn whole(text: &str) -> NameSet {
    std::iter::once(text).collect()
}

/// Names that spaces part (RFC 6749, section 3.3).
fn words(text: &str) -> NameSet {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

fn workload(id: String) -> Result<Workload, Refusal> {
    let trust_domain = spiffe::trust_domain(&id).ok_or(Refusal::invalid("the workload is not named by a SPIFFE ID"))?;
    Ok(Workload { trust_domain: trust_domain.to_owned(), spiffe_id: id })
}

#[cfg(test)]
mod tests;
