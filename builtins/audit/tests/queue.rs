//! A sink that would rather lose records than hold up an operation.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{block_on, host, record};
use cpex_sdk::{AuditSink, Factory, Host, Instance, Record};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

fn sink(directory: &Path, path: &str) -> Arc<dyn AuditSink> {
    let config = json!({"destination": {"file": {"path": path}}, "on_failure": "drop_counted", "queue": 5000});
    let declaration = PluginConfig { config, ..PluginConfig::new("decisions", KIND) };
    let host = Host { directory: directory.to_owned(), ..host() };
    let Ok(Instance::Sink(sink)) = LoggerFactory::default().build(&declaration, &host) else { panic!("no sink") };
    block_on(sink.initialize()).unwrap();
    sink
}

fn lines(path: &Path) -> Vec<Json> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(sink: &dyn AuditSink, reason: &str) {
    block_on(sink.write(&Record { reason: Some(reason), ..record() })).unwrap();
}

/// Waits for the thread of the sink.
fn dropped(sink: &dyn AuditSink) -> u64 {
    loop {
        match sink.take_dropped() {
            0 => std::thread::yield_now(),
            dropped => return dropped,
        }
    }
}

#[test]
fn what_waits_is_written_in_order_before_the_end() {
    let directory = TempDir::new().unwrap();
    let sink = sink(directory.path(), "log.jsonl");
    let reasons: Vec<String> = (0..500).map(|number| number.to_string()).collect();
    reasons.iter().for_each(|reason| write(&*sink, reason));
    block_on(sink.shutdown());
    let lines = lines(&directory.path().join("log.jsonl"));
    assert_eq!(lines.iter().map(|line| line["reason"].as_str().unwrap()).collect::<Vec<_>>(), reasons);
    assert_eq!(lines[499]["sequence"], 500);
    assert_eq!(sink.take_dropped(), 0);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_counted_where_it_is_missing() {
    let directory = TempDir::new().unwrap();
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let sink = sink(directory.path(), "inner/log.jsonl");
    fs::remove_dir_all(&inner).unwrap();
    write(&*sink, "a");
    write(&*sink, "b");
    let mut lost = 0;
    while lost < 2 {
        lost += dropped(&*sink);
    }
    fs::create_dir(&inner).unwrap();
    write(&*sink, "c");
    block_on(sink.shutdown());
    let lines = lines(&inner.join("log.jsonl"));
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["sequence"], &lines[0]["gap"]["dropped"]), (&json!(1), &json!(2)));
    assert_eq!((&lines[1]["sequence"], &lines[1]["reason"]), (&json!(2), &json!("c")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_denies_nothing_and_is_counted() {
    let sink = sink(Path::new("."), "/dev/full");
    write(&*sink, "a");
    assert_eq!(dropped(&*sink), 1);
    block_on(sink.shutdown());
}

#[test]
fn what_comes_after_the_end_is_written_at_once() {
    let directory = TempDir::new().unwrap();
    let sink = sink(directory.path(), "log.jsonl");
    block_on(sink.shutdown());
    write(&*sink, "a");
    assert_eq!(lines(&directory.path().join("log.jsonl"))[0]["reason"], "a");
}
