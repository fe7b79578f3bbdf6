//! Which attributes a record says the value of.

use std::collections::BTreeSet;

use cpex::sdk::audit::{CARRIED, ValuePath};
use serde_json::Value as Json;

/// What is known of one operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Those of whose namespaces nothing else is kept.
    values: Vec<ValuePath>,
    /// Namespaces of which nothing is, whatever was listed.
    lost: BTreeSet<String>,
    /// Whether the operation reads a resource, whose arguments are its URI.
    is_resource: bool,
    /// Whether the host named a session, which is told by a pseudonym.
    has_session: bool,
}

impl Known {
    /// What the inputs of a record say.
    pub(super) fn of(inputs: &Json) -> Self {
        let list =
            |name: &str| inputs.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        Self {
            values: list("values").filter_map(ValuePath::read).collect(),
            lost: list("lost").map(str::to_owned).collect(),
            is_resource: inputs.pointer("/call/resource").is_some(),
            has_session: inputs.get("session").is_some(),
        }
    }

    /// The same, and what a record of the side after the operation says.
    pub(super) fn and(&self, after: &Json) -> Self {
        let Self { lost, .. } = Self::of(after);
        Self { lost: self.lost.union(&lost).cloned().collect(), ..self.clone() }
    }

    /// Nothing is known of that namespace.
    pub(super) fn lose(&mut self, namespace: &str) {
        self.lost.insert(namespace.to_owned());
    }

    /// Those of these attributes whose values nobody knows.
    pub(super) fn missing(&self, reads: &BTreeSet<String>) -> BTreeSet<String> {
        reads.iter().filter(|path| !self.holds(path)).cloned().collect()
    }

    fn holds(&self, path: &str) -> bool {
        if path == "agent.session_id" && !self.has_session {
            return true;
        }
        if path == "llm.model" || path == "args.model" || path == "mcp.server" {
            return true;
        }
        if path == "mcp" || path.starts_with("mcp.") {
            return false;
        }
        let below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let Some(root) = CARRIED.iter().find(|root| below(root)) else { return true };
        if *root == "args" && self.is_resource {
            return true;
        }
        let leads_there = |listed: &ValuePath| {
            let listed = listed.to_string();
            path.strip_prefix(listed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        !self.lost.contains(*root) && self.values.iter().any(leads_there)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn missing(inputs: &Json, reads: &[&str]) -> Vec<String> {
        Known::of(inputs).missing(&reads.iter().map(|path| (*path).to_owned()).collect()).into_iter().collect()
    }

    #[test]
    fn what_is_listed_is_known_with_all_below_it_and_nothing_above() {
        let inputs = json!({"values": ["args.a.b", "custom"], "lost": []});
        assert!(missing(&inputs, &["args.a.b", "args.a.b.c", "custom.x", "subject.id", "http.host"]).is_empty());
        assert_eq!(
            missing(&inputs, &["args", "args.a", "args.a.bc", "result.x"]),
            ["args", "args.a", "args.a.bc", "result.x"]
        );
    }

    #[test]
    fn what_was_lost_is_not_known_although_it_is_listed() {
        let inputs = json!({"values": ["args", "result"], "lost": ["result"]});
        assert_eq!(missing(&inputs, &["args.a", "result.b"]), ["result.b"]);
    }

    #[test]
    fn what_names_the_operation_is_no_value() {
        let inputs = json!({"values": [], "lost": [], "call": {"resource": "file:///a"}});
        assert!(missing(&inputs, &["args.uri", "llm.model", "mcp.server", "agent.session_id"]).is_empty());
        assert_eq!(missing(&json!({"session": "s"}), &["agent.session_id", "mcp.x"]), ["agent.session_id", "mcp.x"]);
    }
}
