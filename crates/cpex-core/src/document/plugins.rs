//! `plugins`, read: one typed declaration for each.

use std::collections::HashMap;

use apl_cmf::{Capabilities, Capability};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, PathStep, Text, Value};
use apl_core::span::{Sources, Span};
use apl_cpex::code::OVERRIDE;
use cpex_sdk::config::{ConfigFault, ConfigStep, Key, OnError, PluginConfig, PluginMode};

use super::kinds::{Kinds, Place};
use super::{codes, conditions, duration, integer, walk};

/// One declared plugin, and where it stands.
pub struct PluginNode<'d> {
    /// The declaration.
    pub config: PluginConfig,
    /// Where its name stands.
    pub span: Span,
    /// The whole of it.
    pub node: &'d Node,
}

impl PluginNode<'_> {
    /// The same plugin as a layer changes it, which writes that of it after its name.
    #[must_use]
    pub fn overridden<'o>(&self, name: &Text, node: &'o Node, faults: &mut Vec<Diagnostic>) -> PluginNode<'o> {
        let mut config = self.config.clone();
        if let Some(written) = node.get("config") {
            config.config = written.to_json();
        }
        if let Some(written) = text(node, "on_error") {
            config.on_error = on_error(&written.value);
        }
        if node.get("capabilities").is_some() {
            config.capabilities = capabilities(node, faults);
            refuse_more(self.config.capabilities, node, faults);
        }
        PluginNode { config, span: name.span, node }
    }

    /// The finding of a mistake that its factory sees in its config, at the place of the mistake.
    #[must_use]
    pub fn fault(&self, fault: &ConfigFault) -> Diagnostic {
        let span = match self.node.get("config") {
            None => self.span,
            Some(config) => place_of(config, fault),
        };
        let finding = Diagnostic::new(codes::CONFIG, span, format!("plugin `{}`: {}", self.config.name, fault.text));
        Diagnostic { help: fault.help.clone(), ..finding }
    }
}

impl std::fmt::Debug for PluginNode<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The config and its tree may hold secrets.
        f.debug_struct("PluginNode").field("name", &self.config.name).finish_non_exhaustive()
    }
}

/// Where in a config a mistake stands.
pub(crate) fn place_of(config: &Node, fault: &ConfigFault) -> Span {
    let steps: Vec<PathStep<'_>> = fault.path.iter().map(step).collect();
    place(config.descend(&steps), fault.offset_in_text)
}

/// Checks that every kind is one that can be made, and every config against the table of its factory, those of layers
/// included.
pub(super) fn check(root: &Node, kinds: &Kinds<'_>, faults: &mut Vec<Diagnostic>) {
    let mut tables: HashMap<&str, &[Key]> = HashMap::new();
    for node in declared(root) {
        let (Some(name), Some(kind)) = (text(node, "name"), text(node, "kind")) else { continue };
        match kinds.resolve(kind, Place::Plugins) {
            Err(fault) => faults.push(fault),
            Ok(factory) => {
                if let Some(keys) = factory.and_then(|factory| factory.keys(&name.value)) {
                    walk::config(node.get("config"), name.span, keys, faults);
                    tables.insert(&name.value, keys);
                }
            }
        }
    }
    for entry in walk::layers(root).filter_map(|layer| layer.get("plugins")).flat_map(Node::entries) {
        if let (Some(keys), Some(config)) = (tables.get(entry.key.value.as_str()), entry.value.get("config")) {
            walk::config(Some(config), entry.key.span, keys, faults);
        }
    }
}

/// Reads the plugins of a document whose shapes were checked. One without a readable name and kind is left out; that
/// check already said why.
pub(super) fn read<'d>(root: &'d Node, sources: &Sources, faults: &mut Vec<Diagnostic>) -> Vec<PluginNode<'d>> {
    let mut names: HashMap<&str, Span> = HashMap::new();
    let mut plugins = Vec::new();
    for node in declared(root) {
        let Some(name) = text(node, "name") else { continue };
        unique(name, &mut names, sources, faults);
        if let Some(kind) = text(node, "kind") {
            plugins.push(PluginNode { config: declaration(name, kind, node, faults), span: name.span, node });
        }
    }
    plugins
}

fn declared(root: &Node) -> &[Node] {
    root.get("plugins").map(Node::one_or_many).unwrap_or_default()
}

fn text<'d>(node: &'d Node, key: &str) -> Option<&'d Text> {
    node.get(key).and_then(Node::text)
}

fn unique<'d>(name: &'d Text, names: &mut HashMap<&'d str, Span>, sources: &Sources, faults: &mut Vec<Diagnostic>) {
    if name.value.is_empty() {
        faults.push(Diagnostic::new(codes::WRONG_VALUE, name.span, "a plugin needs a name to be referred to by"));
    } else if let Some(first) = names.insert(&name.value, name.span) {
        let message = format!("a plugin named `{}` is already declared at {}", name.value, sources.place(first));
        faults.push(Diagnostic::new(codes::DUPLICATE_PLUGIN, name.span, message).help("give one of them another name"));
    }
}

