//! Any text, read as a document: it loads or is refused, twice alike, and every finding points at what it is about.

use std::sync::LazyLock;

use cpex::PluginManager;
use cpex::apl::diagnostic::Severity;
use cpex::document::{Document, LoadError};

use super::findings;

/// Made once, for checking leaves nothing behind and making scanners takes longer than it.
static BUILTINS: LazyLock<PluginManager> = LazyLock::new(|| {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    manager
});

pub(super) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let first = load(text);
    assert_eq!(first, load(text), "a text is read in two ways");
}

/// The findings as people read them.
fn load(text: &str) -> String {
    match compile(text) {
        Ok(warnings) => warnings,
        Err(refused) => {
            let is_error = |severity| severity == Severity::Error;
            assert!(
                refused.diagnostics().iter().any(|finding| is_error(finding.code.severity)),
                "a document is refused and nothing says why:\n{refused}"
            );
            findings::check(refused.sources(), refused.diagnostics());
            refused.to_string()
        }
    }
}

fn compile(text: &str) -> Result<String, LoadError> {
    let document = Document::parse("fuzz.yaml", text)?;
    let warnings = BUILTINS.check(&document)?;
    assert!(
        warnings.diagnostics().iter().all(|finding| finding.code.severity == Severity::Warning),
        "a document with an error loads:\n{warnings}"
    );
    findings::check(warnings.sources(), warnings.diagnostics());
    Ok(warnings.to_string())
}
