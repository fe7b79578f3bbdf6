//! The corpus through the library: one test for each case of each file under `corpus`, named after both.
//!
//! Adding a case is adding it to a file, or adding a file; nothing is listed here.
#![expect(clippy::panic, clippy::expect_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cpex_cli::case::{CaseEnd, TestFile};
use libtest_mimic::{Arguments, Failed, Trial};

/// A corpus that was not found must not pass for one that holds.
const AT_LEAST: usize = 80;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut files = Vec::new();
    collect(&corpus, &mut files);
    let trials: Vec<Trial> = files.iter().flat_map(|file| trials(&corpus, file)).collect();
    assert!(trials.len() >= AT_LEAST, "only {} cases under `{}`", trials.len(), corpus.display());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(corpus: &Path, file: &Path) -> Vec<Trial> {
    let shown = file.strip_prefix(corpus).unwrap_or(file).display().to_string();
    let read = TestFile::read(file).unwrap_or_else(|error| panic!("{error}"));
    let ends = read.run(None).unwrap_or_else(|error| panic!("{error}"));
    ends.into_iter().map(|end| Trial::test(format!("{shown}: {}", end.name), move || judge(&end))).collect()
}

fn judge(end: &CaseEnd) -> Result<(), Failed> {
    if end.passed() { Ok(()) } else { Err(end.diff.join("\n").into()) }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(directory).expect("the corpus is readable");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry is readable").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.to_string_lossy().ends_with(".test.yaml") {
            files.push(path);
        }
    }
}
