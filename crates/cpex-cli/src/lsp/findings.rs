//! What was found in a document, as editors show it.

use std::path::Path;

use cpex::apl::diagnostic::{Diagnostic, Severity};
use cpex::apl::node::Node;
use cpex::apl::span::{Sources, Span};
use serde_json::{Value as Json, json};

use super::buffer::{Buffer, Findings};
use super::lines::{Encoding, Lines};
use super::uri;

/// The parameters of `textDocument/publishDiagnostics`.
pub(super) fn published(buffer: &Buffer, (sources, findings): &Findings, encoding: Encoding) -> Json {
    let diagnostics: Vec<Json> = findings.iter().map(|finding| shown(buffer, sources, finding, encoding)).collect();
    let mut params = json!({ "uri": buffer.uri, "diagnostics": diagnostics });
    if let (Some(version), Some(params)) = (buffer.version, params.as_object_mut()) {
        params.insert("version".to_owned(), version.into());
    }
    params
}

/// The parameters that take all findings on a document back.
pub(super) fn cleared(uri: &str) -> Json {
    json!({ "uri": uri, "diagnostics": [] })
}

fn shown(buffer: &Buffer, sources: &Sources, finding: &Diagnostic, encoding: Encoding) -> Json {
    let is_own = finding.span.source == 0;
    let span = if is_own { finding.span } else { naming(buffer, finding) };
    let mut message = finding.message.clone();
    if !is_own {
        message = format!("{}: {message}", sources.place(finding.span));
    }
    if let Some(help) = &finding.help {
        message = format!("{message}\nhelp: {help}");
    }
    let mut diagnostic = json!({
        "range": buffer.lines.range(bytes(buffer.lines.text(), span), encoding),
        "severity": match finding.code.severity {
            Severity::Error => 1,
            Severity::Warning => 2,
        },
        "code": finding.code.name,
        "source": "cpex",
        "message": message,
    });
    if let (Some(elsewhere), Some(diagnostic)) = (elsewhere(sources, finding, encoding), diagnostic.as_object_mut()) {
        diagnostic.insert("relatedInformation".to_owned(), json!([elsewhere]));
    }
    diagnostic
}

/// Where a finding stands that is on another file than the open one.
fn elsewhere(sources: &Sources, finding: &Diagnostic, encoding: Encoding) -> Option<Json> {
    let source = sources.source(finding.span).filter(|_| finding.span.source != 0)?;
    let path = Path::new(source.name());
    let range = Lines::new(source.text()).range(bytes(source.text(), finding.span), encoding);
    let location = json!({ "uri": uri::of_path(path), "range": range });
    path.is_absolute().then(|| json!({ "location": location, "message": finding.message }))
}

/// Where the open document names the files among which is the one that the finding stands in.
fn naming(buffer: &Buffer, finding: &Diagnostic) -> Span {
    let Some(document) = buffer.document() else { return Span::default() };
    // Files of facts are read after all that are included, and are no sources of the document itself.
    let entry = match document.sources().source(finding.span) {
        Some(_) => document.root().entry("include"),
        None => document.root().get("global").and_then(|global| Node::entry(global, "attribute_files")),
    };
    entry.map(|entry| entry.key.span).filter(|span| span.source == 0).unwrap_or_default()
}

/// The bytes of a span. A byte order mark is no part of what spans count.
fn bytes(text: &str, span: Span) -> std::ops::Range<usize> {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    span.start as usize + bom..span.end as usize + bom
}
