//! From the text of a document to the same document in canonical layout.

use std::collections::HashMap;
use std::fmt;

use cpex::apl::node::{Node, Value};
use cpex::document::{Document, LoadError};

use super::rules::{self, Edit};
use super::tree::Tree;
use super::{json, read, write};

/// Why a document is left as it is.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It is no document.
    Document(LoadError),
    /// Laid out, it would not say the same.
    Otherwise(String),
}

/// Lays out a text shown under that name.
pub(crate) fn layout(name: &str, text: &str) -> Result<String, Refused> {
    let document = parse(name, text).map_err(Refused::Document)?;
    let otherwise = || Refused::Otherwise(name.to_owned());
    let text = plain_lines(text);
    let mut tree = read::read(&text).ok_or_else(otherwise)?;
    let edits = rules::spell(&mut tree);
    let written = if json::is_json(&text) { json::write(&tree) } else { write::write(&tree) };
    // INVARIANT: what is written says what was read. Whatever the parts above do, this holds.
    says_the_same(name, &document, &tree, edits, &written).then_some(written).ok_or_else(otherwise)
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(error) => error.fmt(f),
            Self::Otherwise(name) => {
                write!(f, "`{name}` is written in a way that this command cannot lay out; it is left as it is")
            }
        }
    }
}

fn parse(name: &str, text: &str) -> Result<Document, LoadError> {
    let document = Document::parse(name, text)?;
    match document.notation_faults() {
        [] => Ok(document),
        faults => Err(document.refuse(faults.to_vec())),
    }
}

/// The text without a byte order mark, each line ended by `\n`.
fn plain_lines(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

fn says_the_same(name: &str, before: &Document, tree: &Tree<'_>, edits: Vec<Edit>, written: &str) -> bool {
    let Ok(after) = parse(name, written) else { return false };
    let mut left = HashMap::new();
    edits.into_iter().for_each(|edit| *left.entry(edit).or_insert(0) += 1);
    let comments = |tree: &Tree<'_>| {
        let mut comments: Vec<String> = tree.comments().into_iter().map(str::to_owned).collect();
        comments.sort_unstable();
        comments
    };
    is_same(before.root(), after.root(), &mut left)
        && left.values().all(|left| *left == 0)
        && read::read(written).is_some_and(|after| comments(&after) == comments(tree))
}

/// How often each edit is still to be met.
type Left = HashMap<Edit, usize>;

/// Whether two values are equal but for the edits, which are used up.
fn is_same(before: &Node, after: &Node, left: &mut Left) -> bool {
    match (&before.value, &after.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(before), Value::Bool(after)) => before == after,
        (Value::Number(before), Value::Number(after)) => before == after,
        (Value::Text(before), Value::Text(after)) => is_same_text(&before.value, &after.value, left),
        (Value::List(before), Value::List(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| is_same(before, after, left))
        }
        (Value::Map(before), Value::Map(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| {
                    is_same_text(&before.key.value, &after.key.value, left)
                        && is_same(&before.value, &after.value, left)
                })
        }
        _ => false,
    }
}

fn is_same_text(before: &str, after: &str, left: &mut Left) -> bool {
    if before == after {
        return true;
    }
    let edit = left.get_mut(&(before.to_owned(), after.to_owned())).filter(|left| **left > 0);
    edit.map(|left| *left -= 1).is_some()
}
