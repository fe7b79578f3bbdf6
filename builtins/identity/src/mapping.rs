//! From verified claims to the principal they speak for.
//!
//! What each identity provider says of its tokens, as far as it goes beyond the claims that are registered:
//!
//! | provider | user | client |
//! |---|---|---|
//! | `keycloak` | adds the roles of the realm, and those of the clients that the audiences of the issuer name | the same |
//! | `auth0` | permissions are `permissions` and never words of `scope`, which the caller asked for; tenant is `org_id` | permissions are `permissions` |
//! | `cognito` | adds `cognito:groups` to roles and to teams | adds `cognito:groups` to roles |
//!
//! Attributes that begin with `custom:` are read by none of them, for a user pool may let its users write those.

mod claim;
mod spiffe;

use apl_cmf::{Client, Principal, Subject, Workload};
use serde_json::Value as Json;

pub(crate) use self::claim::{ClaimPath, Claims, Names};
use self::claim::{first, paths, text, whole, words};
use crate::refusal::Refusal;

/// Which principal a token states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    User,
    Client,
    CallerWorkload,
}

/// Whose habits tokens follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Standard,
    Keycloak,
    Auth0,
    Cognito,
}

/// Where in the claims each attribute of a principal is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) role: Role,
    provider: Provider,
    /// The first that is there.
    pub(crate) id: Vec<ClaimPath>,
    /// The first that is there.
    pub(crate) tenant: Vec<ClaimPath>,
    pub(crate) roles: Names,
    pub(crate) permissions: Names,
    pub(crate) teams: Names,
    scopes: Names,
}

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
            provider: Provider::Standard,
            id: paths(id),
            tenant: paths(tenant),
            roles: Names::First(paths(&["roles"])),
            permissions: for_user(&["permissions", "scope"]),
            teams: for_user(&["teams", "groups"]),
            scopes: Names::First(paths(&["authorized_scopes", "scope"])),
        }
    }

    /// The same as far as that provider has no habits of its own.
    pub(crate) fn of(provider: Provider, role: Role) -> Self {
        let mut mapping = Self { provider, ..Self::standard(role) };
        match (provider, role) {
            (Provider::Standard, _) | (_, Role::CallerWorkload) => {}
            (Provider::Keycloak, _) => mapping.roles = Names::All(paths(&["roles", "realm_access.roles"])),
            (Provider::Auth0, Role::Client) => mapping.permissions = Names::First(paths(&["permissions"])),
            (Provider::Auth0, Role::User) => {
                mapping.permissions = Names::First(paths(&["permissions"]));
                mapping.tenant = paths(&["org_id"]);
            }
            (Provider::Cognito, Role::Client) => mapping.roles = Names::All(paths(&["roles", "cognito:groups"])),
            (Provider::Cognito, Role::User) => {
                mapping.roles = Names::All(paths(&["roles", "cognito:groups"]));
                mapping.teams = Names::All(paths(&["teams", "groups", "cognito:groups"]));
            }
        }
        mapping
    }

    /// The same for tokens that are meant for these. What Keycloak says of roles in other clients is about those clients.
    pub(crate) fn meant_for(mut self, audiences: &[String]) -> Self {
        if let (Provider::Keycloak, Names::All(roles)) = (self.provider, &mut self.roles) {
            let steps = |client: &String| vec!["resource_access".to_owned(), client.clone(), "roles".to_owned()];
            roles.extend(audiences.iter().map(|client| ClaimPath::Steps(steps(client))));
        }
        self
    }

    /// Whether scopes of a token may be permissions of its user.
    pub(crate) fn has_scopes(&self) -> bool {
        self.role == Role::User && self.permissions.reads("scope")
    }

    /// Whom a token is meant for, as `aud` says it. An access token of Cognito that has none is meant for the client it was
    /// made for.
    pub(crate) fn audience<'c>(&self, claims: &'c Claims) -> Option<&'c Json> {
        let is_access = || claims.get("token_use").is_some_and(|made_for| made_for == "access");
        match claims.get("aud") {
            None if self.provider == Provider::Cognito && is_access() => claims.get("client_id"),
            audience => audience,
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

fn workload(id: String) -> Result<Workload, Refusal> {
    let trust_domain = spiffe::trust_domain(&id).ok_or(Refusal::invalid("the workload is not named by a SPIFFE ID"))?;
    Ok(Workload { trust_domain: trust_domain.to_owned(), spiffe_id: id })
}

#[cfg(test)]
mod tests;
