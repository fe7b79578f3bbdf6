//! The `trusted_issuers` of a config.

use std::collections::HashSet;

use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape};
use jsonwebtoken::Algorithm;
use serde_json::Value as Json;

use super::decoding_key;
use crate::algorithm;
use crate::issuer::{Audiences, Issuer, Keys};
use crate::key::VerifyingKey;
use crate::mapping::Mapping;

/// What may be said of an issuer.
pub(super) const KEYS: &[Key] = &[
    Key::required("issuer", Shape::Text, "What `iss` of its tokens is, exactly."),
    Key::optional("audiences", Shape::List(&Shape::Text), "Audiences of which a token must name one; required."),
    Key::optional(
        "skip_audience_validation",
        Shape::Bool,
        "`true` accepts tokens that are meant for others, in place of `audiences`.",
    ),
    Key::optional(
        "algorithms",
        Shape::List(&Shape::Word(ALGORITHMS)),
        "Algorithms that a token may name; those of the key by default.",
    ),
    Key::required("decoding_key", Shape::Section(decoding_key::KEYS), "The key that its signatures are verified with."),
    Key::optional("leeway_seconds", Shape::Integer, "How far its clock may be off, in seconds; 0 by default."),
];

const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519", "HS256", "HS384",
    "HS512",
];

/// Reads all of them, with their keys.
pub(super) fn read_all(
    root: &ConfigNode<'_>,
    mapping: &Mapping,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Vec<Issuer> {
    let Some(list) = root.get("trusted_issuers") else { return Vec::new() };
    let items = list.items();
    if list.value.is_array() && items.is_empty() {
        faults.push(list.fault("no issuer is trusted, so no token would be accepted").help("name at least one issuer"));
    }
    unique(&items, faults);
    items.iter().filter_map(|item| read(item, mapping, host, faults)).collect()
}

fn unique(items: &[ConfigNode<'_>], faults: &mut Vec<ConfigFault>) {
    let mut names = HashSet::new();
    for named in items.iter().filter_map(|item| item.get("issuer")) {
        match named.text() {
            Some("") => faults.push(named.fault("the name of an issuer is empty")),
            Some(name) if !names.insert(name) => {
                faults.push(named.fault(format!("the issuer `{name}` is already named above")));
            }
            _ => {}
        }
    }
}

/// None where something is wrong with it, which is then among the faults.
fn read(item: &ConfigNode<'_>, mapping: &Mapping, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Issuer> {
    let audiences = item.value.is_object().then(|| audiences(item, faults))?;
    let key = item.get("decoding_key").and_then(|node| decoding_key::read(&node, host, faults));
    let one = key.as_ref().and_then(|keys| match keys {
        Keys::One(key) => Some(&**key),
        Keys::Published(_) => None,
    });
    let algorithms = item.get("algorithms").map(|node| algorithms(&node, one, faults));
    let keys = key?;
    let leeway_s = item.get("leeway_seconds").map_or(Some(0), |leeway| leeway.value.as_u64())?;
    let mapping = mapping.clone().meant_for(audiences.named());
    Some(Issuer { name: item.get("issuer")?.text()?.to_owned(), audiences, leeway_s, keys, algorithms, mapping })
}

fn audiences(item: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Audiences {
    let skip = item.get("skip_audience_validation").filter(|skip| *skip.value == Json::Bool(true));
    match (item.get("audiences"), skip) {
        (None, Some(_)) => return Audiences::Anybody,
        (None, None) => {
            let fault = item.fault("the key `audiences` is missing");
            faults.push(fault.help("name whom tokens must be meant for, or write `skip_audience_validation: true`"));
        }
        (Some(_), Some(skip)) => {
            let fault = skip.fault("`audiences` are named and their check is switched off");
            faults.push(fault.help("leave one of them out"));
        }
        (Some(list), None) => return Audiences::OneOf(listed_audiences(&list, faults)),
    }
    Audiences::OneOf(Vec::new())
}

fn listed_audiences(list: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Vec<String> {
    let items = list.items();
    if list.value.is_array() && items.is_empty() {
        faults.push(list.fault("no audience is named, so no token would be accepted").help("name at least one"));
    }
    for item in items.iter().filter(|item| item.text() == Some("")) {
        faults.push(item.fault("an audience is empty"));
    }
    items.iter().filter_map(ConfigNode::text).map(str::to_owned).collect()
}

/// Those that are listed, each of which must be one of the key's.
fn algorithms(list: &ConfigNode<'_>, key: Option<&VerifyingKey>, faults: &mut Vec<ConfigFault>) -> Vec<Algorithm> {
    let items = list.items();
    if list.value.is_array() && items.is_empty() {
        faults.push(list.fault("no algorithm is named, so no token would be accepted").help("leave `algorithms` out"));
    }
    let mut listed = Vec::new();
    for item in &items {
        let Some(algorithm) = item.text().and_then(algorithm::named) else { continue };
        if let Some(key) = key.filter(|key| !key.algorithms.contains(&algorithm)) {
            let own: Vec<String> = key.algorithms.iter().map(|own| format!("`{own:?}`")).collect();
            let fault = item.fault(format!("the key cannot be used with `{algorithm:?}`"));
            faults.push(fault.help(format!("its algorithms are {}", own.join(", "))));
        }
        listed.push(algorithm);
    }
    listed
}
