//! `conditions` of a plugin, read.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::Node;
use apl_cpex::pattern::Pattern;
use cpex_sdk::config::Condition;

use super::codes;

/// Reads the conditions of a plugin. One that asks nothing would admit every operation, and is refused.
pub(super) fn read(plugin: &Node, faults: &mut Vec<Diagnostic>) -> Vec<Condition> {
    let written = plugin.get("conditions").map(Node::one_or_many).unwrap_or_default();
    written.iter().map(|node| condition(node, faults)).collect()
}

fn condition(node: &Node, faults: &mut Vec<Diagnostic>) -> Condition {
    let words = |key: &str| -> Vec<String> {
        let nodes = node.get(key).map(Node::one_or_many).unwrap_or_default();
        nodes.iter().filter_map(Node::text).map(|text| text.value.clone()).collect()
    };
    let condition = Condition {
        server_ids: words("server_ids"),
        tenant_ids: words("tenant_ids"),
        tools: words("tools"),
        prompts: words("prompts"),
        resources: words("resources"),
        agents: words("agents"),
        user_patterns: words("user_patterns"),
        content_types: words("content_types"),
    };
    if condition == Condition::default() {
        let help = "name a tool, a tenant or the like, or leave `conditions` out to admit every operation";
        faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, "this condition asks nothing").help(help));
    }
    for key in ["tools", "prompts", "resources", "agents", "user_patterns", "content_types"] {
        for text in node.get(key).map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text) {
            if let Err(error) = Pattern::parse(&text.value) {
                faults.push(Diagnostic::new(codes::WRONG_VALUE, text.span, error.to_string()));
            }
        }
    }
    condition
}
