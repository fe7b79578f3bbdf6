//! Findings as SARIF 2.1.0 (OASIS), for code hosts that show them beside the lines. The rules are the tables of codes.

use std::fmt::Write as _;

use cpex::apl::diagnostic::{Code, Diagnostic, Severity};
use serde_json::{Value as Json, json};

use super::checked::Checked;

pub(super) fn report(checked: &[Checked]) -> Json {
    let of_file = |checked| move |finding| result(checked, finding);
    let results: Vec<Json> = checked.iter().flat_map(|file| file.findings.iter().map(of_file(file))).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cpex",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// Every kind of finding.
fn codes() -> impl Iterator<Item = &'static Code> {
    let tables = [cpex::document::codes::ALL, cpex::policy::code::ALL, cpex::apl::codes::ALL, cpex::apl::lint::ALL];
    tables.into_iter().flatten().copied()
}

fn rule(code: &Code) -> Json {
    json!({
        "id": code.name,
        "shortDescription": { "text": code.summary },
        "defaultConfiguration": { "level": level(code) },
    })
}

fn result(checked: &Checked, finding: &Diagnostic) -> Json {
    let (start, end) = checked.range(finding);
    let text = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = json!({
        "ruleId": finding.code.name,
        "level": level(finding.code),
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&checked.name(finding)) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        } }],
    });
    if let (Some(index), Json::Object(result)) = (codes().position(|code| code.name == finding.code.name), &mut result)
    {
        result.insert("ruleIndex".to_owned(), index.into());
    }
    result
}

fn level(code: &Code) -> &'static str {
    match code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A path as a URI reference (RFC 3986): what may not stand in one is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
