//! Every kind of change, at every line of a log: each is found where it was made.

use serde_json::json;

use super::log::{Log, Ran};

/// A closed log of two streams, with every kind of checkpoint that a file has, in that format.
fn log(format: &str) -> Vec<String> {
    let log = Log::new();
    for records in [4, 2] {
        let sink = log.open(&json!({ "format": format }));
        sink.write(records);
        sink.close();
    }
    let lines = log.lines();
    Ran::of(&[&lines.concat()], "").expect(0, &["whole: 6 records in 2 streams"]);
    lines
}

/// Checks that a log is found to be tampered with in one of these lines.
fn found(lines: &[String], at: &[usize], what: &str) {
    let verified = Ran::of(&[&lines.concat()], "");
    assert_eq!(verified.status, 1, "{what}: {}", verified.out);
    let said = |at: &usize| verified.out.starts_with(&format!("log0.jsonl:{}: ", at + 1));
    assert!(at.iter().any(said), "{what}, in line {at:?} from 0: {}", verified.out);
}

#[test]
fn an_edit_of_any_byte_is_found_in_its_line() {
    for format in ["json", "cloudevents"] {
        let lines = log(format);
        for at in 0..lines.len() {
            for byte in (0..lines[at].len() - 1).step_by(11) {
                let mut changed = lines.clone();
                let mut bytes = changed[at].clone().into_bytes();
                // Another sign that does not end a line.
                bytes[byte] = if bytes[byte] == b'0' { b'1' } else { b'0' };
                changed[at] = String::from_utf8(bytes).unwrap();
                found(&changed, &[at], &format!("byte {byte} of {format}"));
            }
        }
    }
}

#[test]
fn a_missing_line_is_found_where_it_stood() {
    let lines = log("json");
    for at in 0..lines.len() - 1 {
        let mut changed = lines.clone();
        changed.remove(at);
        // Told of the line before the gap or of the one after it.
        found(&changed, &[at, at.saturating_sub(1)], "a missing line");
    }
}

#[test]
fn a_line_that_is_put_in_is_found_where_it_stands() {
    let lines = log("json");
    let other = log("ocsf");
    let foreign =
        ["{}\n", "\n", "not a line\n", &other[0], &other[2], "{\"stream\":\"x\",\"sequence\":1,\"previous\":null}\n"];
    for at in 0..=lines.len() {
        for put in lines.iter().map(String::as_str).chain(foreign) {
            let mut changed = lines.clone();
            changed.insert(at, put.to_owned());
            if at == 0 || changed.get(at + 1) == Some(&changed[at]) {
                // Which of two that could stand here was put in cannot be told.
                found(&changed, &[at, at + 1], put);
            } else {
                found(&changed, &[at, at - 1], put);
            }
        }
    }
}

#[test]
fn lines_in_another_order_are_found_where_the_order_changes() {
    let lines = log("json");
    for at in 0..lines.len() - 1 {
        let mut changed = lines.clone();
        changed.swap(at, at + 1);
        found(&changed, &[at, at.saturating_sub(1)], "two lines swapped");
    }
}

#[test]
fn a_line_in_the_place_of_another_is_found() {
    let lines = log("json");
    for at in 0..lines.len() {
        for other in (0..lines.len()).filter(|other| *other != at) {
            let mut changed = lines.clone();
            changed[at] = lines[other].clone();
            found(&changed, &[at, at.saturating_sub(1)], "a line in the place of another");
        }
    }
}

#[test]
fn a_log_that_is_cut_off_anywhere_is_never_whole() {
    let text = log("json").concat();
    for end in 0..text.len() {
        let verified = Ran::of(&[&text[..end]], "");
        let line = text[..end].matches('\n').count() + 1;
        let is_within = end > 0 && !text[..end].ends_with('\n');
        // The first of the two streams is whole by itself.
        let closes_first = !is_within && text[..end].lines().last().is_some_and(|line| line.contains("\"close\""));
        let status = if closes_first { 0 } else { 3 };
        assert_eq!(verified.status, status, "cut at {end}: {}", verified.out);
        if is_within {
            let said = [" it is cut off", " its line break is cut off"].map(|what| format!("log0.jsonl:{line}:{what}"));
            assert!(said.iter().any(|said| verified.out.contains(said)), "cut at {end}: {}", verified.out);
        }
    }
}

#[test]
fn records_that_are_not_signed_yet_are_held_by_the_chain_alone() {
    let log = Log::new();
    log.open(&json!({})).write(2);
    let mut changed = log.lines();
    assert_eq!(changed.len(), 3);
    // One who rewrites the end consistently is not found, and the end is said to be unsigned.
    changed[2] = changed[2].replace("\"decision\":\"allow\"", "\"decision\":\"deny\"");
    Ran::of(&[&changed.concat()], "").expect(3, &["log0.jsonl:2: from here on nothing is signed yet"]);
    // What does not agree is.
    changed[1] = changed[1].replace("\"decision\":\"allow\"", "\"decision\":\"deny\"");
    Ran::of(&[&changed.concat()], "").expect(1, &["log0.jsonl:2: it was changed, or the line after it was"]);
}
