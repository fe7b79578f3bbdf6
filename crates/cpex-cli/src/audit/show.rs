//! `cpex audit show`: the operations of a log, for someone who looks for one of them.

mod operation;
mod text;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files;
use super::line::Line;
use crate::streams::Streams;
use operation::{Operation, Operations};

/// What is shown, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The files of one log, in any order if they bear the numbers that rotation gave them
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    /// Only operations that were denied
    #[arg(long)]
    denied: bool,
    /// Only operations of this subject, client or workload
    #[arg(long, value_name = "ID")]
    caller: Option<String>,
    /// Only this operation, or the one of this request, trace or record
    #[arg(long, value_name = "ID")]
    operation: Option<String>,
    /// Only operations that were received then or later: a time such as 2026-01-31T08:00:00Z, or a day
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<u64>,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How operations are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each, and what matters of it below
    Text,
    /// An object each, with the records of both sides
    Json,
}

/// Shows what a log says and gives the exit status.
pub(super) fn run(options: &Options, streams: &mut Streams<'_>) -> u8 {
    let mut operations = Operations::default();
    let mut passed_over = 0_u64;
    for (number, path) in files::in_order(&options.logs).iter().enumerate() {
        let read = files::lines(number, path).and_then(|lines| {
            lines.into_iter().try_for_each(|raw| {
                match Line::read(&raw?.bytes) {
                    Some(line) => operations.add(line),
                    None => passed_over += 1,
                }
                Ok(())
            })
        });
        if let Err(error) = read {
            streams.complain(format!("cannot read `{}`: {error}", path.display()));
            return 2;
        }
    }
    for operation in operations.all().filter(|operation| options.wants(operation)) {
        match options.format {
            Format::Text => streams.say(text::shown(operation)),
            Format::Json => streams.say(operation.to_json()),
        }
    }
    if operations.dropped > 0 {
        streams.complain(format!("records that were not written: {}", operations.dropped));
    }
    if passed_over > 0 {
        streams.complain(format!("lines that are none of a log, passed over: {passed_over}"));
    }
    0
}

impl Options {
    fn wants(&self, operation: &Operation) -> bool {
        let is = |wanted: &Option<String>, pointers: &[&str]| {
            wanted.as_deref().is_none_or(|wanted| pointers.iter().any(|pointer| operation.has(pointer, wanted)))
        };
        (!self.denied || operation.decision() == "deny")
            && is(&self.caller, &["/caller/subject", "/caller/client", "/caller/workload"])
            && is(&self.operation, &["/operation", "/request/id", "/request/trace_id", "/id"])
            && self.since.is_none_or(|since| operation.time_ms() >= since)
    }
}

/// Milliseconds since the Unix epoch.
fn since(text: &str) -> Result<u64, String> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    let time = time.or_else(|_| format!("{text}T00:00:00Z").parse());
    let milliseconds = time.ok().and_then(|time| u64::try_from(time.as_millisecond()).ok());
    milliseconds.ok_or_else(|| "expected a time such as 2026-01-31T08:00:00Z, or a day such as 2026-01-31".to_owned())
}
