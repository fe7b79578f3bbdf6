//! `expect`: what must come of a step.

use cpex::apl::node::{Node, Value};
use serde_json::Value as Json;

use super::codes;
use super::fields::{Fields, Keys};

const KEYS: &[&str] = &[
    "decision",
    "code",
    "reason",
    "rule",
    "args",
    "result",
    "result_parts",
    "labels",
    "message_labels",
    "response",
    "backend_called",
    "audit",
    "restrict",
    "delegations",
    "trace",
];

const EXPECT: Keys = Keys { of: "an expectation", known: KEYS, unavailable: &[] };

const RESPONSE: Keys = Keys { of: "`response`", known: &["status", "headers", "body"], unavailable: &[] };

const DECISIONS: [&str; 3] = ["allow", "deny", "pending"];

/// The expectations of one step: each key with the value that must be seen, in written order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expect(pub(crate) Vec<(&'static str, Json)>);

impl Expect {
    /// Whether something is expected of how the step is decided.
    pub(crate) fn asks_for_trace(&self) -> bool {
        self.0.iter().any(|(key, _)| *key == "trace")
    }
}

/// Reads `expect`.
pub(crate) fn read(fields: &mut Fields, node: &Node, field: &str) -> Option<Expect> {
    let section = fields.section(node, field, EXPECT)?;
    if section.get("decision").is_none() {
        let help = "add `decision: allow`, `decision: deny` or `decision: pending`";
        fields.fault_with_help(codes::MISSING_KEY, node.span, "`decision` is missing", help);
    }
    let mut expected = Vec::new();
    for entry in section.entries() {
        let Some(key) = KEYS.iter().copied().find(|key| *key == entry.key.value) else { continue };
        if is_well_formed(fields, &entry.value, key) {
            expected.push((key, entry.value.to_json()));
        }
    }
    Some(Expect(expected))
}

fn is_well_formed(fields: &mut Fields, node: &Node, key: &str) -> bool {
    let is_null = matches!(node.value, Value::Null);
    match key {
        "decision" => fields.word(node, key, &DECISIONS).is_some(),
        "code" | "reason" | "rule" => is_null || fields.text(node, key).is_some(),
        "args" | "restrict" => is_null || fields.entries(node, key).is_some(),
        "labels" | "message_labels" => fields.names(node, key).is_some(),
        "backend_called" => fields.boolean(node, key).is_some(),
        "result_parts" => is_null || fields.list(node, key).is_some(),
        "response" => is_null || fields.section(node, key, RESPONSE).is_some(),
        "audit" => audit(fields, node),
        "delegations" => fields.list(node, key).is_some(),
        "trace" => fields.entries(node, key).is_some(),
        _ => true,
    }
}

/// A map of fields of the last record, or a list of such maps, one for each record of the step.
fn audit(fields: &mut Fields, node: &Node) -> bool {
    match &node.value {
        Value::List(nodes) => nodes.iter().all(|node| fields.entries(node, "audit").is_some()),
        _ => fields.entries(node, "audit").is_some(),
    }
}
