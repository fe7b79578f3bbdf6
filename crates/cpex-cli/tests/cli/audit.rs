//! `cpex audit`: what the sink writes is verified as written, and nothing else is.

mod crash;
mod log;
mod show;
mod tampering;

use std::fs;

use cpex::sdk::Record;
use cpex::sdk::testing::record;
use serde_json::json;

use super::command::{Place, top};
use log::{Log, PUBLIC, Ran, verify};

#[test]
fn a_log_that_was_closed_is_whole_in_every_format() {
    for format in ["json", "ocsf", "cloudevents"] {
        let log = Log::new();
        let sink = log.open(&json!({ "format": format }));
        sink.write(7);
        sink.close();
        let verified = log.verify("");
        verified.expect(0, &["whole: 7 records in 1 stream", "signed up to log.jsonl:11, at 2026-01-01T00:00:00.000Z"]);
        // A start, one checkpoint after each three records, and a close.
        assert_eq!(log.lines().len(), 7 + 1 + 2 + 1);
    }
}

#[test]
fn the_page_shows_what_is_printed() {
    let log = Log::new();
    log.open(&json!({})).write(5);
    let printed = log.verify("").out.replace("log.jsonl", "decisions.jsonl");
    let page = fs::read_to_string(top().join("docs/audit.md")).unwrap();
    let shown = page.split("```text\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block);
    // Hashes differ with every release that adds to a record.
    let without_tip = |text: &str| text.lines().filter(|line| !line.starts_with("tip ")).collect::<Vec<_>>().join("\n");
    assert!(printed.contains("\ntip "), "{printed}");
    assert!(shown.map(without_tip).any(|shown| shown == without_tip(&printed)), "{printed}");
}

#[test]
fn a_log_that_goes_on_is_genuine_and_maybe_not_all() {
    let log = Log::new();
    let sink = log.open(&json!({}));
    log.verify("").expect(3, &["log.jsonl:1: the log is not closed", "genuine, and maybe not all: 0 records"]);
    sink.write(2);
    log.verify("").expect(3, &["log.jsonl:2: from here on nothing is signed yet", "signed up to log.jsonl:1"]);
    sink.write(1);
    log.verify("").expect(3, &["log.jsonl:5: the log is not closed: what stood after it may be missing"]);
    sink.close();
    log.verify("").expect(0, &["whole: 3 records"]);
}

#[test]
fn a_later_start_goes_on_with_the_log() {
    let log = Log::new();
    for _ in 0..3 {
        let sink = log.open(&json!({}));
        sink.write(2);
        sink.close();
    }
    log.verify("").expect(0, &["whole: 6 records in 3 streams"]);
    let lines = log.lines();
    // A whole stream in the middle.
    let without: String = [&lines[..4], &lines[8..]].concat().concat();
    Ran::of(&[&without], "").expect(1, &["log0.jsonl:4: it was changed, or what stood after it is missing"]);
    // And at the beginning, where the next says what it follows.
    let without: String = lines[4..].concat();
    Ran::of(&[&without], "").expect(1, &["log0.jsonl:1: what stood before it in its file is missing"]);
}

#[test]
fn a_process_that_dies_leaves_a_stream_unclosed_and_the_next_seals_it() {
    let log = Log::new();
    log.open(&json!({})).write(2);
    let sink = log.open(&json!({}));
    sink.write(1);
    sink.close();
    let verified = log.verify("");
    verified.expect(
        0,
        &["whole: 3 records in 2 streams", "note: the stream 00000000000000000000000000000001 was not closed"],
    );
}

#[test]
fn a_line_that_was_cut_off_is_told_and_sealed_by_the_next_start() {
    for left in (1..40).step_by(6) {
        let log = Log::new();
        log.open(&json!({})).write(2);
        let text = log.text();
        let last = log.lines().pop().unwrap();
        let cut = text.len() - last.len() + left;
        fs::write(log.path(), &text[..cut]).unwrap();
        log.verify("").expect(3, &["log.jsonl:3: it is cut off"]);

        let sink = log.open(&json!({}));
        sink.write(1);
        sink.close();
        log.verify("").expect(0, &["whole: 2 records in 2 streams"]);
        let text = log.text();
        // What was cut off is sealed too: nothing of it can be changed.
        for at in text.len() - text[cut - left..].len()..cut {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            Ran::of_bytes(&[&bytes], "").expect(1, &["log0.jsonl:3: "]);
        }
        let gone = format!("{}{}", &text[..cut - left], &text[cut + 1..]);
        Ran::of(&[&gone], "").expect(1, &["log0.jsonl:3: the beginning of a line that stood before it is missing"]);
    }
}

#[test]
fn a_line_without_its_line_break_is_cut_off_and_counts() {
    let log = Log::new();
    log.open(&json!({})).write(2);
    let text = log.text();
    fs::write(log.path(), text.strip_suffix('\n').unwrap()).unwrap();
    log.verify("").expect(3, &["log.jsonl:3: its line break is cut off", "2 records"]);
    log.open(&json!({})).close();
    log.verify("").expect(0, &["whole: 2 records in 2 streams"]);
}

#[test]
fn files_that_were_rotated_verify_together_and_alone() {
    let log = Log::new();
    let rotate =
        json!({ "destination": { "file": { "path": "log.jsonl", "rotate": { "max_bytes": 8192, "keep": 9 } } } });
    let sink = log.open(&rotate);
    sink.write(40);
    sink.close();
    let files = log.files();
    assert!(files.len() > 3, "{files:?}");
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() <= 8192));
    log.verify("--key unused").expect(2, &["cannot read the key `unused`"]);
    let all = files.iter().map(|file| format!(" {}", file.display())).collect::<String>();
    verify(&format!("{all} --key {PUBLIC}")).expect(0, &["whole: 40 records in 1 stream"]);
    for file in &files {
        let ran = verify(&format!("{} --key {PUBLIC}", file.display()));
        assert!([0, 3].contains(&ran.status), "{}", ran.out);
    }
    // One in the middle is missing.
    let some = all.replacen(&format!(" {}.2", log.path().display()), "", 1);
    verify(&format!("{some} --key {PUBLIC}"))
        .expect(1, &["log.jsonl.1:1: lines ", " of its stream are missing before it"]);
}

