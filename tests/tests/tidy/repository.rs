//! The files of the repository, and how a rule reports.

use std::fs;
use std::path::{Path, PathBuf};

/// What holds nothing written by hand.
const NOT_OURS: [&str; 5] = [".git", ".tools", "target", "node_modules", ".venv"];

/// How many faults a report shows.
const MAX_SHOWN: usize = 50;

/// A text file of the repository.
#[derive(Debug)]
pub(super) struct File {
    /// Its path from the top of the repository, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn fixture(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether it holds tests only: it lies in a `tests` folder or is a `tests.rs`.
    pub(super) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }
}

/// The top of the repository.
pub(super) fn top() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let top = here.parent().expect("the package of this test lies in the repository").to_owned();
    assert!(top.join("crates/apl-core").exists(), "`{}` is not the top of the repository", top.display());
    top
}

/// Every text file of the repository, by path.
pub(super) fn files() -> Vec<File> {
    let top = top();
    let mut files = Vec::new();
    collect(&top, &top, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Every Rust file of the repository, by path.
pub(super) fn rust_files() -> Vec<File> {
    files().into_iter().filter(|file| file.path.ends_with(".rs")).collect()
}

/// Fails if there are faults, and shows the first of them on a line each.
pub(super) fn expect_none(rule: &str, faults: &[String]) {
    let shown = faults.get(..MAX_SHOWN).unwrap_or(faults);
    let more = faults.len() - shown.len();
    assert!(faults.is_empty(), "{rule}\n  {}\n  ({more} more)", shown.join("\n  "));
}

fn collect(top: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository is readable") {
        let path = entry.expect("an entry of the repository is readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // In a worktree of its own, `.git` is a file.
        if NOT_OURS.contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            collect(top, &path, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(top).expect("the walk began at the top");
            files.push(File { path: path.to_string_lossy().replace('\\', "/"), text });
        }
    }
}
