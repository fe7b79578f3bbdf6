//! A process that is killed while it writes.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;

use super::log::Log;

/// Where the process that is killed writes.
const FOLDER: &str = "CPEX_AUDIT_TEST_FOLDER";

#[test]
fn a_process_that_is_killed_leaves_a_log_that_verifies_and_goes_on() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let log = Log::in_folder(folder.into());
        let sink = log.open(&json!({}));
        loop {
            sink.write(1);
        }
    }
    let log = Log::new();
    for _ in 0..3 {
        let before = fs::metadata(log.path()).map_or(0, |metadata| metadata.len());
        let name = "audit::crash::a_process_that_is_killed_leaves_a_log_that_verifies_and_goes_on";
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env(FOLDER, log.folder())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while fs::metadata(log.path()).map_or(0, |metadata| metadata.len()) < before + 50_000 {
            assert!(child.try_wait().unwrap().is_none(), "it writes until it is killed");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        log.verify("").expect(3, &["genuine, and maybe not all"]);
    }
    log.open(&json!({})).close();
    log.verify("").expect(0, &["whole", "records in 4 streams"]);
}
