//! Files that are begun anew when they are full.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{block_on, host, record};
use cpex_sdk::{AuditSink, Factory, Host, Instance, Record};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

fn sink(factory: &LoggerFactory, directory: &Path, config: Json) -> Arc<dyn AuditSink> {
    let declaration = PluginConfig { config, ..PluginConfig::new("decisions", KIND) };
    let host = Host { directory: directory.to_owned(), ..host() };
    match factory.build(&declaration, &host) {
        Ok(Instance::Sink(sink)) => sink,
        other => panic!("expected a sink, found {other:?}"),
    }
}

fn config(keep: u32) -> Json {
    json!({"destination": {"file": {"path": "log.jsonl", "rotate": {"max_bytes": 16384, "keep": keep}}}})
}

fn chained(keep: u32) -> Json {
    let mut config = config(keep);
    config["chain"] = json!({"key": {"kind": "literal", "secret": "07".repeat(32)}, "checkpoint_every": 5});
    config
}

/// The oldest first.
fn files(directory: &Path) -> Vec<PathBuf> {
    let rotated = (1..100).rev().map(|number| directory.join(format!("log.jsonl.{number}")));
    rotated.filter(|path| path.exists()).chain([directory.join("log.jsonl")]).collect()
}

fn lines(path: &Path) -> Vec<Json> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sequences(paths: &[PathBuf]) -> Vec<u64> {
    paths.iter().flat_map(|path| lines(path)).map(|line| line["sequence"].as_u64().unwrap()).collect()
}

fn write(sink: &dyn AuditSink, reason: &str) {
    block_on(sink.write(&Record { reason: Some(reason), ..record() })).unwrap();
}

#[test]
fn no_record_is_lost_or_split_over_files() {
    for config in [config(9), chained(9)] {
        let directory = TempDir::new().unwrap();
        let sink = sink(&LoggerFactory::default(), directory.path(), config);
        block_on(sink.initialize()).unwrap();
        let reasons: Vec<String> = (0..40).map(|number| format!("{number}").repeat(number * 10)).collect();
        reasons.iter().for_each(|reason| write(&*sink, reason));
        block_on(sink.shutdown());

        let files = files(directory.path());
        assert!(files.len() > 2, "{files:?}");
        assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() <= 16384));
        let all: Vec<Json> = files.iter().flat_map(|file| lines(file)).collect();
        assert_eq!(sequences(&files), (1..=all.len() as u64).collect::<Vec<_>>());
        let written: Vec<&str> = all.iter().filter_map(|line| line["reason"].as_str()).collect();
        assert_eq!(written, reasons);
    }
}

