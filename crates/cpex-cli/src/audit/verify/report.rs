//! What a verification came to, for people and for programs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::chain::{Chain, Fault};
use crate::audit::files::At;
use crate::audit::line;
use crate::plain::plain;

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One chain; in gathered mode one for each stream.
    pub(super) chains: BTreeMap<String, Chain>,
    /// Whether the line whose hash must be there was met.
    pub(super) has_tip: bool,
}

/// What is known of a log beforehand.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// Hash of a line that must be there, or that the log must go on from.
    pub(super) tip: Option<String>,
    /// How many records must be there.
    pub(super) records: Option<u64>,
}

/// What a verification came to.
#[derive(Debug)]
pub(super) struct Report {
    verdict: Verdict,
    /// The first line that is not as it was written, or where something may be missing.
    findings: Vec<Finding>,
    records: u64,
    dropped: u64,
    streams: usize,
    /// Streams that never ended.
    unclosed: Vec<String>,
    signed: Option<Signed>,
    tip: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Genuine from the first line to the one that closes the log.
    Whole,
    /// What is there is genuine; something may be missing.
    Partial,
    Tampered,
}

#[derive(Debug)]
struct Finding {
    /// Of the log as a whole where there is no place.
    place: Option<(String, u64)>,
    text: String,
}

/// The last checkpoint.
#[derive(Debug)]
struct Signed {
    place: (String, u64),
    time_ms: u64,
    hash: String,
}

impl Report {
    pub(super) fn of(expected: &Expected, paths: &[PathBuf], found: &Found, fault: Option<Fault>) -> Self {
        let place =
            |at: &At| (paths.get(at.file).map_or("", |path| path.to_str().unwrap_or_default()).to_owned(), at.line);
        let chains = || found.chains.values();
        let records = chains().map(|chain| chain.records).sum();
        let mut findings = Vec::new();
        let mut verdict = Verdict::Whole;
        if let Some(fault) = fault {
            verdict = Verdict::Tampered;
            findings.push(Finding { place: Some(place(&fault.at)), text: fault.text });
        } else {
            for text in unmet(expected, found, records) {
                verdict = Verdict::Tampered;
                findings.push(Finding { place: None, text });
            }
            let nothing =
                chains().all(|chain| chain.last.is_none()).then(|| (None, "there is no whole line".to_owned()));
            for (at, text) in nothing.into_iter().chain(chains().flat_map(|chain| doubts(expected, chain))) {
                verdict = if verdict == Verdict::Whole { Verdict::Partial } else { verdict };
                findings.push(Finding { place: at.as_ref().map(place), text });
            }
        }
        let last = chains().filter_map(|chain| chain.signed.as_ref()).max_by_key(|signed| &signed.at);
        let unclosed = chains().flat_map(|chain| &chain.streams).filter(|(_, stream)| !stream.is_closed);
        Self {
            verdict,
            findings,
            records,
            dropped: chains().map(|chain| chain.dropped).sum(),
            streams: chains().map(|chain| chain.streams.len()).sum(),
            unclosed: unclosed.map(|(name, _)| name.clone()).collect(),
            signed: last.map(|signed| Signed {
                place: place(&signed.at),
                time_ms: signed.time_ms,
                hash: signed.hash.clone(),
            }),
            tip: chains().filter_map(|chain| chain.last.as_ref()).max_by_key(|(at, _)| at).map(|(_, tip)| tip.clone()),
        }
    }

    /// Of the command.
    pub(super) const fn status(&self) -> u8 {
        match self.verdict {
            Verdict::Whole => 0,
            Verdict::Tampered => 1,
            Verdict::Partial => 3,
        }
    }

    pub(super) fn text(&self) -> String {
        let mut lines: Vec<String> = self.findings.iter().map(Finding::text).collect();
        // Of a log that goes on it is known.
        let unclosed = self.unclosed.iter().filter(|_| self.verdict == Verdict::Whole);
        lines.extend(unclosed.map(|name| format!("note: the stream {} was not closed", plain(name))));
        if let Some(Signed { place: (file, line), time_ms, .. }) = &self.signed {
            lines.push(format!("signed up to {file}:{line}, at {}", line::time(*time_ms)));
        }
        if let Some(tip) = self.tip.as_ref().filter(|_| self.verdict != Verdict::Tampered) {
            lines.push(format!("tip {tip}"));
        }
        let counted = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let streams = u64::try_from(self.streams).unwrap_or(u64::MAX);
        let dropped = if self.dropped == 0 { String::new() } else { format!(", {} dropped", self.dropped) };
        let counts = format!("{} in {}{dropped}", counted(self.records, "record"), counted(streams, "stream"));
        lines.push(match self.verdict {
            Verdict::Whole => format!("whole: {counts}"),
            Verdict::Partial => format!("genuine, and maybe not all: {counts}"),
            Verdict::Tampered => format!("not as it was written: {counts} before that"),
        });
        lines.join("\n")
    }

    pub(super) fn to_json(&self) -> Json {
        let findings: Vec<Json> = self.findings.iter().map(Finding::to_json).collect();
        let signed = self.signed.as_ref().map(|Signed { place: (file, line), time_ms, hash }| {
            json!({ "file": file, "line": line, "time_ms": time_ms, "hash": hash })
        });
        json!({
            "verdict": match self.verdict {
                Verdict::Whole => "whole",
                Verdict::Partial => "partial",
                Verdict::Tampered => "tampered",
            },
            "findings": findings,
            "records": self.records,
            "dropped": self.dropped,
            "streams": self.streams,
            "unclosed": self.unclosed,
            "signed": signed,
            "tip": self.tip,
        })
    }
}

impl Finding {
    fn text(&self) -> String {
        match &self.place {
            Some((file, line)) => format!("{file}:{line}: {}", plain(&self.text)),
            None => plain(&self.text),
        }
    }

    fn to_json(&self) -> Json {
        let (file, line) = self.place.as_ref().map(|(file, line)| (file, line)).unzip();
        json!({ "file": file, "line": line, "text": self.text })
    }
}

/// What was said to be there and is not.
fn unmet(expected: &Expected, found: &Found, records: u64) -> Vec<String> {
    let mut unmet = Vec::new();
    if let Some(tip) = expected.tip.as_ref().filter(|_| !found.has_tip) {
        unmet.push(format!("no line has the hash {tip}: the log was cut off before it, or is another"));
    }
    if let Some(least) = expected.records.filter(|least| records < *least) {
        unmet.push(format!("there are {records} records, and {least} were expected: the log was cut off"));
    }
    unmet
}

/// Where something may be missing.
fn doubts(expected: &Expected, chain: &Chain) -> Vec<(Option<At>, String)> {
    let mut doubts = Vec::new();
    match &chain.begins {
        Some((at, Some(before))) if expected.tip.as_ref() != Some(before) => {
            doubts.push((Some(at.clone()), format!("it goes on from a line that is not here, of the hash {before}")));
        }
        _ => {}
    }
    if let Some(torn) = &chain.torn {
        doubts.push((Some(torn.at.clone()), "it is cut off".to_owned()));
    } else if let Some((at, _)) = chain.last.as_ref().filter(|_| chain.is_open) {
        doubts.push((Some(at.clone()), "its line break is cut off".to_owned()));
    }
    if let Some(at) = &chain.unsigned {
        doubts.push((Some(at.clone()), "from here on nothing is signed yet".to_owned()));
    } else if let Some(signed) = chain.signed.as_ref().filter(|signed| !signed.closes) {
        doubts.push((Some(signed.at.clone()), "the log is not closed: what stood after it may be missing".to_owned()));
    }
    doubts
}
