//! The one table a run of the benchmarks ends with.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One measured scenario.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) floor: Option<&'static str>,
    pub(crate) allocations: u64,
    pub(crate) bytes: u64,
    /// Where criterion did not find it.
    pub(crate) ns: Option<f64>,
    /// Bytes that what it makes keeps, of a scenario whose output is kept.
    pub(crate) kept: Option<i64>,
}

impl Row {
    pub(crate) const fn new(name: &'static str, floor: Option<&'static str>, allocations: u64, bytes: u64) -> Self {
        Self { name, floor, allocations, bytes, ns: None, kept: None }
    }
}

pub(crate) fn print(rows: &[Row]) {
    println!(
        "\n{:<34} {:>10} {:>7} {:>8} {:>12} {:>7}  floor",
        "scenario", "ns", "allocs", "bytes", "instructions", "ratio"
    );
    for row in rows {
        let time = row.ns.or_else(|| median_ns(row.name));
        let ratio = row.floor.and_then(median_ns).zip(time).map(|(floor, time)| time / floor);
        println!(
            "{:<34} {:>10} {:>7} {:>8} {:>12} {:>7}  {}",
            row.name,
            shown(time, 1),
            row.allocations,
            row.bytes,
            // What takes long would take an hour under valgrind.
            row.ns
                .map_or_else(|| instructions(row.name), |_| None)
                .map_or_else(|| "-".to_owned(), |count| count.to_string()),
            shown(ratio, 1),
            row.floor.unwrap_or("-"),
        );
        if let Some(kept) = row.kept {
            println!("{:<34} {:>10.1} MB kept", "", kept as f64 / 1e6);
        }
    }
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// The median criterion found in this run, in nanoseconds.
fn median_ns(name: &str) -> Option<f64> {
    let estimates = criterion_directory()?.join(name).join("new/estimates.json");
    let text = std::fs::read_to_string(estimates).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

fn criterion_directory() -> Option<PathBuf> {
    // The benchmark is built into `target/<profile>/deps`.
    let executable = std::env::current_exe().ok()?;
    executable.ancestors().map(|directory| directory.join("criterion")).find(|directory| directory.is_dir())
}

/// Instructions of one iteration: the difference between runs of many and of none, so that starting up does not count.
fn instructions(name: &str) -> Option<u64> {
    const TIMES: u64 = 100;
    let executable = std::env::current_exe().ok()?;
    let many = collected(&executable, name, TIMES)?;
    let few = collected(&executable, name, 1)?;
    Some(many.saturating_sub(few) / (TIMES - 1))
}

fn collected(executable: &Path, name: &str, times: u64) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*road*run_counted*"]);
    let output = command.arg(executable).args(["--repeat", name, &times.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(' ').next()?.parse().ok()
}
