#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use cpex_sdk::testing::tool_call;
use cpex_sdk::{ToolPreInvoke, Verdict};
use serde_json::json;

use super::ToolAllowList;

#[test]
fn only_listed_tools_may_be_called() {
    let plugin = ToolAllowList::configured(&json!({ "allowed_tools": ["web_search"] })).unwrap();
    let listed = tool_call("web_search").build().run::<ToolPreInvoke, _>(&plugin).unwrap();
    assert!(matches!(listed.verdict, Verdict::Allow));
    let other = tool_call("wire_money").build().run::<ToolPreInvoke, _>(&plugin).unwrap();
    assert!(matches!(other.verdict, Verdict::Deny(violation) if violation.code.as_deref() == Some("tool.not_listed")));
}

#[test]
fn everything_that_is_wrong_with_a_config_is_found() {
    let faults = ToolAllowList::configured(&json!({ "allowed_tools": ["a", "", 7, ""], "deny": [] })).unwrap_err();
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert_eq!(ToolAllowList::configured(&json!({})).unwrap_err().len(), 1);
}
