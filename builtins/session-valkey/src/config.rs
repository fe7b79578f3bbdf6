//! The config of a `valkey`: its keys, and what they mean.

use std::ops::RangeInclusive;
use std::time::Duration;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, SecretSource, Shape, check, seconds};
use cpex_sdk::{Host, peer};
use serde_json::{Map, Value as Json};

use crate::dial::{Target, User};
use crate::endpoint::Endpoint;
use crate::link::Times;
use crate::tls::Tls;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::required("endpoint", Shape::Text, "Where the server is: `host:port`."),
    Key::optional(
        "tls",
        Shape::Either(&[Shape::Bool, Shape::Section(TLS)]),
        "Speak TLS, `true` or a map of whom to believe. It must be given for a server that is not on this host.",
    ),
    Key::optional("username", Shape::Text, "The user to be on the server; `default` if not given."),
    Key::optional("password", Shape::Secret, "The password of that user."),
    Key::optional("key_prefix", Shape::Text, "What the names of all keys begin with; `cpex:` if not given."),
    Key::optional(
        "ttl_seconds",
        Shape::Integer,
        "How long the labels of a session are kept after the last was added; a day if not given.",
    ),
    Key::optional(
        "max_session_lifetime_seconds",
        Shape::Integer,
        "How long a session lives at most; labels that are kept for a shorter time are warned about.",
    ),
    Key::optional(
        "connect_timeout_ms",
        Shape::Integer,
        "How long a connection may take to come about, in milliseconds; from 1 to 60000, 1000 by default.",
    ),
    Key::optional(
        "command_timeout_ms",
        Shape::Integer,
        "How long an answer may take, in milliseconds; from 1 to 60000, 1000 by default.",
    ),
];

const TLS: &[Key] = &[peer::CA_FILE, peer::CLIENT_CERTIFICATE_FILE, peer::CLIENT_KEY];

/// The longest time that labels may be kept: ten years, in seconds.
const LONGEST: u64 = 10 * 366 * 24 * 3600;

const DAY: u64 = 24 * 3600;

/// What a config means.
pub(crate) struct Settings {
    pub(crate) target: Target,
    pub(crate) times: Times,
    pub(crate) prefix: String,
    /// How long labels are kept after the last was added.
    pub(crate) ttl: Duration,
    pub(crate) warnings: Vec<ConfigFault>,
}

impl Settings {
    /// Reads a config, and the files and secrets it names.
    pub(crate) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let endpoint = endpoint(&root, &mut faults);
        let tls = tls(&root, endpoint.as_ref(), host, &mut faults);
        let user = user(&root, host, &mut faults);
        let prefix = prefix(&root, &mut faults);
        let ttl = seconds(&root, "ttl_seconds", 1..=LONGEST, DAY, &mut faults);
        let lifetime = seconds(&root, "max_session_lifetime_seconds", 1..=LONGEST, 1, &mut faults);
        let connect = millis(&root, "connect_timeout_ms", &mut faults);
        let command = millis(&root, "command_timeout_ms", &mut faults);
        match endpoint {
            Some(endpoint) if faults.is_empty() => Ok(Self {
                target: Target { endpoint, tls, user },
                times: Times { connect, command },
                prefix,
                ttl,
                warnings: root
                    .get("max_session_lifetime_seconds")
                    .and_then(|at| too_short(&at, ttl, lifetime))
                    .into_iter()
                    .collect(),
            }),
            _ => Err(faults),
        }
    }
}

fn endpoint(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<Endpoint> {
    let node = root.get("endpoint")?;
    let endpoint = Endpoint::read(node.text()?);
    if endpoint.is_none() {
        // A URL may hold a password.
        let fault = node.fault("this is no `host:port`");
        faults
            .push(fault.help("write such as `labels.example:6379`; `tls`, `username` and `password` stand beside it"));
    }
    endpoint
}

/// None where it is not to be spoken, or something is wrong, which is then among the faults.
fn tls(root: &ConfigNode<'_>, endpoint: Option<&Endpoint>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Tls> {
    let node = root.get("tls");
    if node.as_ref().is_none_or(|node| node.value.as_bool() == Some(false)) {
        let at = node.or_else(|| root.get("endpoint"))?;
        if endpoint.is_some_and(|endpoint| !endpoint.is_loopback()) {
            faults
                .push(at.fault("a server that is not on this host must be spoken to over TLS").help("add `tls: true`"));
        }
        return None;
    }
    let node = node?;
    let before = faults.len();
    let trust = peer::trust(&node, host, faults);
    if faults.len() > before {
        return None;
    }
    match Tls::new(&trust, &endpoint?.host) {
        Ok(tls) => Some(tls),
        Err(text) => {
            faults.push(node.fault(text));
            None
        }
    }
}

fn user(root: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<User> {
    let name = root.get("username").and_then(|node| node.text().map(str::to_owned));
    let Some(node) = root.get("password") else {
        if let Some(node) = root.get("username") {
            faults.push(node.fault("a user needs a password").help("add `password`"));
        }
        return None;
    };
    let source = SecretSource::from_config(node.value).ok()?;
    match host.secrets.read(&source) {
        Ok(password) => Some(User { name, password }),
        Err(error) => {
            faults.push(node.fault(error.to_string()));
            None
        }
    }
}

fn prefix(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> String {
    let Some(node) = root.get("key_prefix") else { return "cpex:".to_owned() };
    let text = node.text().unwrap_or_default();
    if !(1..=64).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        faults.push(node.fault("expected from 1 to 64 characters of ASCII, without blanks"));
    }
    text.to_owned()
}

fn millis(root: &ConfigNode<'_>, key: &str, faults: &mut Vec<ConfigFault>) -> Duration {
    const RANGE: RangeInclusive<u64> = 1..=60_000;
    let node = root.get(key);
    let millis = node.as_ref().and_then(|node| node.value.as_u64()).unwrap_or(1_000);
    if let Some(node) = node.filter(|_| !RANGE.contains(&millis)) {
        faults.push(node.fault(format!("expected from {} to {} milliseconds", RANGE.start(), RANGE.end())));
    }
    Duration::from_millis(millis)
}

fn too_short(at: &ConfigNode<'_>, ttl: Duration, lifetime: Duration) -> Option<ConfigFault> {
    let (ttl, lifetime) = (ttl.as_secs(), lifetime.as_secs());
    let fault = || at.fault(format!("a session may live for {lifetime} seconds, and its labels are kept for {ttl}"));
    (lifetime > ttl).then(|| fault().help("keep labels for as long as a session may live: raise `ttl_seconds`"))
}
