//! `cpex replay`: decides the operations of an audit log anew, and says what a policy changes.
//!
//! A log kept with `replay` holds what a decision needs. Under the policy it was written under every decision comes out the
//! same; under another one those that do not are what changing the policy does. What the log does not hold is never guessed.

mod answers;
mod cast;
mod compare;
mod doubles;
mod known;
mod log;
mod member;
mod monitor;
mod report;
mod request;
mod store;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cpex::document::Document;
use serde_json::Value as Json;

use crate::case::{Recorded, RunError, TestFile, runtime};
use crate::streams::Streams;
use log::{Log, text};
use monitor::{End, Monitor, is_same_policy};
use report::{Found, Report};

/// What is replayed, and how that is told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The policy to decide by
    policy: PathBuf,
    /// Audit logs of `audit/logger` sinks with `replay`, in any order
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// What exits with 1, beside a decision that diverges under the policy it was recorded under
    #[arg(long, value_enum, default_value_t = FailOn::Changed)]
    fail_on: FailOn,
    /// Exit with 3 where an operation cannot be decided by what the log holds
    #[arg(long)]
    strict: bool,
}

/// How a replay is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Counts, and each change with examples.
    Text,
    /// One object.
    Json,
}

/// Which changes are failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Every one.
    Changed,
    /// Those that let more through than before.
    Loosened,
    /// None.
    Nothing,
}

/// Replays logs.
pub(crate) fn run(options: &Options, streams: &mut Streams<'_>) -> u8 {
    let report = match replay(&options.policy, &options.logs) {
        Ok(report) => report,
        Err(error) => {
            streams.complain(error);
            return 2;
        }
    };
    let policy = options.policy.display().to_string();
    match options.format {
        Format::Text => streams.say(report.text(&policy)),
        Format::Json => streams.say(report.json(&policy)),
    }
    let failed = match options.fail_on {
        FailOn::Changed => !report.changes.is_empty(),
        FailOn::Loosened => report.loosens(),
        FailOn::Nothing => false,
    };
    let is_whole = report.missing.is_empty() && report.torn.is_empty() && report.count(Found::Unkept) == 0;
    match (failed || !report.diverged.is_empty(), options.strict && !is_whole) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    }
}

/// Decides everything logs hold.
fn replay(policy: &Path, logs: &[PathBuf]) -> Result<Report, String> {
    let log = log::read(logs)?;
    let policy = replayable(Document::read_file(policy).map_err(|error| error.to_string())?);
    let runtime = runtime().map_err(|error| error.to_string())?;
    runtime.block_on(decide(&policy, &BTreeSet::new(), log)).map_err(|error| error.to_string())
}

/// The policy without what a replay does not use: sessions are those of the log, and no digest is made.
fn replayable(policy: Document) -> Document {
    policy.without("global", "session_store").without("plugin_settings", "audit_key")
}

async fn decide(policy: &Document, scripted: &BTreeSet<String>, log: Log) -> Result<Report, RunError> {
    let mut report = Report { torn: log.torn, is_chained: log.is_chained, ..Report::default() };
    let mut monitor = Monitor::new(policy, scripted);
    for record in &log.records {
        monitor.enter(text(record, "stream").unwrap_or_default()).await?;
        let operation = text(record, "operation").unwrap_or_default();
        match monitor.decide(record).await {
            End::Decided(new) => compared(operation, record, &new, &mut report),
            End::Undetermined(missing) => {
                report.note(operation, Found::Undetermined);
                for path in missing {
                    report.missing.entry(path).or_default().add(operation);
                }
            }
            End::Unkept => report.note(operation, Found::Unkept),
            End::Ended => {}
        }
    }
    Ok(report)
}

fn compared(operation: &str, record: &Json, new: &Json, report: &mut Report) {
    if is_same_policy(record, new) {
        report.of_this_policy.insert(operation.to_owned());
        let differences = compare::divergences(record, new);
        report.note(operation, if differences.is_empty() { Found::Alike } else { Found::Diverged });
        if !differences.is_empty() {
            let phase = text(record, "phase").unwrap_or_default().to_owned();
            report.diverged.push((operation.to_owned(), phase, differences));
        }
        return;
    }
    let changes = compare::changes(record, new);
    report.note(operation, if changes.is_empty() { Found::Alike } else { Found::Changed });
    for change in changes {
        report.changes.entry(change).or_default().add(operation);
    }
}

/// Replays the operations of every case of a file of policy tests, as it would be done with the log they left, under the policy
/// of the file or another one: what `cpex replay --format json` prints, by the name of the case.
///
/// # Errors
/// That a policy does not load, or that a stub does not fit it.
pub fn replay_cases(file: &TestFile, policy: Option<Document>) -> Result<Vec<(String, Json)>, RunError> {
    let policy = replayable(match policy {
        Some(policy) => policy,
        None => file.watched_policy()?,
    });
    let replay = |Recorded { name, records }: Recorded| {
        let log = Log { records, ..Log::default() };
        let report = runtime()?.block_on(decide(&policy, &file.scripted(), log))?;
        Ok((name, report.json("the policy")))
    };
    file.record()?.into_iter().map(replay).collect()
}
