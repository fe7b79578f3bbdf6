//! `cpex audit verify`: whether a log is as it was written.

mod chain;
mod report;

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::{self, Raw};
use super::keys::PublicKey;
use super::line::Line;
use crate::streams::Streams;
use chain::{Chain, Fault};
use report::{Expected, Found, Report};

/// What is verified, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The files of one log, in any order if they bear the numbers that rotation gave them
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    /// A public key that signed: a PEM file, or 64 hexadecimal digits; once for each key that was in use
    #[arg(long, required = true, value_name = "FILE|HEX")]
    key: Vec<String>,
    /// Hash of a line that must be there, or that the log must go on from: the tip that an earlier run told
    #[arg(long, value_name = "HASH")]
    expect_tip: Option<String>,
    /// How many records must be there at least
    #[arg(long, value_name = "COUNT")]
    at_least: Option<u64>,
    /// The lines of several streams were gathered in one place, among others: verify each stream by itself
    #[arg(long)]
    gathered: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Why the logs are not verified.
enum Stopped {
    Fault(Fault),
    Unreadable(PathBuf, io::Error),
}

/// Verifies logs and gives the exit status.
pub(super) fn run(options: &Options, streams: &mut Streams<'_>) -> u8 {
    let keys: Result<Vec<PublicKey>, String> = options.key.iter().map(|key| PublicKey::read(key)).collect();
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => {
            streams.complain(error);
            return 2;
        }
    };
    let paths = files::in_order(&options.logs);
    let mut found = Found::default();
    let fault = match follow(options, &paths, &keys, &mut found) {
        Ok(()) => None,
        Err(Stopped::Fault(fault)) => Some(fault),
        Err(Stopped::Unreadable(path, error)) => {
            streams.complain(format!("cannot read `{}`: {error}", path.display()));
            return 2;
        }
    };
    let expected = Expected { tip: options.expect_tip.clone(), records: options.at_least };
    let report = Report::of(&expected, &paths, &found, fault);
    match options.format {
        Format::Text => streams.say(report.text()),
        Format::Json => streams.say(report.to_json()),
    }
    report.status()
}

fn follow(options: &Options, paths: &[PathBuf], keys: &[PublicKey], found: &mut Found) -> Result<(), Stopped> {
    for (number, path) in paths.iter().enumerate() {
        let unreadable = |error| Stopped::Unreadable(path.clone(), error);
        let mut is_first = true;
        for raw in files::lines(number, path).map_err(unreadable)? {
            let raw = raw.map_err(unreadable)?;
            let is_line = follow_line(options, &raw, is_first, keys, found).map_err(Stopped::Fault)?;
            is_first &= !is_line;
        }
    }
    found.chains.values_mut().try_for_each(Chain::end).map_err(Stopped::Fault)
}

/// Follows one line in the chain it belongs to.
fn follow_line(
    options: &Options,
    raw: &Raw,
    is_first: bool,
    keys: &[PublicKey],
    found: &mut Found,
) -> Result<bool, Fault> {
    let line = Line::read(&raw.bytes);
    let name = match (options.gathered, &line) {
        (false, _) => String::new(),
        (true, Some(line)) => line.stream.clone(),
        // Of others.
        (true, None) => return Ok(false),
    };
    let chain = found.chains.entry(name).or_default();
    let is_first = if options.gathered { chain.last.is_none() } else { is_first };
    chain.follow(raw, line.as_ref(), is_first, keys)?;
    let hashes = chain.last.iter().map(|(_, hash)| hash);
    let mut known = hashes.chain(chain.begins.iter().filter_map(|(_, before)| before.as_ref()));
    found.has_tip |= known.any(|hash| options.expect_tip.as_ref() == Some(hash));
    Ok(line.is_some())
}
