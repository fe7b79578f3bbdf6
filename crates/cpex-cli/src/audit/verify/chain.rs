//! Follows the lines of one log, or of one stream: each carries the hash of the line before, and signed checkpoints say how
//! far the log has come.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};

use crate::audit::files::{At, Raw};
use crate::audit::keys::{PublicKey, to_hex};
use crate::audit::line::{Checkpoint, Line};

/// What was found of the lines so far.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Where the first line stands, and hash of the line it follows.
    pub(super) begins: Option<(At, Option<String>)>,
    /// The last line, and its hash.
    pub(super) last: Option<(At, String)>,
    /// The last line that a signature covers.
    pub(super) signed: Option<Signed>,
    /// Where the first line after it stands.
    pub(super) unsigned: Option<At>,
    /// Where what is no line began and nothing that follows says why.
    pub(super) torn: Option<Torn>,
    pub(super) streams: BTreeMap<String, Stream>,
    pub(super) records: u64,
    pub(super) dropped: u64,
    /// Whether the last line has no line break.
    pub(super) is_open: bool,
    /// The line before carries another hash than the line it follows has: the next tells which of the two was changed.
    suspect: Option<Suspect>,
}

/// A checkpoint that was signed.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) at: At,
    pub(super) hash: String,
    pub(super) time_ms: u64,
    /// Whether nothing is to follow in this log.
    pub(super) closes: bool,
}

/// Lines that are none.
#[derive(Debug)]
pub(super) struct Torn {
    pub(super) at: At,
    bytes: Vec<u8>,
    /// Whether the last of them has no line break.
    pub(super) is_open: bool,
}

/// What is known of a stream.
#[derive(Debug)]
pub(super) struct Stream {
    sequence: u64,
    records: u64,
    dropped: u64,
    pub(super) is_closed: bool,
}

#[derive(Debug)]
struct Suspect {
    before: At,
    at: At,
    hash: String,
}

/// The first line that is not as it was written, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: At,
    pub(super) text: String,
}

/// A line whose place and hash were looked at.
struct Next<'n> {
    at: &'n At,
    line: &'n Line,
    hash: String,
    checkpoint: Option<Checkpoint<'n>>,
}

impl Chain {
    /// Follows one line more. `is_first` says whether no whole line stands before it in its file.
    pub(super) fn follow(
        &mut self,
        raw: &Raw,
        line: Option<&Line>,
        is_first: bool,
        keys: &[PublicKey],
    ) -> Result<(), Fault> {
        let Some(line) = line else {
            self.tear(raw);
            return Ok(());
        };
        let fault = |text: &str| Err(Fault { at: raw.at.clone(), text: text.to_owned() });
        let checkpoint = match line.checkpoint() {
            Some(None) => return fault("the checkpoint does not say what it should"),
            checkpoint => checkpoint.flatten(),
        };
        if !line.is_known() {
            return fault("it says nothing that a log says");
        }
        let next = Next { at: &raw.at, line, hash: hash(&raw.bytes), checkpoint };
        self.settle(&next)?;
        self.mend(&next)?;
        match &next.checkpoint {
            _ if is_first && next.checkpoint.as_ref().is_none_or(|checkpoint| !checkpoint.opens) => {
                return fault("what stood before it in its file is missing");
            }
            Some(checkpoint) if checkpoint.opens && !is_first => {
                return fault("it stood first in a file, and does not now");
            }
            _ => {}
        }
        let begins = self.place(&next)?;
        let signed = next.checkpoint.as_ref().map(|checkpoint| signature(&raw.bytes, line, checkpoint, keys));
        if let Some(Err(text)) = &signed {
            return fault(text);
        }
        self.link(&next, begins)?;
        self.take(next);
        self.is_open = !raw.is_ended;
        Ok(())
    }

