//! `stub`: collaborators of the policy whose answers the case gives.

use cpex::apl::node::{Entry, Node, Value};
use cpex::apl::span::Span;
use serde_json::{Map, Value as Json};

use super::fields::{Fields, Keys};

/// What a stub may be in one word, and what it scripts.
const WORDS: [(&str, Script); 10] = [
    ("allow", Script::Allow),
    ("deny", Script::Refuse),
    ("error", Script::Fail(String::new())),
    ("panic", Script::Panic),
    ("timeout", Script::Timeout),
    ("pending", Script::Reply(Reply::Pending)),
    ("approved", Script::Reply(Reply::Approved)),
    ("denied", Script::Reply(Reply::Denied)),
    ("expired", Script::Reply(Reply::Expired)),
    ("forged", Script::Reply(Reply::Forged)),
];

const STUB: Keys = Keys { of: "a stub", known: &["deny", "modify", "grant", "error"], unavailable: &[] };

const MODIFY: Keys = Keys { of: "`modify`", known: &["args", "result"], unavailable: &[] };

/// What may be written, for people.
const FORMS: &str = "allow, deny, error, panic, timeout, pending, approved, denied, expired, forged, {deny: code}, \
                     {modify: ..}, {grant: [..]} or {error: text}";

/// The stubs of a case or of a file, in written order.
pub(crate) type Stubs = Vec<Stub>;

/// One scripted collaborator.
#[derive(Clone, Debug)]
pub(crate) struct Stub {
    /// The name the document declares it under; of an engine, its dialect or its kind.
    pub(crate) plugin: String,
    /// Where the case names it.
    pub(crate) span: Span,
    pub(crate) script: Script,
}

/// What a scripted collaborator does whenever it is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Script {
    /// Lets the operation go on; of an engine, permits.
    Allow,
    /// Of an engine: denies.
    Refuse,
    /// Denies with that code.
    Deny(String),
    /// Replaces the named fields of the arguments, and of a structured result.
    Modify {
        args: Map<String, Json>,
        result: Map<String, Json>,
    },
    /// Of a delegator: mints a credential with these scopes.
    Grant(Vec<String>),
    /// Of a channel: what the person who is asked answers.
    Reply(Reply),
    /// Cannot do what it is asked.
    Fail(String),
    Panic,
    /// Never answers.
    Timeout,
}

/// What becomes of a question to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Pending,
    Approved,
    Denied,
    Expired,
    Forged,
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
        Value::Text(_) => {
            let word = fields.word(node, plugin, &WORDS.map(|(word, _)| word))?;
            WORDS.into_iter().find_map(|(known, script)| (known == word).then_some(script))
        }
        Value::Map(entries) => {
            fields.section(node, plugin, STUB)?;
            match entries.as_slice() {
                [Entry { key, value }] => match key.value.as_str() {
                    "deny" => fields.text(value, "deny").map(Script::Deny),
                    "error" => fields.text(value, "error").map(Script::Fail),
                    "grant" => grant(fields, value),
                    "modify" => modify(fields, value),
                    _ => None,
                },
                _ => fields.wrong_shape(node, plugin, FORMS),
            }
        }
        _ => fields.wrong_shape(node, plugin, FORMS),
    }
}

fn grant(fields: &mut Fields, node: &Node) -> Option<Script> {
    let names = fields.list(node, "grant")?;
    Some(Script::Grant(names.iter().filter_map(|name| fields.text(name, "grant")).collect()))
}

fn modify(fields: &mut Fields, node: &Node) -> Option<Script> {
    let section = fields.section(node, "modify", MODIFY)?;
    let args = fields.read(section, "args", Fields::map).unwrap_or_default();
    let result = fields.read(section, "result", Fields::map).unwrap_or_default();
    Some(Script::Modify { args, result })
}
