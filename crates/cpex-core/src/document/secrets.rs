//! Secret sources, and keeping secrets that stand in a document out of every message.

pub(super) mod named;

use std::ops::Range;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Value};

use super::codes;

/// The kinds of sources, each with the key that says where.
const KINDS: [(&str, &str); 4] = [("env_var", "name"), ("file", "path"), ("literal", "secret"), (named::NAMED, "name")];

const FORMS: &str = "write `{kind: env_var, name: ..}` or `{kind: file, path: ..}`";

/// Keys under which a text is a secret, or should have been a source of one.
const SECRET_KEYS: [&str; 9] = [
    "secret",
    "password",
    "client_secret",
    "client_secret_source",
    "private_key",
    "api_key",
    "audit_key",
    "hash_key",
    "key",
];

/// The private members of a JSON Web Key (RFC 7518, section 6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Checks a secret source. No message repeats what is written there.
pub(super) fn check(node: &Node, faults: &mut Vec<Diagnostic>) {
    let Some(kind) = node.get("kind") else {
        let fault = Diagnostic::new(codes::MISSING_KEY, node.span, "a secret source must give `kind`");
        faults.push(fault.help(FORMS));
        return;
    };
    let known = kind.text().and_then(|kind| KINDS.iter().find(|(name, _)| *name == kind.value));
    let Some((name, field)) = known else {
        let message = "the kind of a secret source is one of `env_var`, `file`, `literal`, `named`";
        faults.push(Diagnostic::new(codes::WRONG_VALUE, kind.span, message));
        return;
    };
    for Entry { key, .. } in node.entries() {
        if key.value != "kind" && key.value != *field {
            let message = format!("unknown key `{}` in a secret source of kind `{name}`", key.value);
            faults.push(Diagnostic::new(codes::UNKNOWN_KEY, key.span, message).nearest(&key.value, [*field]));
        }
    }
    match node.get(field) {
        None => {
            let message = format!("a secret source of kind `{name}` must give `{field}`");
            faults.push(Diagnostic::new(codes::MISSING_KEY, kind.span, message));
        }
        Some(value) if value.text().is_none() => {
            let message = format!("expected text, found {}", value.shape());
            faults.push(Diagnostic::new(codes::WRONG_SHAPE, value.span, message));
        }
        Some(_) if *name == "literal" => {
            let message = "this secret can be read by whoever can read the document";
            faults.push(Diagnostic::new(codes::LITERAL_SECRET, kind.span, message).help(FORMS));
        }
        Some(_) => {}
    }
}

/// The same text with the secrets of its tree replaced by marks of the same length, so that places stay what they are.
pub(super) fn masked(text: &str, root: &Node) -> String {
    let mut ranges = Vec::new();
    collect(root, &mut ranges);
    mask(text, ranges)
}

/// The same text, which has no tree, with what follows the name of a secret on its line replaced.
pub(super) fn masked_by_line(text: &str) -> String {
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let value = SECRET_KEYS.iter().filter_map(|key| value_of(line, key)).min();
        ranges.extend(value.map(|value| start + value..start + line.trim_end().len()));
        start += line.len();
    }
    mask(text, ranges)
}

/// Where on a line the value of a key begins.
fn value_of(line: &str, key: &str) -> Option<usize> {
    let (at, _) = line.match_indices(key).next()?;
    let colon = line.get(at..)?.find(':')?;
    Some(at + colon + 1)
}

fn collect(node: &Node, ranges: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| collect(node, ranges)),
        Value::Map(entries) => {
            let web_key = entries.iter().any(|entry| entry.key.value == "kty");
            for Entry { key, value } in entries {
                let key = key.value.as_str();
                let secret = SECRET_KEYS.contains(&key) || (web_key && PRIVATE_MEMBERS.contains(&key));
                match &value.value {
                    // A text here was to be a source.
                    Value::Map(members) if key == "secrets" => {
                        let texts = members.iter().filter(|member| member.value.text().is_some());
                        ranges
                            .extend(texts.map(|member| member.value.span).map(|at| at.start as usize..at.end as usize));
                        collect(value, ranges);
                    }
                    Value::Map(_) => collect(value, ranges),
                    Value::List(_) if !secret => collect(value, ranges),
                    _ if secret => ranges.push(value.span.start as usize..value.span.end as usize),
                    _ => {}
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

fn mask(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| range.start);
    let mut ranges = ranges.into_iter().peekable();
    let mark = |(at, character): (usize, char)| {
        while ranges.next_if(|range| range.end <= at).is_some() {}
        let hidden = ranges.peek().is_some_and(|range| range.contains(&at)) && !character.is_whitespace();
        // A mark is as wide in UTF-8 as what it stands for: byte offsets and columns are the same in both texts.
        match character.len_utf8() {
            _ if !hidden => character,
            1 => '*',
            2 => '\u{b7}',
            3 => '\u{2022}',
            _ => '\u{1f784}',
        }
    };
    text.char_indices().map(mark).collect()
}

#[cfg(test)]
mod tests;
