//! The config of an `elicitation/inbox`: its keys, and what they mean.

use std::time::Duration;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use serde_json::{Map, Value as Json};

/// What a config may say.
pub(super) const KEYS: &[Key] = &[
    Key::optional(
        "expiry",
        Shape::Duration,
        "How long a question and its answer stand; the `timeout` of the step where that is shorter, or this is not given.",
    ),
    Key::optional(
        "approver_issuer",
        Shape::Text,
        "Who must have verified whoever answers; the issuer of the caller by default.",
    ),
    Key::optional(
        "shows_arguments",
        Shape::Bool,
        "`false` hides the arguments of the operation; they are shown by default.",
    ),
];

/// What a config means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// None where the step alone says how long questions stand.
    pub(super) expiry: Option<Duration>,
    /// None for the issuer of the caller.
    pub(super) approver_issuer: Option<String>,
    pub(super) shows_arguments: bool,
}

impl Settings {
    /// Reads a config.
    pub(super) fn read(config: &Json) -> Result<Self, Vec<ConfigFault>> {
        let nothing = Json::Object(Map::new());
        let config = ConfigNode::root(if config.is_null() { &nothing } else { config });
        let mut faults = check(&config, KEYS);
        let written = config.get("expiry");
        let expiry = written.as_ref().and_then(ConfigNode::duration).filter(|expiry| !expiry.is_zero());
        if let Some(node) = written.filter(|_| expiry.is_none() && faults.is_empty()) {
            faults.push(node.fault("expected how long questions stand").help("write `30m`, `8h` or the like"));
        }
        let approver_issuer = config.get("approver_issuer").and_then(|node| node.text().map(str::to_owned));
        let shows_arguments = config.get("shows_arguments").and_then(|node| node.value.as_bool()).unwrap_or(true);
        if faults.is_empty() { Ok(Self { expiry, approver_issuer, shows_arguments }) } else { Err(faults) }
    }
}
