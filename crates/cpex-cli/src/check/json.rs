//! Findings as one object: `{"files": [{"file", "findings": [{"code", "severity", "file", "line", "column", "end_line",
//! "end_column", "message", "help"}]}]}`. The file of a finding is the one it stands in. Columns count Unicode scalar values; the end is the place behind the last.

use cpex::apl::diagnostic::{Diagnostic, Severity};
use serde_json::{Value as Json, json};

use super::checked::Checked;

pub(super) fn report(checked: &[Checked]) -> Json {
    json!({ "files": checked.iter().map(file).collect::<Vec<_>>() })
}

fn file(checked: &Checked) -> Json {
    let findings: Vec<Json> = checked.findings.iter().map(|finding| entry(checked, finding)).collect();
    json!({ "file": checked.file.display().to_string(), "findings": findings })
}

fn entry(checked: &Checked, finding: &Diagnostic) -> Json {
    let (start, end) = checked.range(finding);
    json!({
        "code": finding.code.name,
        "severity": match finding.code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "file": checked.name(finding),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "message": finding.message,
        "help": finding.help,
    })
}
