//! The config of an `identity/api-key`: hashes of keys, and whose they are.

use std::fs;

use apl_cmf::{NameSet, Subject, SubjectKind};
use cpex_sdk::config::{ConfigFault, ConfigNode, ConfigStep, Key, Shape, check};
use cpex_sdk::{Host, json};
use serde_json::{Map, Value as Json};

use super::hash::KeyHash;
use super::ring::Ring;
use crate::config::credential;
use crate::place::Place;

/// What a config may say.
pub(super) const KEYS: &[Key] = &[
    Key::optional(
        "credential",
        Shape::Section(credential::KEYS),
        "The place of the key: the header `X-API-Key` by default.",
    ),
    Key::required(
        "keys",
        Shape::Either(&[LIST, Shape::Text]),
        "The keys, or the path of a JSON file that has them under `keys`, from the directory of the document.",
    ),
];

/// What the file of keys may say.
const FILE: &[Key] = &[Key::required("keys", LIST, "The keys.")];

const LIST: Shape = Shape::List(&Shape::Section(ENTRY));

const ENTRY: &[Key] = &[
    Key::optional("id", Shape::Text, "What the key begins with, before its first dot; of an Argon2id hash."),
    Key::required(
        "hash",
        Shape::Text,
        "`sha256:` with the digest of a random key in hexadecimal, or the PHC string of an Argon2id hash.",
    ),
    Key::required("subject", Shape::Section(SUBJECT), "Whom the key stands for."),
];

const NAMES: Shape = Shape::OneOrMany(&Shape::Text);

const SUBJECT: &[Key] = &[
    Key::required("id", Shape::Text, "Its identifier."),
    Key::optional(
        "kind",
        Shape::Word(&["user", "agent", "service", "system"]),
        "What sort of caller it is: `service` (default), `user`, `agent` or `system`.",
    ),
    Key::optional("tenant", Shape::Text, "The tenant it belongs to."),
    Key::optional("roles", NAMES, "Its roles."),
    Key::optional("permissions", NAMES, "Its permissions."),
    Key::optional("teams", NAMES, "Its teams."),
];

/// What a config means.
pub(super) struct Settings {
    pub(super) place: Place,
    pub(super) ring: Ring,
}

impl Settings {
    /// Reads a config and the file it names.
    pub(super) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let place = credential::place(&root, "X-API-Key", &mut faults);
        let ring = match root.get("keys") {
            Some(keys) if keys.text().is_some() => file(&keys, host, &mut faults),
            Some(keys) => ring(&keys, &mut faults),
            None => Ring::default(),
        };
        if faults.is_empty() { Ok(Self { place, ring }) } else { Err(faults) }
    }
}

/// The keys of a file. What is wrong in it is said of the place that names it.
fn file(named: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Ring {
    let path = named.text().unwrap_or_default();
    let bytes = match fs::read(host.directory.join(path)) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.push(named.fault(format!("cannot read `{path}`: {error}")));
            return Ring::default();
        }
    };
    let content = match json::object(&bytes) {
        Ok(content) => Json::Object(content),
        Err(unreadable) => {
            faults.push(named.fault(format!("the content of `{path}` {}", unreadable.text())));
            return Ring::default();
        }
    };
    let root = ConfigNode::root(&content);
    let mut within = check(&root, FILE);
    let ring = root.get("keys").map(|keys| ring(&keys, &mut within)).unwrap_or_default();
    faults.extend(within.into_iter().map(|fault| {
        let told = named.fault(format!("in `{path}`, {}: {}", shown(&fault.path), fault.text));
        ConfigFault { help: fault.help, ..told }
    }));
    ring
}

fn ring(list: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Ring {
    let items = list.items();
    if list.value.is_array() && items.is_empty() {
        faults.push(list.fault("no key is listed, so nobody would be recognised").help("list at least one key"));
    }
    let mut ring = Ring::default();
    for item in &items {
        add(&mut ring, item, faults);
    }
    ring
}

fn add(ring: &mut Ring, item: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) {
    let Some(subject) = item.get("subject").map(|node| subject(&node, faults)) else { return };
    let Some(node) = item.get("hash") else { return };
    let hash = match node.text().map(KeyHash::read) {
        Some(Ok(hash)) => hash,
        Some(Err(fault)) => return faults.push(node.fault(fault)),
        None => return,
    };
    let id = item.get("id");
    match (hash, id.as_ref().and_then(|id| Some((id, id.text()?)))) {
        (KeyHash::Random(_), Some((id, _))) => {
            faults.push(id.fault("`id` is not read for a `sha256` hash").help("leave `id` out"));
        }
        (KeyHash::Random(digest), None) => {
            if !ring.add_random(digest, subject) {
                faults.push(node.fault("this hash is already listed above"));
            }
        }
        (KeyHash::Costly(_), None) => {
            let fault = item.fault("the key `id` is missing");
            faults.push(fault.help("name what the key begins with, before its first dot"));
        }
        (KeyHash::Costly(_), Some((id, text))) if text.is_empty() || text.contains('.') => {
            faults.push(id.fault("an `id` is not empty and has no dot"));
        }
        (KeyHash::Costly(hash), Some((id, text))) => {
            if !ring.add_costly(text, hash, subject) {
                faults.push(id.fault(format!("the key `{text}` is already listed above")));
            }
        }
    }
}

fn subject(node: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Subject {
    let text = |key: &str| node.get(key).and_then(|node| node.text().map(str::to_owned));
    let names = |key: &str| -> NameSet {
        let listed = node.get(key).map(|node| node.one_or_many()).unwrap_or_default();
        listed.iter().filter_map(ConfigNode::text).collect()
    };
    if let Some(id) = node.get("id").filter(|id| id.text() == Some("")) {
        faults.push(id.fault("the identifier of the subject is empty"));
    }
    let kind = match text("kind").as_deref() {
        Some("user") => SubjectKind::User,
        Some("agent") => SubjectKind::Agent,
        Some("system") => SubjectKind::System,
        _ => SubjectKind::Service,
    };
    Subject {
        id: text("id").unwrap_or_default(),
        kind,
        tenant: text("tenant"),
        roles: names("roles"),
        permissions: names("permissions"),
        teams: names("teams"),
        ..Subject::default()
    }
}

/// A place as people write it, such as `keys[0].hash`.
fn shown(path: &[ConfigStep]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            ConfigStep::Key(key) if shown.is_empty() => shown.push_str(key),
            ConfigStep::Key(key) => shown.extend([".", key]),
            ConfigStep::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    if shown.is_empty() { "at its top".to_owned() } else { shown }
}