    /// Ends the log.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if let Some(Suspect { before, .. }) = self.suspect.take() {
            return Err(Fault { at: before, text: "it was changed, or the line after it was".to_owned() });
        }
        match &self.torn {
            Some(torn) if !torn.is_open => Err(no_line(torn)),
            _ => Ok(()),
        }
    }

    fn tear(&mut self, raw: &Raw) {
        match &mut self.torn {
            Some(torn) => {
                torn.bytes.push(b'\n');
                torn.bytes.extend_from_slice(&raw.bytes);
                torn.is_open = !raw.is_ended;
            }
            torn => *torn = Some(Torn { at: raw.at.clone(), bytes: raw.bytes.clone(), is_open: !raw.is_ended }),
        }
    }

    /// Tells by the line after them which of two lines was changed.
    fn settle(&mut self, next: &Next<'_>) -> Result<(), Fault> {
        let Some(Suspect { before, at, hash }) = self.suspect.take() else { return Ok(()) };
        let second_is_whole = next.line.previous.as_ref() == Some(&Some(hash));
        Err(if second_is_whole { changed(before) } else { Fault { at, text: "it was changed".to_owned() } })
    }

    /// What is no line must be told of by the checkpoint after it, and what a checkpoint tells of must be there.
    fn mend(&mut self, next: &Next<'_>) -> Result<(), Fault> {
        let told = next.checkpoint.as_ref().and_then(|checkpoint| checkpoint.torn);
        match (self.torn.take(), told) {
            (None, None) => Ok(()),
            (Some(torn), Some(told)) if hash(&torn.bytes) == told => Ok(()),
            (Some(torn), _) => Err(no_line(&torn)),
            (None, Some(_)) => Err(Fault {
                at: next.at.clone(),
                text: "the beginning of a line that stood before it is missing".to_owned(),
            }),
        }
    }

    /// Looks at its number. Gives whether the log begins here, as far as it is here.
    fn place(&self, next: &Next<'_>) -> Result<bool, Fault> {
        let fault = |text: String| Err(Fault { at: next.at.clone(), text });
        let kind = next.checkpoint.as_ref().map(|checkpoint| checkpoint.kind);
        let sequence = next.line.sequence;
        match (self.streams.get(&next.line.stream), kind) {
            (Some(stream), _) if sequence > stream.sequence + 1 => {
                let (first, last) = (stream.sequence + 1, sequence - 1);
                let lines = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
                fault(format!("{lines} of its stream are missing before it"))
            }
            (Some(stream), _) if sequence <= stream.sequence => {
                fault(format!("line {sequence} of its stream stands here twice, or out of its place"))
            }
            (Some(stream), _) if stream.is_closed => fault("its stream ended before".to_owned()),
            (Some(_), Some("start")) => fault("its stream began before".to_owned()),
            (Some(_), _) => Ok(false),
            (None, Some("start")) if sequence == 1 => Ok(self.last.is_none()),
            (None, Some("continue")) => Ok(self.last.is_none()),
            (None, _) => fault("the beginning of its stream is missing".to_owned()),
        }
    }

    /// Looks at the hash it carries.
    fn link(&mut self, next: &Next<'_>, begins: bool) -> Result<(), Fault> {
        let Some(previous) = &next.line.previous else {
            return Err(Fault { at: next.at.clone(), text: "it is not chained".to_owned() });
        };
        let Some((before, tip)) = self.last.as_ref().filter(|_| !begins) else {
            self.begins = Some((next.at.clone(), previous.clone()));
            return Ok(());
        };
        if previous.as_ref() == Some(tip) {
            return Ok(());
        }
        if next.checkpoint.is_some() {
            // It is as it was signed.
            return Err(changed(before.clone()));
        }
        self.suspect = Some(Suspect { before: before.clone(), at: next.at.clone(), hash: next.hash.clone() });
        Ok(())
    }

    fn take(&mut self, next: Next<'_>) {
        let Next { at, line, hash, checkpoint } = next;
        let stream = self.streams.entry(line.stream.clone()).or_insert_with(|| Stream {
            sequence: 0,
            records: checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.records),
            dropped: checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.dropped),
            is_closed: false,
        });
        stream.sequence = line.sequence;
        if line.is_record() {
            stream.records += 1;
            self.records += 1;
        }
        if let Some(dropped) = line.dropped() {
            stream.dropped += dropped;
            self.dropped += dropped;
        }
        match checkpoint {
            None if self.unsigned.is_none() => self.unsigned = Some(at.clone()),
            None => {}
            Some(checkpoint) => {
                stream.is_closed = checkpoint.kind == "close";
                let closes = stream.is_closed && checkpoint.others == 0;
                let time_ms = checkpoint.time_ms;
                self.signed = Some(Signed { at: at.clone(), hash: hash.clone(), time_ms, closes });
                self.unsigned = None;
            }
        }
        self.last = Some((at.clone(), hash));
    }
}

/// SHA-256 of the bytes of a line, in hexadecimal.
fn hash(bytes: &[u8]) -> String {
    to_hex(digest(&SHA256, bytes).as_ref())
}

fn changed(at: At) -> Fault {
    Fault { at, text: "it was changed, or what stood after it is missing".to_owned() }
}

fn no_line(torn: &Torn) -> Fault {
    Fault { at: torn.at.clone(), text: "it is no line of the log".to_owned() }
}

fn signature(bytes: &[u8], line: &Line, checkpoint: &Checkpoint<'_>, keys: &[PublicKey]) -> Result<(), String> {
    let Some((bytes, signature)) = line.signed(bytes) else {
        return Err("the checkpoint is not signed".to_owned());
    };
    match keys.iter().find(|key| key.id == checkpoint.key) {
        None => Err(format!("it is signed by the key {}, which was not given", checkpoint.key)),
        Some(key) if !key.verifies(bytes, signature) => Err("its signature does not hold: it was changed".to_owned()),
        Some(_) => Ok(()),
    }
}
