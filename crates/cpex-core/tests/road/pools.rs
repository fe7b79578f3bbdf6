//! `execution_pool`: how much runs in the background, and how much side by side.

use std::sync::Arc;

use cpex_core::ManagerConfig;
use cpex_sdk::testing::RecordingMetrics;
use tokio::time::Instant;

use crate::support::{Bench, allowed, lookup};

/// Three plugins that never answer, and are given up after a second each.
const CONCURRENT: &str = "
plugins:
  - { name: a, kind: test/control, mode: concurrent, hooks: [cmf.tool_pre_invoke], timeout: 1, on_error: ignore, config: { do: hang } }
  - { name: b, kind: test/control, mode: concurrent, hooks: [cmf.tool_pre_invoke], timeout: 1, on_error: ignore, config: { do: hang } }
  - { name: c, kind: test/control, mode: concurrent, hooks: [cmf.tool_pre_invoke], timeout: 1, on_error: ignore, config: { do: hang } }
routes: [ { tool: lookup } ]
";

const PARALLEL: &str = "
plugins:
  - { name: a, kind: test/control, mode: concurrent, timeout: 1, on_error: ignore, config: { do: hang } }
routes:
  - { tool: lookup, policy: [ parallel: [ run(a), { parallel: [ run(a), run(a) ] } ] ] }
";

#[tokio::test(start_paused = true)]
async fn what_finds_no_place_beside_another_comes_after_it() {
    for document in [CONCURRENT, PARALLEL] {
        for (pool, seconds) in [("", 1), ("execution_pool: 4", 1), ("execution_pool: 1", 3)] {
            let bench = Bench::new(&format!("plugin_settings: {{ {pool} }}\n{document}")).await;
            let begun = Instant::now();
            drop(allowed(bench.manager.authorize(lookup()).await));
            assert_eq!(begun.elapsed().as_secs(), seconds, "{pool} {document}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn operations_share_the_places_and_each_has_one_at_least() {
    let bench = Bench::new(&format!("plugin_settings: {{ execution_pool: 3 }}\n{CONCURRENT}")).await;
    let begun = Instant::now();
    let (first, second) = tokio::join!(biased; bench.manager.authorize(lookup()), async {
        let outcome = bench.manager.authorize(lookup()).await;
        (outcome, begun.elapsed().as_secs())
    });
    drop(allowed(first));
    assert_eq!(second.1, 2, "one while the others had all places, then two of those");
    drop(allowed(second.0));
}

#[tokio::test]
async fn what_finds_no_place_in_the_background_is_left_out_and_told() {
    let metrics = Arc::new(RecordingMetrics::default());
    let document = "
plugin_settings: { execution_pool: 1 }
plugins:
  - { name: a, kind: test/control, mode: fire_and_forget, hooks: [cmf.tool_pre_invoke], config: { do: hang } }
  - { name: b, kind: test/control, mode: fire_and_forget, hooks: [cmf.tool_pre_invoke], config: { do: hang } }
routes: [ { tool: lookup } ]
";
    let told = Arc::clone(&metrics);
    let bench = Bench::with(document, ManagerConfig { metrics: Some(told), ..ManagerConfig::default() }).await;
    drop(allowed(bench.manager.authorize(lookup()).await));
    let expected = "cpex.background.left_out cpex.plugin.name=b cpex.background.reason=full";
    assert!(metrics.lines().iter().any(|line| line == expected), "{:?}", metrics.lines());
}
