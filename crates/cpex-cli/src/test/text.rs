//! Results for people.

use std::fmt::Write as _;

use super::file_end::FileEnd;

pub(super) fn render(ends: &[FileEnd]) -> String {
    let mut out = String::new();
    for end in ends {
        for case in &end.cases {
            let word = if case.passed() { "ok  " } else { "FAIL" };
            let _ = writeln!(out, "{word}  {}: {}", end.file, case.name);
            for line in &case.diff {
                let _ = writeln!(out, "        {line}");
            }
        }
        if let Some(error) = &end.error {
            let _ = writeln!(out, "FAIL  {}: the file does not load\n{error}", end.file);
        }
    }
    let failed: usize = ends.iter().map(FileEnd::failed).sum();
    let passed = ends.iter().map(|end| end.cases.len()).sum::<usize>() - failed;
    let unloaded = ends.iter().filter(|end| end.error.is_some()).count();
    let _ = write!(out, "{passed} passed, {failed} failed");
    if unloaded > 0 {
        let _ = write!(out, ", {unloaded} not loaded");
    }
    out
}
