//! Arguments that are a name and pairs: `delegate(name, target: x)` in one line, `{delegate: {name: .., target: x}}` as a
//! map. Both are read into the same pairs.

use std::ops::Range;

use crate::call::{Argument, Call};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::node::{Entry, Layout, Node, Text, Value};
use crate::span::Span;

/// The arguments of one effect.
pub(super) struct Pairs {
    /// The effect, as written.
    pub(super) effect: String,
    /// What stands first.
    pub(super) name: Text,
    pairs: Vec<Pair>,
}

struct Pair {
    key: String,
    span: Span,
    given: Given,
}

/// The value of a pair.
enum Given {
    One(Text),
    Many(Vec<Text>),
}

impl Pairs {
    /// The arguments of a call: the first by position, the others by name. `form` shows how the effect is written.
    pub(super) fn of_call(call: &Call<'_>, keys: &[&str], form: &str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let name = match call.arguments.first() {
            Some(first) if first.key.is_none() && first.items.is_none() => value_text(call, first),
            _ => {
                let message = format!("`{}` needs a name before its other arguments", call.name);
                faults.push(Diagnostic::new(codes::ARGUMENT, call.span(), message).help(format!("write `{form}`")));
                return None;
            }
        };
        let mut pairs = Vec::new();
        for argument in call.arguments.iter().skip(1) {
            let Some((key, given)) = pair(call, argument) else {
                let message = "what follows the name is written `word: value`";
                faults.push(call.refuse(argument, message).help(format!("write `{form}`")));
                return None;
            };
            pairs.push(Pair { key, span: call.text.span_of(argument.range.clone()), given });
        }
        Self { effect: call.name.to_owned(), name, pairs }.checked(keys, faults)
    }

    /// The arguments of a map, of which the one under `first` stands for what a call has first.
    pub(super) fn of_map(entry: &Entry, first: &str, keys: &[&str], faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let effect = entry.key.value.clone();
        let refuse = |span: Span, message: String| {
            let help = format!("write `{effect}: {{{first}: .., {}: ..}}`", keys.first().unwrap_or(&""));
            Diagnostic::new(codes::ARGUMENT, span, message).help(help)
        };
        if !matches!(entry.value.value, Value::Map(_)) {
            let message = format!("`{effect}` as a key takes a map, not {}", entry.value.shape());
            faults.push(refuse(entry.value.span, message));
            return None;
        }
        let (mut name, mut pairs) = (None, Vec::new());
        for Entry { key, value } in entry.value.entries() {
            let Some(given) = given(value) else {
                faults.push(refuse(value.span, format!("`{}` is a text or a list, not {}", key.value, value.shape())));
                return None;
            };
            match given {
                Given::One(text) if key.value == first => name = Some(text),
                given => pairs.push(Pair { key: key.value.clone(), span: key.span, given }),
            }
        }
        let Some(name) = name else {
            faults.push(refuse(entry.key.span, format!("`{effect}` needs `{first}`")));
            return None;
        };
        Self { effect, name, pairs }.checked(keys, faults)
    }

    /// The text of a key, if it is given.
    pub(super) fn text(&self, key: &str, faults: &mut Vec<Diagnostic>) -> Option<&Text> {
        let pair = self.pair(key)?;
        match &pair.given {
            Given::One(text) => Some(text),
            Given::Many(_) => {
                let message = format!("`{key}` is one value, not a list");
                faults.push(Diagnostic::new(codes::ARGUMENT, pair.span, message));
                None
            }
        }
    }

    /// The texts of a key; one alone is a list of itself.
    pub(super) fn texts(&self, key: &str) -> &[Text] {
        match self.pair(key).map(|pair| &pair.given) {
            Some(Given::One(text)) => std::slice::from_ref(text),
            Some(Given::Many(texts)) => texts,
            None => &[],
        }
    }

    /// What the word of a key stands for, if it is given.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)], faults: &mut Vec<Diagnostic>) -> Option<T> {
        let text = self.text(key, faults)?;
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let all = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let message = format!("`{key}` is one of {all}, not `{}`", text.value);
            let fault = Diagnostic::new(codes::ARGUMENT, text.span, message);
            faults.push(fault.nearest(&text.value, words.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.key == key)
    }

    /// The same, if every key is one of these and stands there once.
    fn checked(self, keys: &[&str], faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let before = faults.len();
        for (index, Pair { key, span, .. }) in self.pairs.iter().enumerate() {
            if !keys.contains(&key.as_str()) {
                let message = format!("`{}` takes no `{key}`", self.effect);
                let fault = Diagnostic::new(codes::ARGUMENT, *span, message);
                let all = format!("it takes {}", keys.join(", "));
                faults.push(fault.help(all).nearest(key, keys.iter().copied()));
            } else if self.pairs.iter().take(index).any(|earlier| earlier.key == *key) {
                let message = format!("`{key}` is given twice");
                faults.push(Diagnostic::new(codes::ARGUMENT, *span, message).help("keep one of them"));
            }
        }
        (faults.len() == before).then_some(self)
    }
}

/// The word and the value of an argument. In `word:value` without a blank the word is one as well.
fn pair(call: &Call<'_>, argument: &Argument<'_>) -> Option<(String, Given)> {
    if let Some(key) = argument.key {
        let given = match &argument.items {
            Some(items) => Given::Many(items.iter().map(|item| part(call, &item.value, item.range.clone())).collect()),
            None => Given::One(value_text(call, argument)),
        };
        return Some((key.to_owned(), given));
    }
    let (key, value) = argument.value.split_once(':').filter(|_| !argument.is_quoted)?;
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !value.is_empty();
    let start = argument.value_range.start + key.len() + 1;
    is_word.then(|| (key.to_owned(), Given::One(part(call, value, start..argument.value_range.end))))
}

fn value_text(call: &Call<'_>, argument: &Argument<'_>) -> Text {
    part(call, &argument.value, argument.value_range.clone())
}

/// A value out of a text, as a text of its own that knows where it stands.
fn part(call: &Call<'_>, value: &str, range: Range<usize>) -> Text {
    let written = call.text.value.get(range.clone()).unwrap_or_default();
    let inner = range.start + usize::from(written.starts_with(['\'', '"']));
    let plain = call.text.part(inner..inner + value.len());
    if plain.value == value {
        return plain;
    }
    Text { value: value.to_owned(), span: call.text.span_of(range), layout: Layout::Folded }
}

fn given(node: &Node) -> Option<Given> {
    match &node.value {
        Value::List(nodes) => nodes.iter().map(scalar).collect::<Option<_>>().map(Given::Many),
        _ => scalar(node).map(Given::One),
    }
}

/// The text of a scalar. A number is the text it is written as.
fn scalar(node: &Node) -> Option<Text> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(Text { value: number.to_string(), span: node.span, layout: Layout::Folded }),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}
