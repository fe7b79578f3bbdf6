//! The walk over a document against the tables of its keys: every key that nothing reads and every value of the wrong
//! shape, all in one pass.

use apl_core::diagnostic::{Diagnostic, nearest};
use apl_core::node::{Entry, Node, Value};
use apl_core::span::{Sources, Span};
use cpex_sdk::config::{Key, Shape};

use super::keys::{self, TABLES, Table};
use super::{codes, duration, secrets};

/// Checks everything in a document but the configs of its plugins and the rules of its routes.
pub(super) fn document(root: &Node, sources: &Sources, faults: &mut Vec<Diagnostic>) {
    match &root.value {
        Value::Null => {}
        Value::Map(entries) => section(entries, root.span, keys::DOCUMENT, faults),
        _ => faults.push(Diagnostic::new(
            codes::WRONG_SHAPE,
            root.span,
            format!("a document is a map of `plugins`, `routes` and alike, found {}", root.shape()),
        )),
    }
    for layer in layers(root) {
        keys::PHASES.iter().for_each(|spellings| one_spelling(layer, spellings, sources, faults));
    }
}

/// Checks the config of a plugin against the table its factory publishes. `owner` is where a missing key is reported.
pub(super) fn config(config: Option<&Node>, owner: Span, keys: &[Key], faults: &mut Vec<Diagnostic>) {
    match config.map(|config| (config, &config.value)) {
        None | Some((_, Value::Null)) => section(&[], owner, keys, faults),
        Some((config, Value::Map(entries))) => section(entries, config.span, keys, faults),
        Some((config, _)) => wrong_shape(config, "a map", faults),
    }
}

/// The sections of a document that may hold layer keys.
pub(super) fn layers(root: &Node) -> impl Iterator<Item = &Node> {
    let global = root.get("global");
    let defaults = global.and_then(|global| global.get("defaults")).map(Node::entries).unwrap_or_default();
    let groups = root.get("groups").map(Node::entries).unwrap_or_default();
    let routes = root.get("routes").map(Node::one_or_many).unwrap_or_default();
    global.into_iter().chain(defaults.iter().chain(groups).map(|entry| &entry.value)).chain(routes)
}

fn section(entries: &[Entry], owner: Span, known: &[Key], faults: &mut Vec<Diagnostic>) {
    for Entry { key, value } in entries {
        match known.iter().find(|known| known.name == key.value) {
            Some(known) if is_empty_authorization(known, value) => {
                let message = "an empty `authorization` authorizes nothing";
                let help = "write the steps under it, or remove it";
                faults.push(Diagnostic::new(codes::EMPTY_AUTHORIZATION, key.span, message).help(help));
            }
            Some(known) => check(value, known.shape, key.span, faults),
            None if known == keys::DOCUMENT && key.value.starts_with("x-") => {}
            None => faults.push(unknown(&key.value, key.span, known)),
        }
    }
    let given = |name: &str| entries.iter().any(|entry| entry.key.value == name);
    for missing in known.iter().filter(|known| known.required && !given(known.name)) {
        // One mistake is one finding: a key that is misspelt is not missing besides.
        if !entries.iter().any(|entry| is_misspelt(&entry.key.value, missing.name, known)) {
            let message = format!("`{}` must be given here", missing.name);
            faults.push(Diagnostic::new(codes::MISSING_KEY, owner, message));
        }
    }
}

fn is_misspelt(written: &str, meant: &str, known: &[Key]) -> bool {
    let names = || known.iter().map(|key| key.name);
    !names().any(|name| name == written) && nearest(written, names()) == Some(meant)
}

fn is_empty_authorization(known: &Key, value: &Node) -> bool {
    let empty =
        matches!(&value.value, Value::Null) || matches!(&value.value, Value::Map(entries) if entries.is_empty());
    empty && known.name == "authorization" && known.shape == Shape::Section(keys::AUTHORIZATION)
}

/// What to say of a key that is not in the table of its place.
fn unknown(name: &str, span: Span, known: &[Key]) -> Diagnostic {
    let has = |table: &&Table| table.keys.iter().any(|key| key.name == name);
    let here = TABLES.iter().find(|table| table.keys == known);
    let named = |(key, _): &&(&str, &str)| *key == name;
    if let Some((_, instead)) = here.and_then(|here| here.unsupported.iter().find(named)) {
        let message = format!("`{name}` is not supported by this version");
        return Diagnostic::new(codes::UNSUPPORTED, span, message).help(*instead);
    }
    if let Some((_, instead)) = here.and_then(|here| here.renamed.iter().find(named)) {
        return Diagnostic::new(codes::RENAMED, span, format!("`{name}` is not read any more")).help(*instead);
    }
    // Of the document's own keys, a config is only ever mistaken for the declaration it stands in.
    let elsewhere = match here {
        Some(_) => TABLES.iter().find(has),
        None => TABLES.iter().find(|table| table.keys == keys::PLUGIN && has(table)),
    };
    let place = here.map_or("in this config", |here| here.place);
    match elsewhere {
        Some(other) => Diagnostic::new(codes::MISPLACED_KEY, span, format!("`{name}` is not read {place}"))
            .help(format!("it belongs {}", other.place)),
        None => Diagnostic::new(codes::UNKNOWN_KEY, span, format!("unknown key `{name}` {place}"))
            .nearest(name, known.iter().map(|key| key.name)),
    }
}

