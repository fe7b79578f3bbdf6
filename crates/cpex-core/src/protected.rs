//! What a host is as a resource of OAuth 2.0: which tokens it takes, and who makes them.

use cpex_sdk::oauth::is_scope;
use serde::Serialize;

use crate::manager::PluginManager;
use crate::operation::Operation;
use crate::resource_url::ResourceUrl;
use crate::road::route::find;
use crate::snapshot::Snapshot;

/// The metadata of a protected resource, under the names of RFC 9728, section 2. What is empty is left out of its encoding.
///
/// It holds what documents say. What else there is to say, the host adds: a name, a page for people, signed metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProtectedResource {
    /// The URL of the resource.
    pub resource: String,
    /// The issuers whose bearer tokens are accepted, as far as they can be authorization servers: their names are URLs
    /// (RFC 8414, section 2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// How bearer tokens may be sent: `header` and `query` (RFC 6750, section 2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bearer_methods_supported: Vec<String>,
    /// The scopes that policy requires of every caller, sorted. What only some callers need, or only for some arguments, is not
    /// known beforehand and not among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
}

impl PluginManager {
    /// What the host is as a resource of that URL, for everything the document in force decides.
    #[must_use]
    pub fn protected_resource(&self, resource: &ResourceUrl) -> ProtectedResource {
        let snapshot = self.snapshot();
        let plans = snapshot.as_deref().map(|snapshot| 0..snapshot.policy.plans().len());
        ProtectedResource::new(resource, snapshot.as_deref(), plans.into_iter().flatten())
    }

    /// The same for what is in force for one operation.
    #[must_use]
    pub fn protected_resource_for(&self, resource: &ResourceUrl, operation: &Operation) -> ProtectedResource {
        let snapshot = self.snapshot();
        let plan = snapshot.as_deref().and_then(|snapshot| {
            let kind = operation.point().entity?;
            let found = find(&snapshot.policy, &operation.draft, kind).ok();
            Some(found.map_or_else(|| snapshot.policy.unmatched(kind), |found| found.plan))
        });
        ProtectedResource::new(resource, snapshot.as_deref(), plan.into_iter())
    }
}

impl ProtectedResource {
    /// What is in force under those plans together.
    fn new(resource: &ResourceUrl, snapshot: Option<&Snapshot>, plans: impl Iterator<Item = usize>) -> Self {
        let mut metadata = Self {
            resource: resource.as_str().to_owned(),
            authorization_servers: Vec::new(),
            bearer_methods_supported: Vec::new(),
            scopes_supported: Vec::new(),
        };
        for (snapshot, plan) in plans.filter_map(|plan| Some((snapshot?, plan))) {
            metadata.add(snapshot, plan);
        }
        metadata.scopes_supported.sort_unstable();
        metadata
    }

    fn add(&mut self, snapshot: &Snapshot, plan: usize) {
        let mut has_scopes = false;
        for bearer in snapshot.bearers(plan) {
            add_once(&mut self.bearer_methods_supported, bearer.method);
            let issuers = bearer.accepts.issuers.iter().map(|trusted| &*trusted.issuer);
            issuers
                .filter(|issuer| is_server(issuer))
                .for_each(|issuer| add_once(&mut self.authorization_servers, issuer));
            has_scopes |= bearer.accepts.has_scopes;
        }
        let plan = snapshot.policy.plans().get(plan).filter(|_| has_scopes);
        let required = plan.map(|plan| &*plan.required_permissions).unwrap_or_default();
        required.iter().filter(|name| is_scope(name)).for_each(|name| add_once(&mut self.scopes_supported, name));
    }
}

/// Whether an issuer can be asked for its own metadata (RFC 8414, section 2).
fn is_server(issuer: &str) -> bool {
    ResourceUrl::new(issuer).is_ok() && !issuer.contains('?')
}

fn add_once(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|known| known == name) {
        list.push(name.to_owned());
    }
}
