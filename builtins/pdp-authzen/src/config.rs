//! The config of an `authzen`: its keys, and what they mean.

mod auth;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check, seconds};
use cpex_sdk::{Host, peer};
use serde_json::{Map, Value as Json};

use crate::asked::Asked;
use crate::cache::Cache;
use crate::engine::AuthZen;
use crate::point::{DecisionPoint, EVALUATION, EVALUATIONS};
use crate::request::Semantic;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::required(
        "endpoint",
        Shape::Text,
        "The URL of the decision point, to which `/access/v1/evaluation` and `/access/v1/evaluations` are added.",
    ),
    Key::optional("auth", Shape::Section(auth::KEYS), "How this process authenticates to the decision point."),
    Key::optional(
        "evaluations_semantic",
        Shape::Word(&[Semantic::DenyOnFirstDeny.name(), Semantic::ExecuteAll.name()]),
        "How lists are evaluated: `deny_on_first_deny`, the default, or `execute_all`, for a decision point that knows no other.",
    ),
    Key::optional(
        "timeout_ms",
        Shape::Integer,
        "How long a request may take, in milliseconds; from 1 to 30000, 2000 by default.",
    ),
    Key::optional("cache", Shape::Section(CACHE), "Has decisions serve again; without it every operation asks."),
    peer::INSECURE_HTTP,
    peer::ALLOW_PRIVATE,
    peer::CA_FILE,
    peer::CLIENT_CERTIFICATE_FILE,
    peer::CLIENT_KEY,
];

const CACHE: &[Key] = &[
    Key::required("ttl_seconds", Shape::Integer, "How long a decision serves, in seconds; from 1 to 3600."),
    Key::optional(
        "max_entries",
        Shape::Integer,
        "How many decisions are kept at most; from 1 to 100000, 10000 by default.",
    ),
];

/// Reads a config and the secret it names.
pub(crate) fn read(config: &Json, host: &Host) -> Result<AuthZen, Vec<ConfigFault>> {
    let empty = Json::Object(Map::new());
    let root = ConfigNode::root(if config.is_null() { &empty } else { config });
    let mut faults = check(&root, KEYS);
    let point = point(&root, host, &mut faults);
    let cache = root.get("cache").and_then(|node| cache(&node, host, &mut faults));
    match point {
        Some(point) if faults.is_empty() => {
            let semantic = semantic(&root);
            Ok(AuthZen { asked: Arc::new(Asked { point, cache, semantic }) })
        }
        _ => Err(faults),
    }
}

/// None where something is wrong, which is then among the faults.
fn point(root: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<DecisionPoint> {
    let auth = root.get("auth").map(|node| auth::read(&node, host, faults));
    let timeout = whole(root, "timeout_ms", 1..=30_000, 2_000, faults);
    let endpoint = root.get("endpoint")?;
    let base = base(&endpoint, faults);
    let client = peer::client(root, &endpoint, host, faults)?;
    let auth = match auth {
        Some(read) => Some(read?),
        None => None,
    };
    let timeout = Duration::from_millis(timeout);
    Some(DecisionPoint::new(base?, client, auth, timeout, Arc::clone(&host.ids)))
}

fn semantic(root: &ConfigNode<'_>) -> Semantic {
    let written = root.get("evaluations_semantic");
    let all = written.is_some_and(|node| node.text() == Some(Semantic::ExecuteAll.name()));
    if all { Semantic::ExecuteAll } else { Semantic::DenyOnFirstDeny }
}

/// The URL that the paths of the API are added to.
fn base<'c>(endpoint: &ConfigNode<'c>, faults: &mut Vec<ConfigFault>) -> Option<&'c str> {
    let base = endpoint.text()?.trim_end_matches('/');
    if base.contains('?') {
        faults.push(endpoint.fault("it has a query, and a path is added to it"));
        return None;
    }
    if let Some(before) = [EVALUATIONS, EVALUATION].iter().find_map(|path| base.strip_suffix(path)) {
        let fault = endpoint.fault("it ends with a path of the API, which is added to it");
        faults.push(fault.help(format!("write `{before}`")));
        return None;
    }
    Some(base)
}

fn cache(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Cache> {
    let ttl = seconds(node, "ttl_seconds", 1..=3_600, 1, faults);
    let max_entries = whole(node, "max_entries", 1..=100_000, 10_000, faults);
    let cache = Cache::new(Arc::clone(&host.clock), ttl, usize::try_from(max_entries).unwrap_or(usize::MAX));
    if cache.is_none() {
        faults.push(node.fault("the system gives no random key to tell requests apart by"));
    }
    cache
}

/// The whole number under a key, or that one where it is left out.
fn whole(
    section: &ConfigNode<'_>,
    key: &str,
    range: RangeInclusive<u64>,
    otherwise: u64,
    faults: &mut Vec<ConfigFault>,
) -> u64 {
    let node = section.get(key);
    let number = node.as_ref().and_then(|node| node.value.as_u64()).unwrap_or(otherwise);
    if let Some(node) = node.filter(|_| !range.contains(&number)) {
        faults.push(node.fault(format!("expected from {} to {}", range.start(), range.end())));
    }
    number
}

#[cfg(test)]
mod tests;
