//! l. What the number of routes costs: a call that one of them names, a call that none matches, which asks every pattern,
//! loading them, and keeping them.

use std::fmt::Write as _;

use cpex::prelude::*;
use serde_json::Map;

use super::Bench;
use super::monitor::{manager, operation, ready};

pub(crate) fn all(bench: &mut Bench) {
    let sizes = [
        (1, "l-call-under-1-route", "l-unmatched-under-1-route", "l-load-1-route"),
        (100, "l-call-under-100-routes", "l-unmatched-under-100-routes", "l-load-100-routes"),
        (10_000, "l-call-under-10000-routes", "l-unmatched-under-10000-routes", "l-load-10000-routes"),
    ];
    for (count, call, unmatched, load) in sizes {
        if !bench.wants(call) && !bench.wants(unmatched) {
            continue;
        }
        let document = document(count);
        let manager = manager(&document);
        bench.scenario(call, || operation("hr"), |operation| ready(manager.authorize(operation)));
        bench.scenario(
            unmatched,
            || Operation::tool("unknown", Map::new()),
            |operation| ready(manager.authorize(operation)),
        );
        bench.load(load, || super::monitor::manager(&document));
    }
}

/// So many routes, the last of them that of the operation; every tenth is a glob.
fn document(count: usize) -> String {
    let mut text = String::from("routes:\n");
    for number in 1..count {
        let star = if number % 10 == 0 { "-*" } else { "" };
        let _ = writeln!(
            text,
            "  - tool: 'tool-{number:05}{star}'\n    args: {{ id: \"required | str | len(1..64)\" }}\n    \
             policy: [ \"require(role.r{}, authenticated)\", \"args.amount > {number}: deny('too much')\" ]\n    \
             result: {{ ssn: \"str | redact(!perm.view_ssn)\" }}",
            number % 50,
        );
    }
    text.push_str("  - { tool: lookup, policy: [ \"require(role.hr)\" ] }\n");
    text
}
