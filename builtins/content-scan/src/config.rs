//! The configs of the two validators: their keys, and what they mean.

mod injection;
mod pii;

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, PluginConfig, PluginMode, Shape};
use regex::{Regex, RegexBuilder};
use serde_json::Value as Json;

pub(crate) use injection::{KEYS as INJECTION_KEYS, read as read_injection};
pub(crate) use pii::{KEYS as PII_KEYS, read as read_pii};

/// What becomes of what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The operation is denied.
    #[default]
    Deny,
    /// A mark is written over it; where that cannot be done, the operation is denied.
    Redact,
    /// It goes on the record, and the operation goes on.
    Audit,
}

/// The key that both configs have.
const MODE: Key = Key::optional(
    "mode",
    Shape::Word(&["deny", "redact", "audit"]),
    "What becomes of what is found: `deny` (default), `redact` or `audit`, which only reports it.",
);

/// The mode, which the plugin must be able to carry out.
fn mode(root: &ConfigNode<'_>, declaration: &PluginConfig, faults: &mut Vec<ConfigFault>) -> Mode {
    let Some(node) = root.get(MODE.name) else { return Mode::default() };
    let mode = match node.text() {
        Some("redact") => Mode::Redact,
        Some("audit") => Mode::Audit,
        _ => Mode::Deny,
    };
    if mode == Mode::Redact && declaration.mode == PluginMode::Concurrent {
        let fault = node.fault("a plugin of mode `concurrent` cannot redact");
        faults.push(fault.help("make it `mode: sequential`, beside its kind"));
    }
    mode
}

/// The config, an empty one where it is left out.
fn written(config: &Json) -> Json {
    if config.is_null() { Json::Object(serde_json::Map::new()) } else { config.clone() }
}

/// The regular expression of an element; case matters as it says itself.
fn regex(element: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<Regex> {
    let node = element.get("regex")?;
    match RegexBuilder::new(node.text()?).build() {
        Ok(regex) if regex.is_match("") => {
            let fault = node.fault("the regular expression matches empty text");
            faults.push(fault.help("let it match at least one character"));
            None
        }
        Ok(regex) => Some(regex),
        Err(error) => {
            faults.push(node.fault(format!("no regular expression: {}", last_line(&error))));
            None
        }
    }
}

/// The name of an element, which none before it has.
fn name(element: &ConfigNode<'_>, taken: &mut Vec<String>, faults: &mut Vec<ConfigFault>) -> Option<String> {
    let node = element.get("name")?;
    let name = node.text()?;
    if name.is_empty() {
        faults.push(node.fault("expected text, found empty text"));
        return None;
    }
    take(&node, name, taken, faults);
    Some(name.to_owned())
}

/// Notes a name that may stand once.
fn take(node: &ConfigNode<'_>, name: &str, taken: &mut Vec<String>, faults: &mut Vec<ConfigFault>) {
    if taken.iter().any(|other| other == name) {
        faults.push(node.fault(format!("`{name}` stands here twice")));
    }
    taken.push(name.to_owned());
}

/// What is wrong with a regular expression; the lines before repeat it.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next_back().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests;
