//! Where findings point: into their text, between characters, and to the line and column a person would count.

use cpex::apl::diagnostic::Diagnostic;
use cpex::apl::span::Sources;

/// Checks every finding on a document.
pub(super) fn check(sources: &Sources, findings: &[Diagnostic]) {
    for finding in findings {
        place(sources, finding);
        let shown = finding.render(sources);
        assert!(shown.starts_with(&sources.place(finding.span)), "a finding is shown elsewhere than it is:\n{shown}");
        assert!(!finding.message.is_empty(), "a finding says nothing:\n{shown}");
        assert!(shown.contains(finding.code.name), "a finding does not say its kind:\n{shown}");
    }
}

fn place(sources: &Sources, finding: &Diagnostic) {
    let span = finding.span;
    let Some(source) = sources.source(span) else { panic!("{finding:?} points into no source") };
    let (start, end) = (span.start as usize, span.end as usize);
    let marked = source.text().get(start..end);
    assert!(marked.is_some(), "{finding:?} points past its text or into a character");
    let before = source.text().get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let shown = sources.position(span);
    assert_eq!((shown.line as usize, shown.column as usize), (line, column), "{finding:?} is shown elsewhere");
}
