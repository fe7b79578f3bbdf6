//! A policy that stands in a test file, moved to where it stands there: a place in it is then a place in the file.

use cpex::apl::node::Entry;
use cpex::apl::span::Sources;

/// The same policy on the same lines and columns as in the file; none where it is not written as a literal block (`|`).
pub(crate) fn in_place(entry: &Entry, sources: &Sources) -> Option<String> {
    let text = entry.value.text()?;
    let key = entry.key.span;
    let (before, after) = sources.source(key)?.text().split_at_checked(key.end as usize)?;
    let block = after.trim_start_matches([' ', ':']);
    // A marker is one only at the beginning of a line.
    let is_marker = |line: &str| ["---", "...", "%"].iter().any(|marker| line.starts_with(marker));
    if !block.starts_with('|') || text.value.lines().any(is_marker) {
        return None;
    }
    let written = block.lines().skip(1).find(|line| !line.trim().is_empty())?;
    let read = text.value.lines().find(|line| !line.trim().is_empty())?;
    let indent = " ".repeat(blanks(written).checked_sub(blanks(read))?);
    let mut placed = "\n".repeat(before.matches('\n').count() + 1);
    for line in text.value.split_inclusive('\n') {
        if !line.trim().is_empty() {
            placed.push_str(&indent);
        }
        placed.push_str(line);
    }
    Some(placed)
}

/// How many blanks a line begins with.
fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
