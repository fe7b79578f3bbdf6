//! The config of a `delegator/oauth`: its keys, and what they mean.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check, seconds};
use cpex_sdk::delegation::OutboundHeader;
use cpex_sdk::{Host, oauth, peer};
use serde_json::{Map, Value as Json};

use crate::cache::Cache;
use crate::endpoint::Endpoint;
use crate::form::{ACCESS_TOKEN, is_absolute_uri};

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::required("token_endpoint", Shape::Text, "Where tokens are minted (RFC 6749, section 3.2)."),
    oauth::CLIENT_ID,
    oauth::CLIENT_SECRET,
    Key::optional("subject_token_type", Shape::Text, "The type of the tokens of subjects: an access token by default."),
    Key::optional("actor_token_type", Shape::Text, "The type of the tokens of actors: a JSON Web Token by default."),
    Key::optional(
        "workload_assertion_type",
        Shape::Text,
        "The type of the assertion that the token of a caller workload is; that of JWT-SVIDs by default.",
    ),
    Key::optional(
        "require_act",
        Shape::Bool,
        "`true` refuses tokens that do not say who acts, where the step names an actor.",
    ),
    Key::optional(
        "timeout_seconds",
        Shape::Integer,
        "How long the token endpoint may take, in seconds; from 1 to 60, 5 by default.",
    ),
    OutboundHeader::KEY,
    Key::optional("cache", Shape::Section(CACHE), "Whether minted tokens serve again."),
    peer::INSECURE_HTTP,
    peer::ALLOW_PRIVATE,
    peer::CA_FILE,
    peer::CLIENT_CERTIFICATE_FILE,
    peer::CLIENT_KEY,
];

const CACHE: &[Key] = &[
    Key::required("enabled", Shape::Bool, "`true` lets a minted token serve until shortly before its end."),
    Key::optional(
        "ttl_ceiling_seconds",
        Shape::Integer,
        "How long a minted token serves at most, in seconds; from 1 to 86400, 300 by default.",
    ),
];

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const JWT_SVID: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

/// What a config means.
pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    pub(crate) types: Types,
    pub(crate) requires_act: bool,
    pub(crate) outbound: OutboundHeader,
    /// None where every operation gets a token of its own.
    pub(crate) cache: Option<Cache>,
}

/// The types of tokens (RFC 8693, section 3) and assertions (RFC 7521, section 4.2).
pub(crate) struct Types {
    pub(crate) subject: String,
    pub(crate) actor: String,
    pub(crate) assertion: String,
}

impl Settings {
    /// Reads a config and the secret it names.
    pub(crate) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let endpoint = endpoint(&root, host, &mut faults);
        let types = Types {
            subject: uri(&root, "subject_token_type", ACCESS_TOKEN, &mut faults),
            actor: uri(&root, "actor_token_type", JWT, &mut faults),
            assertion: uri(&root, "workload_assertion_type", JWT_SVID, &mut faults),
        };
        let outbound = OutboundHeader::read(&root, &mut faults);
        let cache = cache(&root, host, &mut faults);
        let requires_act = is_set(&root, "require_act");
        match endpoint {
            Some(endpoint) if faults.is_empty() => Ok(Self { endpoint, types, requires_act, outbound, cache }),
            _ => Err(faults),
        }
    }
}

/// None where something is wrong, which is then among the faults.
fn endpoint(root: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Endpoint> {
    let timeout = seconds(root, "timeout_seconds", 1..=60, 5, faults);
    let authorization = oauth::authorization(root, host, faults);
    let url = root.get("token_endpoint")?;
    let client = peer::client(root, &url, host, faults)?;
    Some(Endpoint::new(oauth::Endpoint::new(url.text()?, client, timeout), authorization?))
}

fn cache(root: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Cache> {
    let node = root.get("cache")?;
    let ceiling = seconds(&node, "ttl_ceiling_seconds", 1..=86400, 300, faults);
    if !is_set(&node, "enabled") {
        return None;
    }
    let cache = Cache::new(Arc::clone(&host.clock), ceiling);
    if cache.is_none() {
        faults.push(node.fault("the system gives no random key to tell tokens apart by"));
    }
    cache
}

fn uri(root: &ConfigNode<'_>, key: &str, otherwise: &str, faults: &mut Vec<ConfigFault>) -> String {
    let Some(node) = root.get(key) else { return otherwise.to_owned() };
    let text = node.text().unwrap_or(otherwise);
    if !is_absolute_uri(text) {
        faults
            .push(node.fault(format!("`{text}` is not an absolute URI")).help(format!("write such as `{otherwise}`")));
    }
    text.to_owned()
}

fn is_set(section: &ConfigNode<'_>, key: &str) -> bool {
    section.get(key).is_some_and(|node| node.value.as_bool() == Some(true))
}

#[cfg(test)]
mod tests;
