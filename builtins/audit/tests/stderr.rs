//! Standard error as the destination, seen from another process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::process::Command;

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{block_on, host, record};
use cpex_sdk::{Factory, Instance};
use serde_json::{Value as Json, json};

const CHILD: &str = "CPEX_AUDIT_TEST_CHILD";

#[test]
fn records_are_lines_on_standard_error() {
    if std::env::var_os(CHILD).is_some() {
        return write_two();
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "records_are_lines_on_standard_error", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8(child.stderr).unwrap();
    assert!(child.status.success(), "{text}");
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!((&lines[0]["sequence"], &lines[1]["sequence"]), (&json!(1), &json!(2)));
    assert_eq!(lines[0]["source"], "child");
}

fn write_two() {
    let declaration = PluginConfig { config: json!({"source": "child"}), ..PluginConfig::new("decisions", KIND) };
    let Ok(Instance::Sink(sink)) = LoggerFactory::default().build(&declaration, &host()) else {
        panic!("expected a sink")
    };
    block_on(sink.initialize()).unwrap();
    for _ in 0..2 {
        block_on(sink.write(&record())).unwrap();
    }
}