#[test]
fn a_line_that_is_longer_than_a_file_has_one_alone() {
    let directory = TempDir::new().unwrap();
    let sink = sink(&LoggerFactory::default(), directory.path(), config(9));
    block_on(sink.initialize()).unwrap();
    for reason in ["a", &"b".repeat(20_000), "c"] {
        write(&*sink, reason);
    }
    let files = files(directory.path());
    assert_eq!(files.iter().map(|file| lines(file).len()).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn the_oldest_is_removed_once_there_are_as_many_as_are_kept() {
    let directory = TempDir::new().unwrap();
    let sink = sink(&LoggerFactory::default(), directory.path(), config(2));
    block_on(sink.initialize()).unwrap();
    for _ in 0..6 {
        write(&*sink, &"x".repeat(12_000));
    }
    let files = files(directory.path());
    assert_eq!((files.len(), sequences(&files)), (3, vec![4, 5, 6]));
}

#[test]
fn every_file_of_a_chain_begins_with_a_checkpoint() {
    let directory = TempDir::new().unwrap();
    let sink = sink(&LoggerFactory::default(), directory.path(), chained(9));
    block_on(sink.initialize()).unwrap();
    for _ in 0..30 {
        write(&*sink, &"x".repeat(500));
    }
    let firsts: Vec<Json> = files(directory.path()).iter().map(|file| lines(file).swap_remove(0)).collect();
    assert!(firsts.len() > 2);
    for (number, first) in firsts.iter().enumerate() {
        let kind = if number == 0 { "start" } else { "continue" };
        assert_eq!((&first["checkpoint"]["kind"], &first["checkpoint"]["opens"]), (&json!(kind), &json!(true)));
    }
}

#[test]
fn a_start_after_a_rotation_that_was_not_finished_goes_on_with_the_chain() {
    let directory = TempDir::new().unwrap();
    let (path, moved) = (directory.path().join("log.jsonl"), directory.path().join("log.jsonl.1"));
    let first = sink(&LoggerFactory::default(), directory.path(), chained(9));
    block_on(first.initialize()).unwrap();
    write(&*first, "a");
    block_on(first.shutdown());
    fs::rename(&path, &moved).unwrap();

    let second = sink(&LoggerFactory::default(), directory.path(), chained(9));
    block_on(second.initialize()).unwrap();
    let (before, after) = (fs::read_to_string(&moved).unwrap(), lines(&path));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, before.lines().last().unwrap().as_bytes());
    let expected: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(after[0]["previous"], expected);
}

#[test]
fn sinks_of_one_manager_share_a_file_while_one_document_replaces_another() {
    let directory = TempDir::new().unwrap();
    let factory = LoggerFactory::default();
    let [old, new] = [chained(9), chained(9)].map(|config| sink(&factory, directory.path(), config));
    block_on(old.initialize()).unwrap();
    write(&*old, "a");
    block_on(new.initialize()).unwrap();
    write(&*new, "b");
    write(&*old, "c");
    block_on(old.shutdown());
    write(&*new, "d");
    block_on(new.shutdown());
    let lines = lines(&directory.path().join("log.jsonl"));
    let reasons: Vec<&str> = lines.iter().filter_map(|line| line["reason"].as_str()).collect();
    assert_eq!(reasons, ["a", "b", "c", "d"]);
    let closes: Vec<&Json> = lines.iter().filter(|line| line["checkpoint"]["kind"] == "close").collect();
    assert_eq!((&closes[0]["checkpoint"]["others"], &closes[1]["checkpoint"]["others"]), (&json!(1), &json!(0)));
}

#[cfg(unix)]
#[test]
fn a_file_that_another_writes_to_is_not_opened() {
    let directory = TempDir::new().unwrap();
    let [one, two] = [0, 1].map(|_| sink(&LoggerFactory::default(), directory.path(), chained(9)));
    block_on(one.initialize()).unwrap();
    let error = block_on(two.initialize()).unwrap_err().to_string();
    assert!(error.ends_with("it is written to already: give each sink of each process its own"), "{error}");
    block_on(one.shutdown());
    block_on(two.initialize()).unwrap();
}

#[test]
fn a_file_holds_chained_lines_or_others() {
    for (first, second, what) in [(config(9), chained(9), "without"), (chained(9), config(9), "with")] {
        let directory = TempDir::new().unwrap();
        let [first, second] = [first, second].map(|config| sink(&LoggerFactory::default(), directory.path(), config));
        block_on(first.initialize()).unwrap();
        write(&*first, "a");
        block_on(first.shutdown());
        let error = block_on(second.initialize()).unwrap_err().to_string();
        let expected = format!("it holds lines {what} a chain: name another file, or move it away");
        assert!(error.ends_with(&expected), "{error}");
    }
}

#[test]
fn what_is_written_after_a_shutdown_is_a_stream_of_its_own() {
    let directory = TempDir::new().unwrap();
    let sink = sink(&LoggerFactory::default(), directory.path(), chained(9));
    block_on(sink.initialize()).unwrap();
    write(&*sink, "a");
    block_on(sink.shutdown());
    write(&*sink, "b");
    let lines = lines(&directory.path().join("log.jsonl"));
    assert_eq!(lines.iter().map(|line| line["sequence"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 1, 2]);
    assert_ne!(lines[0]["stream"], lines[3]["stream"]);
}
