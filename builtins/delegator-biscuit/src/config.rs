//! The config of a `delegator/biscuit`: its keys, and what they mean.

use std::time::Duration;

use biscuit_auth::PublicKey;
use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check, seconds};
use cpex_sdk::delegation::OutboundHeader;
use serde_json::{Map, Value as Json};

use crate::inbound::InboundHeaders;
use crate::root_key;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::required(
        "root_public_key",
        Shape::Section(root_key::KEYS),
        "The public key of who issues the Biscuits of callers.",
    ),
    InboundHeaders::KEY,
    Key::optional(
        "default_ttl_seconds",
        Shape::Integer,
        "How long a minted token is good, in seconds; from 1 to 86400, 300 by default.",
    ),
    OutboundHeader::KEY,
];

/// What a config means.
pub(crate) struct Settings {
    pub(crate) root: PublicKey,
    pub(crate) inbound: InboundHeaders,
    pub(crate) outbound: OutboundHeader,
    pub(crate) lifetime: Duration,
}

impl Settings {
    /// Reads a config and the key it names.
    pub(crate) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let key = root.get("root_public_key").and_then(|key| root_key::read(&key, host, &mut faults));
        let inbound = InboundHeaders::read(&root, &mut faults);
        let outbound = OutboundHeader::read(&root, &mut faults);
        let lifetime = seconds(&root, "default_ttl_seconds", 1..=86400, 300, &mut faults);
        match key {
            Some(key) if faults.is_empty() => Ok(Self { root: key, inbound, outbound, lifetime }),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests;
