//! The sink from the outside: declared, built, opened, written to.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::config::{ConfigFault, PluginConfig};
use cpex_sdk::testing::{SequentialIds, block_on, host, record};
use cpex_sdk::{AuditSink, Factory, Host, Instance, Record, SinkError};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

fn build(config: Json, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
    let declaration = PluginConfig { config, ..PluginConfig::new("decisions", KIND) };
    LoggerFactory::default().build(&declaration, host)
}

fn sink(config: Json, host: &Host) -> Arc<dyn AuditSink> {
    match build(config, host) {
        Ok(Instance::Sink(sink)) => sink,
        other => panic!("expected a sink, found {other:?}"),
    }
}

fn file_sink(path: impl AsRef<Path>, host: &Host) -> Arc<dyn AuditSink> {
    sink(json!({"destination": {"file": {"path": path.as_ref().to_str().unwrap()}}}), host)
}

fn host_in(directory: &TempDir) -> Host {
    Host { directory: directory.path().to_owned(), ..host() }
}

fn write(sink: &dyn AuditSink) -> Result<(), SinkError> {
    block_on(sink.write(&record()))
}

/// The lines of a file, each of which must parse.
fn lines(path: &Path) -> Vec<Json> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sequences(lines: &[Json]) -> Vec<u64> {
    lines.iter().map(|line| line["sequence"].as_u64().unwrap()).collect()
}

#[test]
fn the_path_starts_from_the_directory_of_the_document() {
    let directory = TempDir::new().unwrap();
    let sink = file_sink("log.jsonl", &host_in(&directory));
    block_on(sink.initialize()).unwrap();
    write(&*sink).unwrap();
    assert_eq!(sequences(&lines(&directory.path().join("log.jsonl"))), [1]);
}

#[test]
fn nothing_is_opened_before_initialize() {
    let directory = TempDir::new().unwrap();
    let sink = file_sink("log.jsonl", &host_in(&directory));
    let error = write(&*sink).unwrap_err().to_string();
    assert!(error.ends_with("`: it was not initialized"), "{error}");
    assert!(!directory.path().join("log.jsonl").exists());
}

#[test]
fn a_second_initialize_goes_on_with_the_stream() {
    let directory = TempDir::new().unwrap();
    let sink = file_sink("log.jsonl", &host_in(&directory));
    for _ in 0..2 {
        block_on(sink.initialize()).unwrap();
        write(&*sink).unwrap();
    }
    assert_eq!(sequences(&lines(&directory.path().join("log.jsonl"))), [1, 2]);
}

#[test]
fn a_later_process_adds_a_stream_of_its_own() {
    let directory = TempDir::new().unwrap();
    let ids = Arc::new(SequentialIds::default());
    for _ in 0..2 {
        let sink = file_sink("log.jsonl", &Host { ids: ids.clone(), ..host_in(&directory) });
        block_on(sink.initialize()).unwrap();
        write(&*sink).unwrap();
    }
    let lines = lines(&directory.path().join("log.jsonl"));
    assert_eq!(sequences(&lines), [1, 1]);
    assert_ne!(lines[0]["stream"], lines[1]["stream"]);
}

#[test]
fn two_sinks_keep_two_files_and_two_streams() {
    let directory = TempDir::new().unwrap();
    let host = host_in(&directory);
    let sinks = ["a.jsonl", "b.jsonl"].map(|path| file_sink(path, &host));
    for sink in &sinks {
        block_on(sink.initialize()).unwrap();
    }
    write(&*sinks[0]).unwrap();
    write(&*sinks[1]).unwrap();
    write(&*sinks[0]).unwrap();
    let [a, b] = ["a.jsonl", "b.jsonl"].map(|path| lines(&directory.path().join(path)));
    assert_eq!((sequences(&a), sequences(&b)), (vec![1, 2], vec![1]));
    assert_eq!(a[0]["stream"], a[1]["stream"]);
    assert_ne!(a[0]["stream"], b[0]["stream"]);
}

