//! Where files lie and what they are called.

use super::repository::{File, expect_none, rust_files};

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "common", "helper", "helpers", "type", "types", "misc"];

/// How many folders a file may lie below `src`.
const MAX_DEPTH: usize = 2;

#[test]
fn files_lie_flat_and_are_named_for_what_they_hold() {
    let faults: Vec<String> = rust_files().iter().flat_map(faults).collect();
    expect_none("move or rename these:", &faults);
}

fn faults(file: &File) -> Vec<String> {
    let path = &file.path;
    let parts: Vec<&str> = path.split('/').collect();
    let mut faults = Vec::new();
    if parts.last() == Some(&"mod.rs") {
        faults.push(format!("{path}: a module `foo` is `foo.rs`, with `foo/` beside it, not `foo/mod.rs`"));
    }
    if let Some(part) = parts.iter().find(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"))) {
        faults.push(format!("{path}: `{part}` does not say what is inside"));
    }
    let below = parts.iter().position(|part| *part == "src").map_or(0, |src| parts.len() - src - 2);
    if below > MAX_DEPTH {
        faults.push(format!("{path}: lies {below} folders below `src`; {MAX_DEPTH} is the limit"));
    }
    faults
}

#[test]
fn a_mod_rs_an_empty_name_and_a_deep_file_are_found() {
    let faults = |path| faults(&File::fixture(path, "")).len();
    assert_eq!(faults("crates/a/src/b/mod.rs"), 1);
    assert_eq!(faults("crates/a/src/utils.rs"), 1);
    assert_eq!(faults("crates/a/src/helpers/b.rs"), 1);
    assert_eq!(faults("crates/a/src/b/c/d/e.rs"), 1);
    assert_eq!(faults("crates/a/src/b/c/d.rs"), 0);
    assert_eq!(faults("crates/a/tests/b/c/d/e.rs"), 0);
}
