//! The corpus of the project through the command: the same cases as through the library, with the same answers.

use std::path::{Path, PathBuf};

use cpex_cli::case::TestFile;
use serde_json::Value as Json;

use super::command::{Place, top};

#[test]
fn every_case_of_the_corpus_passes_through_the_command() {
    let corpus = top().join("tests/corpus");
    let mut files = Vec::new();
    collect(&corpus, &mut files);
    assert!(files.len() >= 10, "only {} files", files.len());
    for file in files {
        let ran = Place::new().cpex(&format!("test --format json {}", file.display()));
        let answer = ran.json();
        assert_eq!(ran.status, 0, "{answer:#}");
        let cases = answer["files"][0]["cases"].as_array().expect("a list of cases").clone();
        let names: Vec<&str> = cases.iter().filter_map(|case| case["name"].as_str()).collect();
        let read = TestFile::read(&file).unwrap();
        assert_eq!(names, read.names().collect::<Vec<_>>(), "{}", file.display());
        assert!(cases.iter().all(|case| case["ok"] == Json::Bool(true)), "{answer:#}");
    }
}

#[test]
fn watching_what_is_covered_changes_no_case_of_the_corpus() {
    let corpus = top().join("tests/corpus").display().to_string();
    let plain = Place::new().cpex(&format!("test --format json {corpus}"));
    let mut covered = Place::new().cpex(&format!("test --coverage --format json {corpus}")).json();
    let coverage = covered.as_object_mut().unwrap().remove("coverage").unwrap();
    assert_eq!(covered, plain.json());
    assert!(coverage["policies"].as_array().unwrap().len() > 10, "{coverage:#}");
}

pub(super) fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("the corpus is readable") {
        let path = entry.expect("an entry is readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.to_string_lossy().ends_with(".test.yaml") {
            files.push(path);
        }
    }
}
