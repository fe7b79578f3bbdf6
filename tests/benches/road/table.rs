//! The one table a run of the benchmarks ends with.

use std::path::{Path, PathBuf};
use std::process::Command;

use cpex_conformance::scenarios::{self, Scenario};

/// One measured scenario.
pub(crate) struct Row {
    pub(crate) scenario: &'static Scenario,
    /// How many allocations, and of how many bytes together; none where more than the scenario's own would be counted.
    pub(crate) allocations: Option<(u64, u64)>,
    /// Where criterion did not find it.
    pub(crate) ns: Option<f64>,
    /// What else is to be said.
    pub(crate) note: Option<String>,
}

impl Row {
    pub(crate) fn new(name: &str) -> Self {
        let scenario = scenarios::named(name).unwrap_or_else(|| panic!("`{name}` is not listed"));
        Self { scenario, allocations: None, ns: None, note: None }
    }

    fn time(&self) -> Option<f64> {
        self.ns.or_else(|| median_ns(self.scenario.name))
    }
}

pub(crate) fn print(rows: &[Row]) {
    println!(
        "\n{:<32} {:>12} {:>7} {:>9} {:>12} {:>8}  floor",
        "scenario", "ns", "allocs", "bytes", "instructions", "ratio"
    );
    let time_of = |name| rows.iter().find(|row| row.scenario.name == name).and_then(Row::time);
    for row in rows {
        let Scenario { name, floor, .. } = row.scenario;
        let (time, (allocations, bytes)) = (row.time(), row.allocations.unzip());
        let ratio = floor.and_then(time_of).zip(time).map(|(floor, time)| time / floor);
        // What takes long would take an hour under valgrind.
        let instructions = if row.ns.is_none() { instructions(name) } else { None };
        println!(
            "{name:<32} {:>12} {:>7} {:>9} {:>12} {:>8}  {}",
            time.map_or_else(none, |time| format!("{time:.1}")),
            allocations.map_or_else(none, |count| count.to_string()),
            bytes.map_or_else(none, |count| count.to_string()),
            instructions.map_or_else(none, |count| count.to_string()),
            ratio.map_or_else(none, |ratio| format!("{ratio:.2}")),
            floor.unwrap_or("-"),
        );
        if let Some(note) = &row.note {
            println!("{:<32} {note}", "");
        }
    }
}

fn none() -> String {
    "-".to_owned()
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
    // A copy that the processor repeats by itself would be counted as an instruction for each byte.
    command.env("GLIBC_TUNABLES", "glibc.cpu.x86_rep_movsb_threshold=1000000000");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*road*run_counted*"]);
    let output = command.arg(executable).args(["--repeat", name, &times.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(' ').next()?.parse().ok()
}