fn check(node: &Node, shape: Shape, key: Span, faults: &mut Vec<Diagnostic>) {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Bool, Value::Bool(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::Text, Value::Text(_)) => {}
        (Shape::Integer, Value::Number(number)) => {
            if number.as_u64().is_none() {
                let message = format!("expected a whole number that is not negative, found `{number}`");
                faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
            }
        }
        (Shape::Word(words), Value::Text(text)) => {
            if !words.contains(&text.value.as_str()) {
                let message = format!("expected {}, found `{}`", expected(shape), text.value);
                let fault = Diagnostic::new(codes::WRONG_VALUE, node.span, message);
                faults.push(fault.nearest(&text.value, words.iter().copied()));
            }
        }
        (Shape::Duration, Value::Number(_) | Value::Text(_)) => {
            if duration::read(node).is_none() {
                let message = format!("expected {}", expected(shape));
                faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, message));
            }
        }
        (Shape::Secret, Value::Map(_)) => secrets::check(node, faults),
        (Shape::List(inner) | Shape::OneOrMany(inner), Value::List(nodes)) => {
            nodes.iter().for_each(|node| check(node, *inner, key, faults));
        }
        (Shape::OneOrMany(inner), _) if fits(node, *inner) => check(node, *inner, key, faults),
        (Shape::Map(inner), Value::Map(entries)) => {
            entries.iter().for_each(|entry| check(&entry.value, *inner, entry.key.span, faults));
        }
        (Shape::Section(keys), Value::Map(entries)) => section(entries, node.span, keys, faults),
        (Shape::Either(shapes), _) if shapes.iter().any(|shape| fits(node, *shape)) => {
            if let Some(shape) = shapes.iter().find(|shape| fits(node, **shape)) {
                check(node, *shape, key, faults);
            }
        }
        // Nothing has no characters to underline: its key does.
        (_, Value::Null) if node.span.start == node.span.end => {
            wrong_shape(&Node { span: key, value: Value::Null }, &expected(shape), faults);
        }
        _ => wrong_shape(node, &expected(shape), faults),
    }
}

/// Whether the kind of value is one that the shape describes, so that the shape is what it should be checked against.
fn fits(node: &Node, shape: Shape) -> bool {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Bool, Value::Bool(_))
        | (Shape::Integer | Shape::Number | Shape::Duration, Value::Number(_))
        | (Shape::Text | Shape::Word(_) | Shape::Duration, Value::Text(_))
        | (Shape::List(_) | Shape::OneOrMany(_), Value::List(_))
        | (Shape::Secret | Shape::Map(_) | Shape::Section(_), Value::Map(_)) => true,
        (Shape::OneOrMany(inner), _) => fits(node, *inner),
        (Shape::Either(shapes), _) => shapes.iter().any(|shape| fits(node, *shape)),
        _ => false,
    }
}

fn wrong_shape(node: &Node, expected: &str, faults: &mut Vec<Diagnostic>) {
    let message = format!("expected {expected}, found {}", node.shape());
    let fault = Diagnostic::new(codes::WRONG_SHAPE, node.span, message);
    let scalar = matches!(&node.value, Value::Bool(_) | Value::Number(_));
    faults.push(match &node.value {
        _ if scalar && expected.starts_with("text") => fault.help("put it in quotes if it is meant as text"),
        Value::Null => fault.help("give it a value, or remove the key"),
        _ => fault,
    });
}

/// What a person calls the shape.
fn expected(shape: Shape) -> String {
    let mut names = Vec::new();
    name(shape, &mut names);
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} or {last}", names.join(", ")) }
}

fn name(shape: Shape, names: &mut Vec<String>) {
    let own = match shape {
        Shape::Either(shapes) => return shapes.iter().for_each(|shape| name(*shape, names)),
        Shape::OneOrMany(inner) => {
            name(*inner, names);
            "a list".to_owned()
        }
        Shape::Any => "a value".to_owned(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Integer => "a whole number".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Word([word]) => format!("`{word}`"),
        Shape::Word(words) => format!("one of `{}`", words.join("`, `")),
        Shape::Duration => "seconds, or a duration such as `30s`, `5m`, `24h` or `7d`".to_owned(),
        Shape::Secret => "a secret source such as `{kind: env_var, name: ..}`".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) | Shape::Section(_) => "a map".to_owned(),
    };
    if !names.contains(&own) {
        names.push(own);
    }
}

/// One phase in two spellings of one section would run twice.
fn one_spelling(layer: &Node, spellings: &[&[&str]], sources: &Sources, faults: &mut Vec<Diagnostic>) {
    let written: Vec<(String, Span)> = spellings
        .iter()
        .filter_map(|path| {
            let (last, outer) = path.split_last()?;
            let section = outer.iter().try_fold(layer, |node, key| node.get(key))?;
            Some((path.join("."), section.entry(last)?.key.span))
        })
        .collect();
    let Some(((first, at), others)) = written.split_first() else { return };
    for (other, span) in others {
        let message = format!("`{other}` is the phase that `{first}` at {} is", sources.place(*at));
        let help = format!("put all steps under `{first}`");
        faults.push(Diagnostic::new(codes::PHASE_TWICE, *span, message).help(help));
    }
}

#[cfg(test)]
mod tests;
