//! `stub`: plugins of the policy whose answers the case gives.

use cpex::apl::node::{Entry, Node, Value};
use cpex::apl::span::Span;
use serde_json::{Map, Value as Json};

use super::codes;
use super::fields::{Fields, Keys};

const WORDS: [&str; 3] = ["allow", "panic", "timeout"];

/// What collaborators of other sorts may be scripted to do.
const OTHER_WORDS: [&str; 6] = ["deny", "pending", "approved", "denied", "expired", "forged"];

const STUB: Keys = Keys { of: "a stub", known: &["deny", "modify"], unavailable: &["grant", "error"] };

const MODIFY: Keys = Keys { of: "`modify`", known: &["args", "result"], unavailable: &[] };

/// The stubs of a case or of a file, in written order.
pub(crate) type Stubs = Vec<Stub>;

/// One scripted plugin.
#[derive(Clone, Debug)]
pub(crate) struct Stub {
    /// The name the document declares it under.
    pub(crate) plugin: String,
    /// Where the case names it.
    pub(crate) span: Span,
    pub(crate) script: Script,
}

/// What a scripted plugin does whenever it is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Script {
    Allow,
    /// Denies with that code.
    Deny(String),
    /// Replaces the named fields of the arguments, and of a structured result.
    Modify {
        args: Map<String, Json>,
        result: Map<String, Json>,
    },
    Panic,
    /// Never answers.
    Timeout,
}

/// Reads `stub`.
pub(crate) fn read(fields: &mut Fields, node: &Node, field: &str) -> Option<Stubs> {
    let entries = fields.entries(node, field)?;
    let stub = |entry: &Entry| {
        let script = script(fields, &entry.value, &entry.key.value)?;
        Some(Stub { plugin: entry.key.value.clone(), span: entry.key.span, script })
    };
    Some(entries.iter().filter_map(stub).collect())
}

fn script(fields: &mut Fields, node: &Node, plugin: &str) -> Option<Script> {
    match &node.value {
        Value::Text(word) if OTHER_WORDS.contains(&word.value.as_str()) => {
            let message =
                format!("stubs of delegators, approvers and engines, such as `{}`, are not available", word.value);
            let help = "a plugin may be stubbed by allow, {deny: code}, {modify: ..}, panic or timeout";
            fields.fault_with_help(codes::UNAVAILABLE, node.span, message, help);
            None
        }
        Value::Text(_) => match fields.word(node, plugin, &WORDS)? {
            "allow" => Some(Script::Allow),
            "panic" => Some(Script::Panic),
            _ => Some(Script::Timeout),
        },
        Value::Map(entries) => {
            fields.section(node, plugin, STUB)?;
            match entries.as_slice() {
                [Entry { key, value }] if key.value == "deny" => fields.text(value, "deny").map(Script::Deny),
                [Entry { key, value }] if key.value == "modify" => modify(fields, value),
                [_] => None,
                _ => fields.wrong_shape(node, plugin, "`{deny: code}` or `{modify: {..}}`"),
            }
        }
        _ => fields.wrong_shape(node, plugin, "allow, {deny: code}, {modify: ..}, panic or timeout"),
    }
}

fn modify(fields: &mut Fields, node: &Node) -> Option<Script> {
    let section = fields.section(node, "modify", MODIFY)?;
    let args = fields.read(section, "args", Fields::map).unwrap_or_default();
    let result = fields.read(section, "result", Fields::map).unwrap_or_default();
    Some(Script::Modify { args, result })
}
