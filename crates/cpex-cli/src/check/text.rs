//! Findings for people: place, kind and message, the line underlined, advice; and the count of all.

use cpex::apl::diagnostic::Severity;

use super::checked::Checked;
use crate::streams::Streams;

pub(super) fn print(checked: &[Checked], streams: &mut Streams<'_>) {
    for Checked { sources, findings, .. } in checked {
        for finding in findings {
            streams.say(finding.render(sources));
        }
    }
    let all = || checked.iter().flat_map(|checked| &checked.findings);
    let errors = all().filter(|finding| finding.code.severity == Severity::Error).count();
    let warnings = all().count() - errors;
    let files = count(checked.len(), "file");
    streams.say(format_args!("{files} checked: {}, {}", count(errors, "error"), count(warnings, "warning")));
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