#[test]
fn what_was_told_before_must_still_be_there() {
    let log = Log::new();
    let sink = log.open(&json!({}));
    sink.write(3);
    let told = log.verify("").json_of(&log)["tip"].as_str().unwrap().to_owned();
    let early = log.text();
    sink.write(3);
    sink.close();
    log.verify(&format!("--expect-tip {told} --at-least 6")).expect(0, &["whole"]);
    log.verify("--at-least 7").expect(1, &["there are 6 records, and 7 were expected"]);
    let tip = log.verify("").json_of(&log)["tip"].as_str().unwrap().to_owned();
    fs::write(log.path(), early).unwrap();
    log.verify(&format!("--expect-tip {tip}")).expect(1, &["no line has the hash"]);
}

#[test]
fn keys_are_rotated_and_each_is_needed() {
    let log = Log::new();
    let other = json!({ "chain": { "key": { "kind": "literal", "secret": "09".repeat(32) }, "checkpoint_every": 3 } });
    let sink = log.open(&json!({}));
    sink.write(1);
    sink.close();
    let sink = log.open(&other);
    sink.write(1);
    sink.close();
    log.verify("").expect(1, &["log.jsonl:4: it is signed by the key", "which was not given"]);
    let public = log::public(&[9; 32]);
    log.verify(&format!("--key {public}")).expect(0, &["whole: 2 records in 2 streams"]);
}

#[test]
fn streams_that_were_gathered_are_verified_one_by_one() {
    let (a, b) = (Log::new(), Log::with_id(100));
    for log in [&a, &b] {
        let sink = log.open(&json!({}));
        sink.write(2);
        sink.close();
    }
    let mut lines: Vec<String> = Vec::new();
    for (of_a, of_b) in a.lines().into_iter().zip(b.lines()) {
        lines.extend([of_a, "something else\n".to_owned(), of_b]);
    }
    Ran::of(&[&lines.concat()], "--gathered").expect(0, &["whole: 4 records in 2 streams"]);
    Ran::of(&[&lines.concat()], "").expect(1, &["log0.jsonl:2: it is no line of the log"]);
    lines.remove(6);
    Ran::of(&[&lines.concat()], "--gathered").expect(1, &["log0.jsonl:9: line 3 of its stream are missing"]);
}

#[test]
fn a_log_without_a_chain_is_not_verified() {
    let log = Log::new();
    let sink = log.open_plain();
    sink.write(2);
    log.verify("").expect(1, &["log.jsonl:1: what stood before it in its file is missing"]);
    fs::write(log.path(), "").unwrap();
    log.verify("").expect(3, &["there is no whole line"]);
}

#[test]
fn a_key_is_made_once_and_its_public_half_is_told() {
    let place = Place::new();
    let ran = place.cpex("audit keygen audit.pem");
    ran.expect(0, &["-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA"]);
    let private = fs::read_to_string(place.path().join("audit.pem")).unwrap();
    assert!(private.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{private}");
    place.cpex("audit keygen audit.pem").expect(2, &["cannot write `audit.pem`: File exists"]);

    let log = Log::new();
    let sink = log.open(&json!({ "chain": { "key": { "kind": "literal", "secret": private } } }));
    sink.record(&Record { decision: "deny", ..record() });
    sink.close();
    fs::write(place.path().join("public.pem"), &ran.out).unwrap();
    fs::copy(log.path(), place.path().join("log.jsonl")).unwrap();
    place.cpex("audit verify log.jsonl --key public.pem").expect(0, &["whole: 1 record in 1 stream"]);
    let refused = ["holds a private key: verify with the public one"];
    place.cpex("audit verify log.jsonl --key audit.pem").expect(2, &refused);
    place.cpex("audit verify nowhere.jsonl --key public.pem").expect(2, &["cannot read `nowhere.jsonl`"]);
}

#[cfg(unix)]
#[test]
fn a_private_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.cpex("audit keygen audit.pem").expect(0, &[]);
    let mode = fs::metadata(place.path().join("audit.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
