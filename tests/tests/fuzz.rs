//! Every body of the fuzzers over its seeds and over changed seeds, without a fuzzer.
//!
//! `CPEX_CASES` is the number of changed seeds of each body, `CPEX_SEED` the first of their numbers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use cpex::cmf::PartKind;
use cpex::cmf::wire::{Encoding, Frame, Limits};
use cpex_conformance::fuzz::mutation::mutated;
use cpex_conformance::fuzz::{BODIES, Body, body};

#[test]
fn what_holds_for_any_biscuit_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("biscuit", 2_000);
}

#[test]
fn what_holds_for_any_document_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("document", 10_000);
}

#[test]
fn what_holds_for_any_expression_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("expression", 10_000);
}

#[test]
fn what_holds_for_any_pipeline_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("pipeline", 10_000);
}

#[test]
fn what_holds_for_any_result_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("redaction", 10_000);
}

#[test]
fn what_holds_for_any_rego_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("rego", 1_000);
}

#[test]
fn what_holds_for_any_request_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("request", 10_000);
}

#[test]
fn what_holds_for_any_token_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("token", 5_000);
}

#[test]
fn what_holds_for_any_set_of_keys_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("key_set", 2_000);
}

#[test]
fn what_holds_for_any_minted_token_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("minted", 2_000);
}

#[test]
fn what_holds_for_any_answer_of_a_decision_point_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("decided", 2_000);
}

#[test]
fn what_holds_for_any_answer_about_an_approval_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("approved", 2_000);
}

#[test]
fn what_holds_for_any_frame_holds_for_the_seeds_and_what_is_near_them() {
    near_seeds("wire", 10_000);
}

#[test]
fn the_seeds_of_the_wire_are_frames_and_hold_every_kind_of_part() {
    let folder = fuzz().join("corpus/wire");
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    for name in names(&folder) {
        let encoding = if name.ends_with(".json") { Encoding::Json } else { Encoding::MessagePack };
        let limits = Limits { bytes: 1 << 16, depth: 32, parts: 64 };
        let frame = Frame::decode(&fs::read(folder.join(&name)).unwrap(), encoding, limits);
        let message = frame.unwrap_or_else(|error| panic!("{name}: {error}")).message;
        kinds.extend(message.content.iter().map(|part| part.kind().name()));
    }
    let known = PartKind::KNOWN.iter().chain([&PartKind::Other]);
    assert_eq!(kinds, known.map(|kind| kind.name()).collect());
}

#[test]
fn every_body_has_a_target_and_seeds_and_every_target_a_body() {
    let mut targets: Vec<String> = names(&fuzz().join("fuzz_targets"));
    targets.iter_mut().for_each(|name| *name = name.trim_end_matches(".rs").to_owned());
    let bodies = BODIES.map(|(name, _)| name);
    assert_eq!(targets, bodies);
    assert_eq!(names(&fuzz().join("corpus")), bodies);
}

#[test]
fn a_seed_is_changed_in_the_same_way_by_the_same_number() {
    let seeds = [b"require(role.hr)".to_vec(), b"args.a == 'x'".to_vec()];
    let all = |from: u64| (from..from + 50).map(|number| mutated(&seeds, number)).collect::<Vec<_>>();
    assert_eq!(all(3), all(3));
    assert_ne!(all(3), all(60));
}

fn near_seeds(name: &str, count: u64) {
    let body = body(name).unwrap();
    let folder = fuzz().join("corpus").join(name);
    let seeds: Vec<Vec<u8>> = names(&folder).iter().map(|file| fs::read(folder.join(file)).unwrap()).collect();
    for (seed, file) in seeds.iter().zip(names(&folder)) {
        run(body, seed, &format!("seed `{file}`"));
    }
    let first = variable("CPEX_SEED").unwrap_or(0);
    for number in first..first.saturating_add(variable("CPEX_CASES").unwrap_or(count)) {
        run(body, &mutated(&seeds, number), &format!("CPEX_SEED={number}"));
    }
}

fn run(body: Body, input: &[u8], case: &str) {
    if catch_unwind(|| body(input)).is_err() {
        panic!("{case} fails:\n{}", String::from_utf8_lossy(input));
    }
}

/// Sorted names of the entries of a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fuzz")
}

fn variable(name: &str) -> Option<u64> {
    let written = std::env::var(name).ok()?;
    Some(written.parse().unwrap_or_else(|_| panic!("`{name}` is not a number: `{written}`")))
}