#[test]
fn eight_threads_leave_whole_lines_without_gaps() {
    const EACH: u64 = 200;
    let directory = TempDir::new().unwrap();
    let sink = file_sink("log.jsonl", &host_in(&directory));
    block_on(sink.initialize()).unwrap();
    let reasons: Vec<String> = (0..8).map(|thread| format!("{thread}").repeat(1 << (thread * 2))).collect();
    std::thread::scope(|scope| {
        for reason in &reasons {
            let sink = &sink;
            scope.spawn(move || {
                for _ in 0..EACH {
                    block_on(sink.write(&Record { reason: Some(reason), ..record() })).unwrap();
                }
            });
        }
    });
    let lines = lines(&directory.path().join("log.jsonl"));
    assert_eq!(sequences(&lines), (1..=8 * EACH).collect::<Vec<_>>());
    for reason in &reasons {
        assert_eq!(lines.iter().filter(|line| line["reason"] == **reason).count() as u64, EACH);
    }
}

#[test]
fn the_line_a_dead_process_left_open_is_ended_first() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log.jsonl");
    fs::write(&path, "{\"sequence\":1}\n{\"seq").unwrap();
    let sink = file_sink("log.jsonl", &host_in(&directory));
    block_on(sink.initialize()).unwrap();
    write(&*sink).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[1]), (3, "{\"seq"));
    assert_eq!(serde_json::from_str::<Json>(lines[2]).unwrap()["sequence"], 1);
}

#[test]
fn a_file_that_cannot_be_opened_fails_to_initialize() {
    let directory = TempDir::new().unwrap();
    for path in ["missing/log.jsonl", "."] {
        let error = block_on(file_sink(path, &host_in(&directory)).initialize()).unwrap_err().to_string();
        assert!(error.starts_with("cannot open `"), "{error}");
    }
}

#[test]
fn every_fault_of_a_config_is_answered() {
    let faults = build(json!({"source": 1, "colour": "red"}), &host()).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn no_key_must_be_given() {
    assert!(LoggerFactory::default().keys("decisions").unwrap().iter().all(|key| !key.required));
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    let sink = file_sink("log.jsonl", &host_in(&directory));
    block_on(sink.initialize()).unwrap();
    let mode = fs::metadata(directory.path().join("log.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_log_that_was_moved_away_is_begun_anew() {
    let directory = TempDir::new().unwrap();
    let (path, moved) = (directory.path().join("log.jsonl"), directory.path().join("log.jsonl.1"));
    let sink = file_sink("log.jsonl", &host_in(&directory));
    block_on(sink.initialize()).unwrap();
    write(&*sink).unwrap();
    fs::rename(&path, &moved).unwrap();
    write(&*sink).unwrap();
    assert_eq!((sequences(&lines(&moved)), sequences(&lines(&path))), (vec![1], vec![2]));
}

#[cfg(unix)]
#[test]
fn a_removed_directory_fails_the_write_and_costs_no_number() {
    let directory = TempDir::new().unwrap();
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let sink = file_sink("inner/log.jsonl", &host_in(&directory));
    block_on(sink.initialize()).unwrap();
    write(&*sink).unwrap();
    fs::remove_dir_all(&inner).unwrap();
    let error = write(&*sink).unwrap_err().to_string();
    assert!(error.starts_with("cannot write to `"), "{error}");
    fs::create_dir(&inner).unwrap();
    write(&*sink).unwrap();
    assert_eq!(sequences(&lines(&inner.join("log.jsonl"))), [2]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_fails_the_write_and_says_nothing_of_the_record() {
    let sink = file_sink("/dev/full", &host());
    block_on(sink.initialize()).unwrap();
    let error = block_on(sink.write(&Record { reason: Some("of the record"), ..record() })).unwrap_err().to_string();
    assert_eq!(error, "cannot write to `/dev/full`: No space left on device (os error 28)");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_does_not_confirm_fails_the_write() {
    let config = |fsync: &str| json!({"destination": {"file": {"path": "/dev/null", "fsync": fsync}}});
    let [never, each] = ["never", "each"].map(|fsync| sink(config(fsync), &host()));
    for sink in [&never, &each] {
        block_on(sink.initialize()).unwrap();
    }
    write(&*never).unwrap();
    let error = write(&*each).unwrap_err().to_string();
    assert!(error.starts_with("cannot write to `/dev/null`: "), "{error}");
}
