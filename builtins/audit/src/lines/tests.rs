#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use cpex_sdk::testing::record;
use serde_json::Value as Json;

use super::*;

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

fn lines() -> Lines {
    Lines::new(Id(10), Some("here".to_owned()))
}

fn sequences(text: &str) -> Vec<u64> {
    let parsed = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    parsed.map(|line| line["sequence"].as_u64().unwrap()).collect()
}

#[test]
fn a_line_begins_with_its_place_in_the_stream() {
    let (mut lines, mut output) = (lines(), Script::default());
    lines.append(&record(), &mut output).unwrap();
    let expected = r#"{"stream":"0000000000000000000000000000000a","sequence":1,"source":"here","version":1,"#;
    assert!(output.text().starts_with(expected), "{}", output.text());
    assert!(output.text().ends_with("}\n"));
}

#[test]
fn a_line_is_one_write() {
    let (mut lines, mut output) = (lines(), Script::default());
    for _ in 0..3 {
        lines.append(&record(), &mut output).unwrap();
    }
    assert_eq!(output.writes, 3);
    assert_eq!(sequences(output.text()), [1, 2, 3]);
}

#[test]
fn a_short_write_is_completed() {
    let (mut lines, mut output) = (lines(), Script::default());
    lines.append(&record(), output.then(&[Some(10), Some(1)])).unwrap();
    lines.append(&record(), &mut output).unwrap();
    assert_eq!(sequences(output.text()), [1, 2]);
    assert_eq!(output.text().lines().count(), 2);
}

#[test]
fn a_failed_line_leaves_its_number_to_the_next() {
    let (mut lines, mut output) = (lines(), Script::default());
    lines.append(&record(), &mut output).unwrap();
    let error = lines.append(&record(), output.then(&[None])).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    lines.append(&record(), &mut output).unwrap();
    assert_eq!(sequences(output.text()), [1, 2]);
    assert_eq!(output.text().lines().count(), 2);
}

#[test]
fn the_beginning_of_a_failed_line_is_ended_before_the_next() {
    let (mut lines, mut output) = (lines(), Script::default());
    lines.append(&record(), output.then(&[Some(25), None])).unwrap_err();
    // Nothing is taken: the beginning still stands open.
    lines.append(&record(), output.then(&[None])).unwrap_err();
    // Only the line break is taken: nothing stands open any more.
    lines.append(&record(), output.then(&[Some(1), None])).unwrap_err();
    lines.append(&record(), &mut output).unwrap();
    lines.append(&record(), &mut output).unwrap();

    let (beginning, rest) = output.text().split_once('\n').unwrap();
    assert_eq!(beginning.len(), 25);
    assert_eq!(rest.lines().count(), 2);
    assert_eq!(sequences(rest), [1, 2]);
}

#[test]
fn an_output_that_takes_nothing_is_an_error() {
    let error = lines().append(&record(), Script::default().then(&[Some(0)])).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
}

#[test]
fn what_would_break_a_line_is_escaped() {
    let (mut lines, mut output) = (lines(), Script::default());
    let reason = "first\nsecond\r\u{0}\u{2028}\"}\n{\"decision\":\"allow\"}";
    lines.append(&Record { reason: Some(reason), ..record() }, &mut output).unwrap();
    assert_eq!(output.text().matches('\n').count(), 1);
    let line: Json = serde_json::from_str(output.text()).unwrap();
    assert_eq!(line["reason"], reason);
}

#[test]
fn the_buffer_does_not_stay_as_long_as_the_longest_line() {
    let (mut lines, mut output) = (lines(), Script::default());
    let long = "x".repeat(10 * KEPT);
    lines.append(&Record { reason: Some(&long), ..record() }, &mut output).unwrap();
    lines.append(&record(), &mut output).unwrap();
    assert!(lines.buffer.capacity() <= KEPT, "{}", lines.buffer.capacity());
}
