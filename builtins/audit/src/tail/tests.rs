#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use cpex_sdk::Record;
use cpex_sdk::audit::Id;
use cpex_sdk::testing::record;

use super::*;
use crate::format::{Entry, Format, Said};
use crate::line::Place;

/// Takes as many bytes as each step of the script says, then everything; a step of `None` is an error.
#[derive(Default)]
struct Script {
    steps: Vec<Option<usize>>,
    taken: Vec<u8>,
    writes: usize,
}

impl Script {
    fn then(&mut self, steps: &[Option<usize>]) -> &mut Self {
        self.steps = steps.iter().rev().copied().collect();
        self
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.taken).unwrap()
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes += 1;
        let taken = match self.steps.pop() {
            Some(None) => return Err(io::ErrorKind::StorageFull.into()),
            Some(Some(most)) => most.min(bytes.len()),
            None => bytes.len(),
        };
        self.taken.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn line(text: &str) -> Line {
    let mut entry = Entry::default();
    entry.encode(Format::Json, Said::Record(&Record { reason: Some(text), ..record() })).unwrap();
    let mut line = Line::default();
    line.compose(&Place { stream: Id(10), sequence: 1, source: "null", previous: None }, &entry).unwrap();
    line
}

fn append(tail: &mut Tail, text: &str, output: &mut Script) -> (bool, Option<io::ErrorKind>) {
    let written = tail.append(&line(text), true, output);
    (written.stands, written.outcome.err().map(|error| error.kind()))
}

const FULL: Option<io::ErrorKind> = Some(io::ErrorKind::StorageFull);

#[test]
fn a_line_is_one_write() {
    let (mut tail, mut output) = (Tail::default(), Script::default());
    for text in ["a", "b", "c"] {
        assert_eq!(append(&mut tail, text, &mut output), (true, None));
    }
    assert_eq!((output.writes, output.text().lines().count()), (3, 3));
    assert_eq!(tail.tip, Some(Hash::of(line("c").content())));
    assert_eq!(tail.size, output.taken.len() as u64);
}

#[test]
fn a_short_write_is_completed() {
    let (mut tail, mut output) = (Tail::default(), Script::default());
    assert_eq!(append(&mut tail, "a", output.then(&[Some(10), Some(1)])), (true, None));
    assert_eq!(output.taken, line("a").framed(false));
}

#[test]
fn a_line_of_which_nothing_was_taken_changes_nothing() {
    let (mut tail, mut output) = (Tail::default(), Script::default());
    assert_eq!(append(&mut tail, "a", output.then(&[None])), (false, FULL));
    assert_eq!((tail.size, tail.is_open, tail.torn.is_none()), (0, false, true));
}

#[test]
fn the_beginning_of_a_failed_line_is_ended_before_the_next() {
    let (mut tail, mut output) = (Tail::default(), Script::default());
    assert_eq!(append(&mut tail, "a", output.then(&[Some(25), None])), (false, FULL));
    let torn = Hash::of(&line("a").content()[..25]);
    assert_eq!((tail.is_open, tail.torn.as_ref().unwrap().hash()), (true, torn));
    // Nothing is taken: the beginning still stands open.
    assert_eq!(append(&mut tail, "b", output.then(&[None])), (false, FULL));
    assert!(tail.is_open);
    // Only the line break is taken: nothing stands open any more.
    assert_eq!(append(&mut tail, "b", output.then(&[Some(1), None])), (false, FULL));
    assert_eq!((tail.is_open, tail.torn.as_ref().unwrap().hash()), (false, torn));
    assert_eq!(append(&mut tail, "b", &mut output), (true, None));
    assert!(tail.torn.is_none());

    let (beginning, rest) = output.text().split_once('\n').unwrap();
    assert_eq!((beginning.len(), rest.as_bytes()), (25, line("b").framed(false)));
}

#[test]
fn several_beginnings_are_told_as_they_stand() {
    let (mut tail, mut output) = (Tail::default(), Script::default());
    for _ in 0..3 {
        assert_eq!(append(&mut tail, "a", output.then(&[Some(9), None])), (false, FULL));
    }
    assert_eq!(tail.torn.as_ref().unwrap().hash(), Hash::of(&output.taken));
    assert_eq!(output.text().lines().count(), 3);
}

#[test]
fn a_line_of_which_the_line_break_alone_is_missing_stands() {
    let (mut tail, mut output) = (Tail::default(), Script::default());
    let whole = line("a").content().len();
    assert_eq!(append(&mut tail, "a", output.then(&[Some(whole), None])), (true, FULL));
    assert!(tail.is_open && tail.torn.is_none());
    assert_eq!(append(&mut tail, "b", &mut output), (true, None));
    assert_eq!(output.taken, [line("a").framed(false), line("b").framed(false)].concat());
}

#[test]
fn an_output_that_takes_nothing_is_an_error() {
    let mut output = Script::default();
    assert_eq!(append(&mut Tail::default(), "a", output.then(&[Some(0)])), (false, Some(io::ErrorKind::WriteZero)));
}
