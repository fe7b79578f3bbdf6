//! The config of an `identity/jwt`: its keys, and what they mean.

pub(crate) mod credential;
mod decoding_key;
mod issuer;

use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use serde_json::{Map, Value as Json};

use crate::issuer::Issuer;
use crate::mapping::{ClaimPath, Mapping, Names, Provider, Role};
use crate::place::Place;

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional(
        "role",
        Shape::Word(&["user", "client", "caller_workload"]),
        "Whom the token speaks for: `user` (default), `client` or `caller_workload`.",
    ),
    Key::optional(
        "header",
        Shape::Text,
        "The header the token is in: `Authorization` with the scheme Bearer by default.",
    ),
    Key::optional(
        "credential",
        Shape::Section(credential::KEYS),
        "The place of the token, where `header` does not say it.",
    ),
    Key::required(
        "trusted_issuers",
        Shape::List(&Shape::Section(issuer::KEYS)),
        "The issuers whose tokens are accepted.",
    ),
    Key::optional(
        "claim_mapper",
        Shape::Word(&["standard", "keycloak", "auth0", "cognito"]),
        "Whose claims are read: `standard` (default), `keycloak`, `auth0` or `cognito`.",
    ),
    Key::optional("claim_map", Shape::Section(CLAIM_MAP), "Paths of claims, in place of those of `standard`."),
];

const CLAIM_PATHS: Shape = Shape::OneOrMany(&Shape::Text);

const CLAIM_MAP: &[Key] = &[
    Key::optional("id", CLAIM_PATHS, "The identifier: the first of these that is there."),
    Key::optional("tenant", CLAIM_PATHS, "The tenant of a user: the first of these that is there."),
    Key::optional("roles", CLAIM_PATHS, "Roles: all of these together."),
    Key::optional("permissions", CLAIM_PATHS, "Permissions: all of these together; text is taken as words."),
    Key::optional("teams", CLAIM_PATHS, "Teams: all of these together."),
];

/// What a config means. Its `Debug` shows no key.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) place: Place,
    // INVARIANT: no two of one name.
    pub(crate) issuers: Vec<Issuer>,
}

impl Settings {
    /// Reads a config and the keys it names.
    pub(crate) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let place = credential::place(&root, "Authorization", &mut faults);
        let mapping = mapping(&root, &mut faults);
        let issuers = issuer::read_all(&root, &mapping, host, &mut faults);
        if faults.is_empty() { Ok(Self { place, issuers }) } else { Err(faults) }
    }
}

fn mapping(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Mapping {
    let role = match root.get("role").and_then(|role| role.text()) {
        Some("client") => Role::Client,
        Some("caller_workload") => Role::CallerWorkload,
        _ => Role::User,
    };
    let mapper = root.get("claim_mapper");
    let provider = match mapper.as_ref().and_then(|mapper| mapper.text()) {
        Some("keycloak") => Provider::Keycloak,
        Some("auth0") => Provider::Auth0,
        Some("cognito") => Provider::Cognito,
        _ => Provider::Standard,
    };
    if let Some(mapper) = mapper.as_ref().filter(|_| role == Role::CallerWorkload && provider != Provider::Standard) {
        let fault = mapper.fault("no identity provider has claims of its own for a workload");
        faults.push(fault.help("leave `claim_mapper` out"));
    }
    let mut mapping = Mapping::of(provider, role);
    let Some(map) = root.get("claim_map") else { return mapping };
    if let Some(mapper) = &mapper {
        let fault = mapper.fault("`claim_mapper` and `claim_map` both say which claims are read");
        faults.push(fault.help("leave one of them out: what `claim_map` does not name is read as `standard` reads it"));
    }
    override_mapping(&mut mapping, &map, faults);
    mapping
}

fn override_mapping(mapping: &mut Mapping, map: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) {
    let read: &[&str] = match mapping.role {
        Role::User => &["id", "tenant", "roles", "permissions", "teams"],
        Role::Client => &["id", "roles", "permissions", "teams"],
        Role::CallerWorkload => &["id"],
    };
    for key in CLAIM_MAP.iter().map(|key| key.name) {
        let Some(node) = map.get(key) else { continue };
        if !read.contains(&key) {
            faults.push(node.fault(format!("`{key}` is not read for this `role`")).help(format!("leave `{key}` out")));
            continue;
        }
        let paths = claim_paths(&node, faults);
        match key {
            "id" => mapping.id = paths,
            "tenant" => mapping.tenant = paths,
            "roles" => mapping.roles = Names::All(paths),
            "permissions" => mapping.permissions = Names::All(paths),
            _ => mapping.teams = Names::All(paths),
        }
    }
}

fn claim_paths(node: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Vec<ClaimPath> {
    let items = node.one_or_many();
    if items.is_empty() {
        faults.push(node.fault("no claim is named here").help("name one, or leave the key out"));
    }
    let mut paths = Vec::new();
    for item in &items {
        match item.text() {
            Some("") => faults.push(item.fault("the path of a claim is empty")),
            Some(path) => paths.push(ClaimPath::Dotted(path.to_owned())),
            None => {}
        }
    }
    paths
}

#[cfg(test)]
mod tests;
