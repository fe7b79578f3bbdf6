//! Hooks of HTTP hosts that ask plugins who a user is and what a user may do.
//!
//! What they answer is for the host's own pages. Who calls in the eyes of policy is known from `authentication` alone.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

crate::define_hook! {
    /// Before a host knows the user of an HTTP request; a plugin answers by setting `user`.
    pub HttpAuthResolveUser "http_auth_resolve_user" => UserPayload;
    /// Before a host lets a user do something; a plugin answers by setting `granted`, or denies.
    pub HttpAuthCheckPermission "http_auth_check_permission" => PermissionPayload;
}

/// A user who is to be found. Headers that carry credentials are the host's to leave out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPayload {
    /// Method of the request.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its headers, by lower-cased name.
    #[serde(default)]
    pub headers: Map<String, Json>,
    /// Address of the client, as the host knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_host: Option<String>,
    /// The user, once a plugin found one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Json>,
}

/// A permission that is to be checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionPayload {
    /// The user, in words of the host.
    pub user: String,
    /// The permission, such as `tools.execute`.
    pub permission: String,
    /// What sort of thing it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The team it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// What was decided; none until a plugin decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// Why, for the host's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
