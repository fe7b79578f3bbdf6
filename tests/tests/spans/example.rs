//! The example of `docs/observability.md` is what is seen when it is run.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cpex::ManagerConfig;
use cpex::prelude::*;
use cpex::sdk::testing::{RecordingMetrics, SequentialIds};
use serde_json::{Map, json};

use super::capture::{Seen, capture};
use super::watched::{guard, manager_with};

#[test]
fn the_example_of_the_page_is_what_is_seen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/observability.md");
    let page = fs::read_to_string(path).unwrap();
    let policy = block(&page, "yaml", 0);
    let metrics = Arc::new(RecordingMetrics::default());
    let told = Some(Arc::clone(&metrics) as _);
    let config =
        ManagerConfig { metrics: told, ids: Some(Arc::new(SequentialIds::default())), ..ManagerConfig::default() };
    let (outcome, seen) = capture(async {
        let manager = manager_with(policy, config).await;
        let alice = Subject { id: "alice".into(), ..Subject::default() };
        let caller = Caller::vouched(Identity { subject: Some(alice), ..Identity::default() });
        let operation = Operation::tool("get_compensation", Map::new()).session("s1").caller(caller);
        guard(&manager, operation, Answer::structured(json!({ "ssn": "555-12-3456" }))).await
    });
    assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
    assert_eq!(block(&page, "text", 0), tree(&seen), "the spans of the page");
    let lines: String = metrics.lines().iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(block(&page, "text", 1), lines, "the metrics of the page");
}

/// The text of the fenced block of a language, counted from 0.
fn block<'p>(page: &'p str, language: &str, index: usize) -> &'p str {
    let text = page.split(&format!("```{language}\n")).nth(index + 1).unwrap();
    text.split_once("```").unwrap().0
}

/// Each span within its parent, with the attributes it has.
fn tree(seen: &[Seen]) -> String {
    let line = |span: &Seen| {
        let depth = std::iter::successors(span.parent, |place| seen[*place].parent).count();
        let values = span.values.iter().map(|(name, value)| format!(" {name}={value}"));
        format!("{}{}{}\n", "  ".repeat(depth), span.name(), values.collect::<String>())
    };
    seen.iter().map(line).collect()
}
