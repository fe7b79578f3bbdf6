//! The documents of the repository, and laying them out.

use std::fs;
use std::path::{Path, PathBuf};

use cpex::document::Document;

/// A document and the place it is shown under.
pub(super) struct Written {
    pub(super) place: String,
    pub(super) text: String,
}

/// Every document that can be read: the files of the corpus and of the examples, the policies within tests, and the blocks
/// of the pages.
pub(super) fn documents() -> Vec<Written> {
    let mut found = Vec::new();
    for folder in ["tests/corpus", "examples"] {
        files(&top().join(folder), ".yaml", &mut found);
    }
    for folder in ["docs", "."] {
        let mut pages = Vec::new();
        files(&top().join(folder), ".md", &mut pages);
        found.extend(pages.iter().flat_map(blocks));
    }
    let within: Vec<Written> = found.iter().filter_map(policy_text).collect();
    found.extend(within);
    found.retain(|written| readable(&written.text).is_some());
    assert!(found.len() > 150, "only {} documents", found.len());
    found
}

/// The document, if nothing is wrong with how it is written.
pub(super) fn readable(text: &str) -> Option<Document> {
    Document::parse("policy.yaml", text).ok().filter(|document| document.notation_faults().is_empty())
}

/// The text as `cpex fmt -` lays it out.
pub(super) fn laid_out(text: &str) -> Result<String, String> {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut text.as_bytes(), output: &mut output, errors: &mut errors };
    let status = cpex_cli::run(["cpex", "fmt", "-"].map(Into::into), &mut streams);
    match status {
        0 => Ok(String::from_utf8(output).unwrap()),
        _ => Err(String::from_utf8(errors).unwrap()),
    }
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files of that ending, those of the top only where they are pages.
fn files(folder: &Path, ending: &str, found: &mut Vec<Written>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && ending != ".md" {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(Written { place: path.display().to_string(), text: fs::read_to_string(&path).unwrap() });
        }
    }
}

/// The blocks of YAML of a page. One that is marked as a part of a route gets a route around it.
fn blocks(page: &Written) -> Vec<Written> {
    let mut found = Vec::new();
    let mut lines = page.text.lines().zip(1..);
    while let Some((fence, line)) = lines.next() {
        let Some(marks) = fence.trim_start().strip_prefix("```yaml") else { continue };
        let indent = fence.len() - fence.trim_start().len();
        let inside = lines.by_ref().map(|(line, _)| line).take_while(|line| line.trim() != "```");
        let inside: Vec<&str> = inside.map(|line| line.get(indent..).unwrap_or_default()).collect();
        let part = marks.split(',').find(|mark| ["policy", "post_policy", "args", "result"].contains(mark));
        let text = match part {
            Some(part) => {
                let inside: String = inside.iter().map(|line| format!("      {line}\n")).collect();
                format!("routes:\n  - tool: t\n    {part}:\n{inside}")
            }
            None => inside.iter().map(|line| format!("{line}\n")).collect(),
        };
        found.push(Written { place: format!("{}:{line}", page.place), text });
    }
    found
}

fn policy_text(test: &Written) -> Option<Written> {
    let document = readable(&test.text)?;
    let text = document.root().get("policy_text")?.text()?.value.clone();
    Some(Written { place: format!("{}#policy_text", test.place), text })
}
