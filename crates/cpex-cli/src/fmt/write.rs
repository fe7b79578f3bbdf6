//! Writes a [`Tree`] in canonical layout.
//!
//! Two blanks for each level, elements of lists under their key. What stands in brackets keeps them where it fits on one
//! line and no comment stands in it. Several blank lines become one; between what takes several lines at the top level, and
//! between such routes, there always is one. Lines end in `\n`, the last too.

use super::flow;
use super::tree::{Block, Collection, Form, Item, Line, Tree, Value};

/// How long a line may be that holds something in brackets.
const WIDTH: usize = 120;

/// The list of the top level whose elements stand apart.
const SPREAD: &str = "routes";

/// Writes a whole document.
pub(super) fn write(tree: &Tree<'_>) -> String {
    let root = &tree.root;
    let mut written = lines(without_blank(&root.head), 0);
    let apart = if matches!(root.value, Value::Map(_)) { Apart::Long } else { Apart::AsWritten };
    if !is_nothing(root) {
        written.push_str(&value(root, String::new(), 0, apart));
    }
    written.push_str(&foot(&tree.foot, written.is_empty() || is_open(root), 0));
    written
}

/// Which items of a collection stand apart, a blank line between them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// Those that did.
    AsWritten,
    /// Those and all that take several lines.
    Long,
}

/// A value behind what its line says already. What takes lines of its own is indented so far.
fn value(item: &Item<'_>, line: String, indent: usize, apart: Apart) -> String {
    let line = with(line, item.anchor);
    let line = match &item.value {
        Value::Nothing => line,
        Value::Alias(name) => with(line, Some(name)),
        Value::Block(block) => return with_block(line, block, item.tail, indent),
        Value::Scalar(inner) => match &inner.form {
            Form::Lines(lines) => with_lines(line, lines, indent),
            _ => with(line, Some(&flow::scalar(inner))),
        },
        Value::List(inner) | Value::Map(inner) => {
            let short = flow::on_one_line(&item.value).filter(|_| item.intro.is_none());
            match short.map(|short| with(line.clone(), Some(&short))).filter(|line| line.chars().count() <= WIDTH) {
                Some(line) => line,
                None => return collection(item, inner, line, indent, apart),
            }
        }
    };
    with(line, item.tail) + "\n"
}

fn collection(item: &Item<'_>, inner: &Collection<'_>, line: String, indent: usize, apart: Apart) -> String {
    let mut body = children(inner, indent, apart);
    if item.intro.is_some() {
        body.push_str(&lines(&item.tail.map(Line::Comment).into_iter().collect::<Vec<_>>(), indent));
    }
    let comment = item.intro.or(item.tail);
    let is_alone = comment.is_none() && item.anchor.is_none();
    match body.get(line.len()..) {
        // The first item stands on the line of the `-`.
        Some(rest) if is_alone && item.key.is_none() => line + rest,
        _ => with(line, comment) + "\n" + &body,
    }
}

fn children(inner: &Collection<'_>, indent: usize, apart: Apart) -> String {
    let mut written = String::new();
    let mut before: Option<(&Item<'_>, bool)> = None;
    for item in &inner.items {
        let text = child(item, indent, apart);
        let is_long = text.trim_end().contains('\n');
        let is_apart = before.is_some_and(|(before, was_long)| {
            let asked = item.head.first() == Some(&Line::Blank) || (apart == Apart::Long && (is_long || was_long));
            asked && !is_open(before)
        });
        written.push_str(if is_apart { "\n" } else { "" });
        written.push_str(&lines(without_blank(&item.head), indent));
        written.push_str(&text);
        before = Some((item, is_long));
    }
    written.push_str(&foot(&inner.foot, before.is_some_and(|(before, _)| is_open(before)), indent));
    written
}

/// An element or entry, without the lines above it.
fn child(item: &Item<'_>, indent: usize, apart: Apart) -> String {
    let mut line = " ".repeat(indent);
    let mut inner = Apart::AsWritten;
    match &item.key {
        Some(key) => {
            line.extend(key.anchor.iter().flat_map(|anchor| [anchor, " "]));
            line.push_str(&flow::scalar(&key.text));
            line.push(':');
            if apart == Apart::Long && key.text.text.as_deref() == Some(SPREAD) {
                inner = Apart::Long;
            }
        }
        None => line.push('-'),
    }
    value(item, line, indent + 2, inner)
}

/// The line with a word more.
fn with(mut line: String, word: Option<&str>) -> String {
    if let Some(word) = word {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn with_lines(line: String, lines: &[&str], indent: usize) -> String {
    let mut written = with(line, lines.first().copied());
    for line in lines.iter().skip(1) {
        push_line(&mut written, line, indent.max(2));
    }
    written
}

fn with_block(line: String, block: &Block<'_>, comment: Option<&str>, indent: usize) -> String {
    let measure = block.is_measured.then_some('2');
    let header: String = [Some(block.sign), measure, block.chomping].into_iter().flatten().collect();
    let mut written = with(with(line, Some(&header)), comment);
    for line in &block.lines {
        push_line(&mut written, line, indent.max(2));
    }
    written.push('\n');
    written
}

fn push_line(written: &mut String, line: &str, indent: usize) {
    written.push('\n');
    if !line.is_empty() {
        written.push_str(&" ".repeat(indent));
        written.push_str(line);
    }
}

/// Comments and blank lines.
fn lines(lines: &[Line<'_>], indent: usize) -> String {
    let mut written = String::new();
    for line in lines {
        if let Line::Comment(text) = line {
            written.push_str(&" ".repeat(indent));
            written.push_str(text);
        }
        written.push('\n');
    }
    written
}

/// The lines below what is written. Blank ones end nothing, and begin nothing where `begins` says so.
fn foot(below: &[Line<'_>], begins: bool, indent: usize) -> String {
    let below = if begins { without_blank(below) } else { below };
    match below {
        [rest @ .., Line::Blank] => lines(rest, indent),
        _ => lines(below, indent),
    }
}

fn without_blank<'l, 't>(lines: &'l [Line<'t>]) -> &'l [Line<'t>] {
    match lines {
        [Line::Blank, rest @ ..] => rest,
        _ => lines,
    }
}

fn is_nothing(item: &Item<'_>) -> bool {
    matches!(item.value, Value::Nothing) && item.anchor.is_none() && item.tail.is_none()
}

/// Whether a blank line behind an item would be read as a part of it.
fn is_open(item: &Item<'_>) -> bool {
    match &item.value {
        Value::Block(block) => block.chomping == Some('+'),
        Value::List(inner) | Value::Map(inner) => inner.foot.is_empty() && inner.items.last().is_some_and(is_open),
        Value::Nothing | Value::Alias(_) | Value::Scalar(_) => false,
    }
}
