//! `cpex eval`: decides one request and prints what came of it.

use std::io::Read as _;
use std::path::Path;

use cpex::document::{Document, LoadError};
use serde_json::{Value as Json, json};

use crate::case::{Request, RunError, Seen};
use crate::streams::Streams;

/// The longest request read from standard input, in bytes; a file is bounded by the reader of documents.
const MAX_BYTES: u64 = 8 << 20;

/// Decides the request and prints one JSON object.
pub(crate) fn run(policy: &Path, request: &Path, streams: &mut Streams<'_>) -> u8 {
    let seen = match decide(policy, request, streams) {
        Ok((seen, faults)) if faults.is_empty() => seen,
        Ok((_, faults)) => {
            for fault in faults {
                streams.complain(format_args!("{}: {fault}", request.display()));
            }
            return 2;
        }
        Err(error) => {
            streams.complain(error);
            return 2;
        }
    };
    streams.say(to_json(&seen));
    match seen.decision {
        "allow" => 0,
        "pending" => 4,
        _ => 3,
    }
}

fn decide(policy: &Path, request: &Path, streams: &mut Streams<'_>) -> Result<(Seen, Vec<String>), Failure> {
    let request = Request::read(open(request, streams)?)?;
    let policy = Document::read_file(policy)?;
    Ok(request.decide(&policy)?)
}

fn open(request: &Path, streams: &mut Streams<'_>) -> Result<Document, Failure> {
    if request != Path::new("-") {
        return Ok(Document::read_file(request)?);
    }
    let mut bytes = Vec::new();
    let read = (&mut *streams.input).take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Input(format!("cannot read standard input: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::Input("standard input is not UTF-8".to_owned()))?;
    Ok(Document::parse("<stdin>", &text)?)
}

fn to_json(seen: &Seen) -> Json {
    json!({
        "decision": seen.decision,
        "code": seen.value("code"),
        "reason": seen.value("reason"),
        "rule": seen.rule.as_ref().map(|(id, at)| json!({ "id": id, "at": at })),
        "args": seen.args,
        "result": seen.value("result"),
        "result_parts": seen.value("result_parts"),
        "labels": seen.labels,
        "restrict": Json::Null,
        "delegations": [],
        "pending": seen.pending,
        "errors": seen.errors,
        "response": seen.value("response"),
    })
}

/// Why there is no decision.
enum Failure {
    Input(String),
    Run(RunError),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
