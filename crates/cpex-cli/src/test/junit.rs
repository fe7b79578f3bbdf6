//! `--format junit`: JUnit XML, one suite for each file.

use std::fmt::Write as _;

use super::file_end::FileEnd;
use crate::case::CaseEnd;

pub(super) fn render(ends: &[FileEnd]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>");
    for end in ends {
        suite(end, &mut out);
    }
    out.push_str("\n</testsuites>");
    out
}

fn suite(end: &FileEnd, out: &mut String) {
    let errors = usize::from(end.error.is_some());
    let (file, tests, failures) = (escape(&end.file), end.cases.len() + errors, end.failed());
    let _ =
        write!(out, "\n  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">");
    for case in &end.cases {
        test_case(&file, case, out);
    }
    if let Some(error) = &end.error {
        let error = escape(error);
        let _ = write!(
            out,
            "\n    <testcase classname=\"{file}\" name=\"the file loads\"><error message=\"it does not\">{error}</error></testcase>"
        );
    }
    out.push_str("\n  </testsuite>");
}

fn test_case(file: &str, case: &CaseEnd, out: &mut String) {
    let name = escape(&case.name);
    let _ = write!(out, "\n    <testcase classname=\"{file}\" name=\"{name}\"");
    if case.passed() {
        out.push_str("/>");
        return;
    }
    let message = escape(case.diff.first().map_or("", String::as_str));
    let diff = escape(&case.diff.join("\n"));
    let _ = write!(out, "><failure message=\"{message}\">{diff}</failure></testcase>");
}

/// Text as XML 1.0 writes it; characters XML cannot hold are replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
