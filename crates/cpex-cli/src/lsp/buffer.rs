//! An open document: its text as the editor has it, and the last text of it that had a tree.

use cpex::PluginManager;
use cpex::apl::diagnostic::Diagnostic;
use cpex::apl::node::Value;
use cpex::apl::span::{Sources, Span};
use cpex::document::{Document, LoadError, keys};
use serde_json::Value as Json;

use super::lines::{Encoding, Lines};
use super::uri;

/// An open document.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) uri: String,
    pub(super) version: Option<i64>,
    pub(super) lines: Lines,
    last: Option<Read>,
}

/// What was found in a document.
pub(super) type Findings = (Sources, Vec<Diagnostic>);

/// A text with its tree.
#[derive(Debug)]
struct Read {
    document: Document,
    text: String,
}

impl Buffer {
    pub(super) fn open(uri: String, version: Option<i64>, text: &str) -> Self {
        Self { uri, version, lines: Lines::new(text), last: None }
    }

    /// Takes a change over, unless it is older than the text. A change without a range replaces all.
    pub(super) fn change(&mut self, version: Option<i64>, changes: &[Json], encoding: Encoding) -> Result<(), ()> {
        if version.zip(self.version).is_some_and(|(new, old)| new <= old) {
            return Ok(());
        }
        let mut lines = self.lines.clone();
        for change in changes {
            let text = change.get("text").and_then(Json::as_str).ok_or(())?;
            lines = match change.get("range") {
                None | Some(Json::Null) => Lines::new(text),
                Some(range) => lines.replaced(lines.bytes(range, encoding).ok_or(())?, text),
            };
        }
        self.lines = lines;
        self.version = version.or(self.version);
        Ok(())
    }

    /// What `cpex check` finds in it. A test of policies and a file of facts are no policies, and nothing is found.
    pub(super) fn check(&mut self, manager: &PluginManager) -> Findings {
        let path = uri::to_path(&self.uri);
        let name = path.as_ref().map_or_else(|| self.uri.clone(), |path| path.display().to_string());
        if self.uri.ends_with(".test.yaml") {
            return Findings::default();
        }
        let document = match Document::parse(name, self.lines.text()) {
            Ok(document) => document,
            Err(refused) => return findings(&refused),
        };
        let document = match path {
            Some(path) => document.of_file(&path),
            None => document,
        };
        let findings = match manager.check(&document) {
            _ if is_of_facts(&document) => Findings::default(),
            Ok(warnings) => (warnings.sources().clone(), warnings.diagnostics().to_vec()),
            Err(refused) => findings(&refused),
        };
        self.last = Some(Read { document, text: self.lines.text().to_owned() });
        findings
    }

    /// The last tree there was.
    pub(super) fn document(&self) -> Option<&Document> {
        self.last.as_ref().map(|last| &last.document)
    }

    /// Where a part of the last tree stands in the text of now; none where it was edited, or is in another file.
    pub(super) fn place(&self, span: Span) -> Option<std::ops::Range<usize>> {
        if span.source != 0 {
            return None;
        }
        let (old, new) = (self.last.as_ref()?.text.as_str(), self.lines.text());
        let bom = if old.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let range = span.start as usize + bom..span.end as usize + bom;
        let same = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
        if range.end <= same {
            return Some(range);
        }
        let behind = old.bytes().rev().zip(new.bytes().rev()).take_while(|(old, new)| old == new).count();
        let is_behind = range.start >= old.len() - behind;
        let moved = |at: usize| (at + new.len()).checked_sub(old.len());
        is_behind.then(|| Some(moved(range.start)?..moved(range.end)?)).flatten()
    }
}

fn findings(refused: &LoadError) -> Findings {
    (refused.sources().clone(), refused.diagnostics().to_vec())
}

/// Whether a document is one of those that policies name under `attribute_files`.
fn is_of_facts(document: &Document) -> bool {
    let is_own = |name: &str| keys::ATTRIBUTE_FILE.iter().any(|key| key.name == name);
    match &document.root().value {
        Value::Map(entries) => !entries.is_empty() && entries.iter().all(|entry| is_own(&entry.key.value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use serde_json::json;

    use super::*;

    const TEXT: &str = "plugins: [{ name: a, kind: audit/logger }]\nroutes: []\ngroups: { g: {} }\n";

    fn buffer(text: &str) -> Buffer {
        let mut buffer = Buffer::open("untitled:1".to_owned(), Some(1), text);
        buffer.check(&PluginManager::default());
        buffer
    }

    fn span_of(text: &str, what: &str) -> Span {
        let at = text.find(what).unwrap();
        Span::new(0, at, at + what.len())
    }

    fn whole(text: &str) -> Vec<Json> {
        vec![json!({ "text": text })]
    }

    #[test]
    fn what_the_last_tree_says_is_found_around_an_edit() {
        let mut buffer = buffer(TEXT);
        let edited = TEXT.replace("routes: []", "routes: [\"");
        buffer.change(Some(2), &whole(&edited), Encoding::Utf16).unwrap();
        buffer.check(&PluginManager::default());
        let found = |what: &str| buffer.place(span_of(TEXT, what)).and_then(|range| edited.get(range));
        assert_eq!(found("a, kind"), Some("a, kind"));
        assert_eq!(found("g: {}"), Some("g: {}"));
        assert_eq!(found("[]"), None);
    }

    #[test]
    fn changes_apply_in_order_and_old_ones_not_at_all() {
        let mut buffer = buffer("a😀b");
        let at = |character: usize| json!({ "line": 0, "character": character });
        let insert = |character: usize, text: &str| json!({ "range": { "start": at(character), "end": at(character) }, "text": text });
        buffer.change(Some(2), &[insert(3, "x"), insert(4, "y")], Encoding::Utf16).unwrap();
        assert_eq!(buffer.lines.text(), "a😀xyb");
        buffer.change(Some(2), &whole("old"), Encoding::Utf16).unwrap();
        assert_eq!(buffer.lines.text(), "a😀xyb");
        assert!(buffer.change(Some(3), &[insert(0, "z"), json!({})], Encoding::Utf16).is_err());
        assert_eq!((buffer.lines.text(), buffer.version), ("a😀xyb", Some(2)));
    }

    #[test]
    fn tests_and_facts_are_no_policies() {
        let found =
            |uri: &str, text: &str| Buffer::open(uri.to_owned(), None, text).check(&PluginManager::default()).1.len();
        assert_eq!(found("file:///a.yaml", "cases: []"), 1);
        assert_eq!(found("file:///a.test.yaml", "cases: []"), 0);
        assert_eq!(found("file:///a.yaml", "data: { a: 1 }"), 0);
        assert_eq!(found("file:///a.yaml", "data: { a: 1 }\nroute: []"), 2);
    }
}
