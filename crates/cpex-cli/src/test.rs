//! `cpex test`: runs policy tests and says which failed and why.

mod file_end;
mod json;
mod junit;
mod tap;
mod text;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use self::file_end::FileEnd;
use crate::case::TestFile;
use crate::paths;
use crate::streams::Streams;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
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
pub(crate) fn run(paths: &[PathBuf], format: Format, filter: Option<&str>, streams: &mut Streams<'_>) -> u8 {
    let files = match paths::collect(paths, |name| name.ends_with(".test.yaml")) {
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
    let ends: Vec<FileEnd> = files.iter().map(|file| run_file(file, filter)).collect();
    streams.say(match format {
        Format::Text => text::render(&ends),
        Format::Json => json::render(&ends),
        Format::Junit => junit::render(&ends),
        Format::Tap => tap::render(&ends),
    });
    if ends.iter().any(|end| end.error.is_some()) {
        return 2;
    }
    u8::from(ends.iter().any(|end| end.failed() > 0))
}

fn run_file(file: &Path, filter: Option<&str>) -> FileEnd {
    let ended = TestFile::read(file).map_err(Into::into).and_then(|read| read.run(filter));
    let file = file.display().to_string();
    match ended {
        Ok(cases) => FileEnd { file, error: None, cases },
        Err(error) => FileEnd { file, error: Some(error.to_string()), cases: Vec::new() },
    }
}
