//! Scalars of lines under `|` or `>`: taken apart so that they can be indented anew.

use super::tree::Block;

/// A block scalar as it stands in the source.
pub(super) struct BlockLines<'t> {
    pub(super) block: Block<'t>,
    /// The comment behind its header.
    pub(super) comment: Option<&'t str>,
    /// How many bytes it takes up.
    pub(super) length: usize,
}

impl<'t> BlockLines<'t> {
    /// Reads the scalar that a text begins with: its header, and lines within so many bytes. `value` is what it says.
    pub(super) fn read(text: &'t str, within: usize, value: &str) -> Option<Self> {
        let header = text.split('\n').next()?;
        let (indicators, comment) = match header.find(" #") {
            Some(at) => header.split_at_checked(at)?,
            None => (header, ""),
        };
        let begin = (header.len() + 1).min(text.len());
        let body = text.get(begin..within.clamp(begin, text.len()))?;
        let mut lines = whole_lines(body);
        let indent = indent(&lines, value)?;
        let chomping = indicators.chars().find(|sign| matches!(sign, '+' | '-'));
        while chomping != Some('+') && lines.last().is_some_and(|line| unindented(line, indent) == Some("")) {
            lines.pop();
        }
        let length = lines.iter().map(|line| line.len() + 1).sum::<usize>() + begin;
        let block = Block {
            sign: indicators.chars().next().filter(|sign| matches!(sign, '|' | '>'))?,
            is_measured: indicators.contains(|sign: char| sign.is_ascii_digit()),
            chomping,
            lines: lines.into_iter().map(|line| unindented(line, indent)).collect::<Option<_>>()?,
        };
        let comment = Some(comment.trim()).filter(|comment| !comment.is_empty());
        Some(Self { block, comment, length: length.min(text.len()) })
    }
}

/// The lines of a body, without the blanks it may end in that already indent what follows.
fn whole_lines(body: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = body.split('\n').collect();
    if lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

/// How far lines that say that are indented.
fn indent(lines: &[&str], value: &str) -> Option<usize> {
    let leading = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_written = |line: &&str| !line.trim_matches(' ').is_empty();
    match (lines.iter().copied().find(is_written), value.split('\n').find(is_written)) {
        (Some(line), Some(says)) => leading(line).checked_sub(leading(says)),
        (None, None) if !value.contains(' ') => Some(usize::MAX),
        _ => None,
    }
}

fn unindented(line: &str, indent: usize) -> Option<&str> {
    match line.get(indent.min(line.len())..) {
        Some(rest) if line.len() - rest.len() == indent && line.bytes().take(indent).all(|byte| byte == b' ') => {
            Some(rest)
        }
        _ => line.trim_matches(' ').is_empty().then_some(""),
    }
}
