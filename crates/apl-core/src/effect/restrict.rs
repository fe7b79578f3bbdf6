//! `{restrict: {..}}`: narrows the backends that the host's router may choose. It neither allows nor denies.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::codes;
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;
use crate::fact::Vocabulary;
use crate::node::{Entry, Node, Text, Value};
use crate::template;

/// Narrows the backends that may be chosen.
#[derive(Debug)]
pub struct Restrict<A> {
    /// Patterns of models, one of which must match.
    pub allow_models: Option<Listed<A>>,
    /// Patterns of models, none of which may match.
    pub deny_models: Option<Listed<A>>,
    /// Regions that may be chosen.
    pub allow_regions: Option<Listed<A>>,
    /// Sites that may be chosen.
    pub allow_sites: Option<Listed<A>>,
    /// The most costly tier that may be chosen.
    pub max_cost_tier: Option<CostTier>,
    /// What the host's router knows besides.
    pub custom: Box<[(Arc<str>, Json)]>,
    /// What the router does where nothing is left; none where that is not written.
    pub on_empty: Option<OnEmpty>,
}

/// A list of a restriction.
#[derive(Debug)]
pub enum Listed<A> {
    /// As written.
    Literal(Box<[Arc<str>]>),
    /// What operator data hold for the operation.
    Data(A),
}

/// A cost tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostTier {
    /// As written.
    pub name: Json,
    /// How high it stands, from the lowest up.
    pub rank: u64,
    /// The names of the tiers that stand no higher, the lowest first; none where the document names none.
    pub names: Box<[Arc<str>]>,
}

/// What a router does where nothing is left to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnEmpty {
    /// It denies.
    Deny,
    /// It falls back to its own choice.
    Fallback,
}

const KEYS: [&str; 7] =
    ["allow_models", "deny_models", "allow_regions", "allow_sites", "max_cost_tier", "custom", "on_empty"];

/// Compiles the map.
pub(crate) fn compile<V: Vocabulary, D: Declared>(
    entry: &Entry,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Restrict<V::Attribute>> {
    let before = faults.len();
    let map = &entry.value;
    if !matches!(map.value, Value::Map(_)) {
        let message = format!("`restrict` takes a map, not {}", map.shape());
        let help = "write `restrict: {allow_models: [..]}`";
        faults.push(Diagnostic::new(codes::ARGUMENT, map.span, message).help(help));
        return None;
    }
    for key in map.entries().iter().map(|entry| &entry.key).filter(|key| !KEYS.contains(&key.value.as_str())) {
        let message = format!("`restrict` has no key `{}`", key.value);
        faults.push(Diagnostic::new(codes::ARGUMENT, key.span, message).nearest(&key.value, KEYS));
    }
    let mut list = |key: &str| map.get(key).and_then(|node| listed(node, key, context, faults));
    let (allow_models, deny_models) = (list("allow_models"), list("deny_models"));
    let (allow_regions, allow_sites) = (list("allow_regions"), list("allow_sites"));
    let max_cost_tier = map.get("max_cost_tier").and_then(|node| tier(node, context, faults));
    let custom = map.get("custom").map(|node| custom(node, faults)).unwrap_or_default();
    let on_empty = map.get("on_empty").and_then(|node| on_empty(node, faults));
    if map.entries().iter().all(|entry| entry.key.value == "on_empty") && faults.len() == before {
        let message = "this restricts nothing";
        faults.push(Diagnostic::new(codes::ARGUMENT, map.span, message).help("name what may be chosen"));
    }
    let restrict = Restrict { allow_models, deny_models, allow_regions, allow_sites, max_cost_tier, custom, on_empty };
    (faults.len() == before).then_some(restrict)
}

impl<A> Restrict<A> {
    /// The attributes its lists are taken from.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &A> {
        let lists = [&self.allow_models, &self.deny_models, &self.allow_regions, &self.allow_sites];
        lists.into_iter().flatten().filter_map(|listed| match listed {
            Listed::Data(attribute) => Some(attribute),
            Listed::Literal(_) => None,
        })
    }
}

/// A list as written, or the path of one in operator data.
fn listed<V: Vocabulary, D>(
    node: &Node,
    key: &str,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Listed<V::Attribute>> {
    match &node.value {
        Value::List(nodes) => {
            let texts: Vec<_> = nodes.iter().map(|node| name(node, key, faults)).collect();
            texts.into_iter().collect::<Option<_>>().map(Listed::Literal)
        }
        Value::Text(path) if path.value.starts_with("data.") || path.value.starts_with("data[") => {
            template::attribute(path, 0..path.value.len(), context.vocabulary, faults).map(Listed::Data)
        }
        _ => {
            let message = format!("`{key}` is a list, or the path of one in `data`");
            let help = format!("write `{key}: [a, b]` or `{key}: data.{key}`");
            faults.push(Diagnostic::new(codes::ARGUMENT, node.span, message).help(help));
            None
        }
    }
}

fn name(node: &Node, key: &str, faults: &mut Vec<Diagnostic>) -> Option<Arc<str>> {
    let text = node.text().filter(|text| !text.value.is_empty());
    if text.is_none() {
        let message = format!("`{key}` is a list of texts");
        faults.push(Diagnostic::new(codes::ARGUMENT, node.span, message).help("put each in quotes"));
    }
    text.map(|text| text.value.as_str().into())
}

fn tier<V, D: Declared>(node: &Node, context: &Context<'_, V, D>, faults: &mut Vec<Diagnostic>) -> Option<CostTier> {
    let rank = match &node.value {
        Value::Number(number) => number.as_u64().ok_or(None),
        Value::Text(Text { value, .. }) => context.declared.cost_tier(value).map_err(Some),
        _ => Err(None),
    };
    match rank {
        Ok(rank) => Some(CostTier { name: node.to_json(), rank, names: context.declared.cost_tiers_to(rank) }),
        Err(unresolved) => {
            let message = unresolved.as_ref().map(|unresolved| unresolved.message.clone());
            let message = message.unwrap_or_else(|| "a cost tier is an integer from 0, or the name of one".to_owned());
            let help = unresolved.and_then(|unresolved| unresolved.help);
            faults.push(Diagnostic { help, ..Diagnostic::new(codes::ARGUMENT, node.span, message) });
            None
        }
    }
}

fn custom(node: &Node, faults: &mut Vec<Diagnostic>) -> Box<[(Arc<str>, Json)]> {
    if !matches!(node.value, Value::Map(_)) {
        let message = format!("`custom` is a map, not {}", node.shape());
        faults.push(Diagnostic::new(codes::ARGUMENT, node.span, message));
    }
    for entry in
        node.entries().iter().filter(|entry| matches!(entry.value.value, Value::List(_) | Value::Map(_) | Value::Null))
    {
        let message = format!("a label of `custom` is text, a number or a boolean, not {}", entry.value.shape());
        faults.push(Diagnostic::new(codes::ARGUMENT, entry.value.span, message));
    }
    node.entries().iter().map(|entry| (entry.key.value.as_str().into(), entry.value.to_json())).collect()
}

fn on_empty(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<OnEmpty> {
    match node.text().map(|text| text.value.as_str()) {
        Some("deny") => Some(OnEmpty::Deny),
        Some("fallback") => Some(OnEmpty::Fallback),
        _ => {
            let fault = Diagnostic::new(codes::ARGUMENT, node.span, "`on_empty` is `deny` or `fallback`");
            faults.push(fault);
            None
        }
    }
}
