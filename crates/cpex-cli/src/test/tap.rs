//! `--format tap`: Test Anything Protocol, version 13.

use std::fmt::Write as _;

use super::file_end::FileEnd;

pub(super) fn render(ends: &[FileEnd]) -> String {
    let points: usize = ends.iter().map(|end| end.cases.len()).sum();
    let mut out = format!("TAP version 13\n1..{points}");
    let mut number = 0_usize;
    for end in ends {
        for case in &end.cases {
            number += 1;
            let word = if case.passed() { "ok" } else { "not ok" };
            let _ = write!(out, "\n{word} {number} - {}: {}", end.file, one_line(&case.name));
            for line in &case.diff {
                let _ = write!(out, "\n# {}", one_line(line));
            }
        }
        if let Some(error) = &end.error {
            let reason = error.lines().next().unwrap_or_default();
            let _ = write!(out, "\nBail out! {}: {reason}", end.file);
            break;
        }
    }
    out
}

/// A hash would begin a directive, and a line break a line of its own.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ").replace('#', "\\#")
}
