//! Reads one request and decides it, for the commands that show what came of it.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use cpex::document::{Document, LoadError};

use crate::case::{Explained, Request, RunError};
use crate::streams::Streams;

/// The longest request read from standard input, in bytes; a file is bounded by the reader of documents.
const MAX_BYTES: u64 = 8 << 20;

/// Decides the request under the policy, `-` being standard input. Where that cannot be done it says why, and there is
/// nothing.
pub(crate) fn decide(policy: &Path, request: &Path, streams: &mut Streams<'_>) -> Option<Explained> {
    match read_and_decide(policy, request, streams) {
        Ok(explained) if explained.faults.is_empty() => Some(explained),
        Ok(explained) => {
            for fault in explained.faults {
                streams.complain(format_args!("{}: {fault}", request.display()));
            }
            None
        }
        Err(error) => {
            streams.complain(error);
            None
        }
    }
}

/// The exit status of a decision.
pub(crate) fn status(decision: &str) -> u8 {
    match decision {
        "allow" => 0,
        "pending" => 4,
        _ => 3,
    }
}

fn read_and_decide(policy: &Path, request: &Path, streams: &mut Streams<'_>) -> Result<Explained, Failure> {
    let request = Request::read(open(request, streams)?)?;
    let policy = Document::read_file(policy)?;
    Ok(request.decide(&policy)?)
}

fn open(request: &Path, streams: &mut Streams<'_>) -> Result<Document, Failure> {
    if request != Path::new("-") {
        return Ok(Document::read_alone(request)?);
    }
    let mut bytes = Vec::new();
    let read = (&mut *streams.input).take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Input(format!("cannot read standard input: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::Input("standard input is not UTF-8".to_owned()))?;
    Ok(Document::parse("<stdin>", &text)?)
}

/// Why there is no decision.
enum Failure {
    Input(String),
    Run(RunError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(text) => f.write_str(text),
            Self::Run(error) => error.fmt(f),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::Run(error.into())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}