fn declaration(name: &Text, kind: &Text, node: &Node, faults: &mut Vec<Diagnostic>) -> PluginConfig {
    let word = |key: &str| text(node, key).map(|text| text.value.clone());
    let flag = |key: &str| matches!(node.get(key).map(|node| &node.value), Some(Value::Bool(true)));
    let default = PluginConfig::new(name.value.as_str(), kind.value.as_str());
    let (mode, ignores) = mode(word("mode").as_deref());
    let on_error = word("on_error");
    if let (true, Some(entry)) = (ignores, node.entry("on_error")) {
        let message = "`mode: enforce_ignore_error` already says `on_error: ignore`";
        let help = "write `mode: sequential` beside `on_error`";
        faults.push(Diagnostic::new(codes::WRONG_VALUE, entry.key.span, message).help(help));
    }
    duration::check_timeout(node, "timeout", faults);
    PluginConfig {
        version: word("version"),
        description: word("description"),
        author: word("author"),
        tags: texts(node, "tags"),
        hooks: texts(node, "hooks"),
        mode,
        on_error: match on_error.as_deref() {
            None if ignores => OnError::Ignore,
            written => written.map_or(OnError::Fail, self::on_error),
        },
        priority: priority(node, faults).unwrap_or(default.priority),
        capabilities: capabilities(node, faults),
        timeout: node.get("timeout").and_then(duration::read),
        on_demand: flag("on_demand"),
        conditions: conditions::read(node, faults),
        blocking: flag("blocking"),
        max_content_size: size(node, faults),
        config: node.get("config").map_or(serde_json::Value::Null, Node::to_json),
        ..default
    }
}

/// The mode of a spelling, and whether the spelling also says `on_error: ignore`.
fn mode(spelling: Option<&str>) -> (PluginMode, bool) {
    match spelling {
        Some("transform" | "permissive") => (PluginMode::Transform, false),
        Some("audit") => (PluginMode::Audit, false),
        Some("concurrent") => (PluginMode::Concurrent, false),
        Some("fire_and_forget") => (PluginMode::FireAndForget, false),
        Some("disabled") => (PluginMode::Disabled, false),
        Some("enforce_ignore_error") => (PluginMode::Sequential, true),
        _ => (PluginMode::Sequential, false),
    }
}

fn on_error(word: &str) -> OnError {
    match word {
        "ignore" => OnError::Ignore,
        "disable" => OnError::Disable,
        _ => OnError::Fail,
    }
}

fn priority(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<i64> {
    let node = node.get("priority")?;
    let Value::Number(number) = &node.value else { return None };
    let priority = number.as_i64();
    if priority.is_none() {
        let message = format!("expected a whole number, found `{number}`");
        faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
    }
    priority
}

fn size(node: &Node, faults: &mut Vec<Diagnostic>) -> Option<u64> {
    let node = node.get("max_content_size")?;
    let bytes = integer::read(node).filter(|bytes| *bytes > 0);
    if bytes.is_none() && matches!(node.value, Value::Number(_)) {
        let message = "expected a number of bytes, 1 or more";
        faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
    }
    bytes
}

fn capabilities(node: &Node, faults: &mut Vec<Diagnostic>) -> Capabilities {
    let mut held = Capabilities::NONE;
    for text in written_capabilities(node) {
        match capability(text) {
            Some(capability) => held = held.with(capability),
            None => {
                let fault = format!("unknown capability `{}`", text.value);
                let names = Capability::ALL.iter().map(|capability| capability.name());
                faults.push(Diagnostic::new(codes::WRONG_VALUE, text.span, fault).nearest(&text.value, names));
            }
        }
    }
    held
}

/// An override takes capabilities away and gives none.
fn refuse_more(declared: Capabilities, node: &Node, faults: &mut Vec<Diagnostic>) {
    for text in written_capabilities(node) {
        if capability(text).is_some_and(|capability| !declared.has(capability)) {
            let message = format!("the plugin is not declared with the capability `{}`", text.value);
            let help = "a layer may take capabilities away; declare it there if the plugin needs it";
            faults.push(Diagnostic::new(OVERRIDE, text.span, message).help(help));
        }
    }
}

fn written_capabilities(node: &Node) -> impl Iterator<Item = &Text> {
    node.get("capabilities").map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text)
}

fn capability(text: &Text) -> Option<Capability> {
    Capability::ALL.iter().copied().find(|capability| capability.name() == text.value)
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let nodes = node.get(key).map(Node::one_or_many).unwrap_or_default();
    nodes.iter().filter_map(Node::text).map(|text| text.value.clone()).collect()
}

fn step(step: &ConfigStep) -> PathStep<'_> {
    match step {
        ConfigStep::Key(key) => PathStep::Key(key),
        ConfigStep::Index(index) => PathStep::Index(*index),
    }
}

/// The place of a value, or of the character at an offset of its text.
fn place(node: &Node, offset: Option<usize>) -> Span {
    match (node.text(), offset) {
        (Some(text), Some(offset)) => {
            let next = text.value.get(offset..).and_then(|rest| rest.chars().next());
            text.span_of(offset..offset + next.map_or(0, char::len_utf8))
        }
        _ => node.span,
    }
}

#[cfg(test)]
mod tests;
