//! Whether an operation could be allowed, asked before it is stated.

use cpex_core::{Caller, Operation};
use serde_json::Map;

use crate::support::{Bench, eve, vouched};

const POLICY: &str = "{ plugins: [ { name: log, kind: audit/test } ], routes: [ \
    { tool: lookup, policy: [ \"require(role.hr)\" ] }, \
    { tool: small, policy: [ \"args.amount > 10: deny\" ] }, \
    { tool: marked, policy: [ \"session.labels contains 'x': deny\" ] } ] }";

#[tokio::test]
async fn only_what_is_certainly_denied_is_hidden_and_nothing_is_recorded() {
    let bench = Bench::new(POLICY).await;
    let asked =
        |tool: &str, caller: Caller| bench.manager.could_allow(Operation::tool(tool, Map::new()).caller(caller));
    assert!(asked("lookup", eve()).await);
    assert!(!asked("lookup", vouched("bob", &[])).await, "bob lacks the role, whatever he asks for");
    assert!(asked("small", vouched("bob", &[])).await, "some amount is allowed");
    assert!(asked("marked", eve()).await, "labels may have changed until the call");
    assert!(!asked("elsewhere", eve()).await, "no route admits it");
    assert!(bench.records.lock().unwrap().is_empty());
}
