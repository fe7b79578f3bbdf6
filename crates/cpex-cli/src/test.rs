//! `cpex test`: runs policy tests, says which failed and why, and what of the policies they do not cover.

mod coverage;
mod file_end;
mod json;
mod junit;
mod tap;
mod text;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::coverage::Report;
use self::file_end::FileEnd;
use crate::case::TestFile;
use crate::paths;
use crate::streams::Streams;

/// What is asked of `cpex test`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Files, or directories to look for *.test.yaml in
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Run only cases whose name contains this
    #[arg(long)]
    filter: Option<String>,
    /// Report what of the policies no case made happen
    #[arg(long)]
    coverage: bool,
    /// Exit 1 where less than this of a policy is covered, in percent; implies --coverage
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each case, and what differs below it.
    Text,
    /// One object for all files.
    Json,
    /// JUnit XML, one suite for each file.
    Junit,
    /// Test Anything Protocol, one point for each case.
    Tap,
}

/// Runs the tests that paths lead to.
pub(crate) fn run(options: &Options, streams: &mut Streams<'_>) -> u8 {
    let files = match paths::collect(&options.paths, |name| name.ends_with(".test.yaml")) {
        Ok(files) => files,
        Err(lost) => {
            streams.complain(lost);
            return 2;
        }
    };
    if files.is_empty() {
        streams.complain("there is no *.test.yaml to run");
        return 2;
    }
    let mut report = (options.coverage || options.min_coverage.is_some()).then(Report::default);
    let ends: Vec<FileEnd> =
        files.iter().map(|file| run_file(file, options.filter.as_deref(), report.as_mut())).collect();
    show(&ends, report.as_ref(), options.format, streams);
    let shortfalls = options.min_coverage.zip(report).map(|(least, report)| report.shortfalls(least));
    let shortfalls = shortfalls.unwrap_or_default();
    for shortfall in &shortfalls {
        streams.complain(shortfall);
    }
    if ends.iter().any(|end| end.error.is_some()) {
        return 2;
    }
    u8::from(ends.iter().any(|end| end.failed() > 0) || !shortfalls.is_empty())
}

/// What was asked for goes to the output. A report of coverage has no place in JUnit and TAP, and goes beside it.
fn show(ends: &[FileEnd], report: Option<&Report>, format: Format, streams: &mut Streams<'_>) {
    match format {
        Format::Text => streams.say(text::render(ends)),
        Format::Json => streams.say(json::render(ends, report)),
        Format::Junit => streams.say(junit::render(ends)),
        Format::Tap => streams.say(tap::render(ends)),
    }
    match (report, format) {
        (Some(report), Format::Text) => streams.say(format_args!("\n{report}")),
        (Some(report), Format::Junit | Format::Tap) => streams.complain(report),
        (Some(_), Format::Json) | (None, _) => {}
    }
}

fn run_file(file: &Path, filter: Option<&str>, report: Option<&mut Report>) -> FileEnd {
    let read = TestFile::read(file).map_err(Into::into);
    let ended = match report {
        None => read.and_then(|read| read.run(filter)),
        Some(report) => read.and_then(|read| read.run_covered(filter)).map(|(cases, coverage)| {
            if !cases.is_empty() {
                report.add(coverage);
            }
            cases
        }),
    };
    let file = file.display().to_string();
    match ended {
        Ok(cases) => FileEnd { file, error: None, cases },
        Err(error) => FileEnd { file, error: Some(error.to_string()), cases: Vec::new() },
    }
}
