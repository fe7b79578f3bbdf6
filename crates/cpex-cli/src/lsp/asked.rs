//! What is asked about a place: what it means, what could stand there, where it is declared.

use std::ops::Range;

use cpex::apl::span::Span;
use serde_json::{Value as Json, json};

use super::buffer::Buffer;
use super::cursor::{self, Role, Spot};
use super::entry::{self, Entry, Sort};
use super::known::{AUTHENTICATION, Known};
use super::line::{self, Wanted, first_word, last_word};
use super::lines::{Encoding, Position};
use super::place::{self, Keys, Name, Place, Value, taker};

/// What a client can show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// Whether completions may have a place for the cursor.
    pub(super) has_snippets: bool,
}

/// What stands at a position means.
pub(super) fn hover(buffer: &Buffer, position: Position, client: Client) -> Option<Json> {
    let asked = Asked::new(buffer, buffer.lines.offset(position, client.encoding))?;
    let (name, range) = asked.word();
    let entry = asked.wants().into_iter().find_map(|(want, _)| match want {
        Want::Attribute => entry::attribute_of(name.trim_end_matches('.')),
        want => asked.entries(&want).into_iter().find(|entry| entry.name == name),
    })?;
    let title = format!("**`{}`** ({})", entry.name, entry.detail);
    let text = [title, entry.doc].join("\n\n");
    let contents = json!({ "kind": "markdown", "value": text.trim() });
    Some(json!({ "contents": contents, "range": buffer.lines.range(range, client.encoding) }))
}

/// What could stand at a position.
pub(super) fn completion(buffer: &Buffer, position: Position, client: Client) -> Vec<Json> {
    let Some(asked) = Asked::new(buffer, buffer.lines.offset(position, client.encoding)) else { return Vec::new() };
    let item = |(want, as_key): (Want, AsKey)| {
        let range = buffer.lines.range(asked.typed(&want), client.encoding);
        let entries = asked.entries(&want);
        entries.iter().map(|entry| asked.item(entry, as_key, &range, client)).collect::<Vec<_>>()
    };
    asked.wants().into_iter().flat_map(item).collect()
}

/// Where what stands at a position is declared.
pub(super) fn definition(buffer: &Buffer, position: Position, client: Client) -> Option<Json> {
    let asked = Asked::new(buffer, buffer.lines.offset(position, client.encoding))?;
    let (name, _) = asked.word();
    let span = asked.wants().into_iter().find_map(|(want, _)| asked.declared(&want, name))?;
    let range = buffer.place(span)?;
    Some(json!({ "uri": buffer.uri, "range": buffer.lines.range(range, client.encoding) }))
}

/// Something that may stand at a place.
#[derive(Clone, Debug)]
enum Want {
    Attribute,
    Effect,
    Require,
    Stage,
    StepKey,
    Name(Name),
    Words(&'static [&'static str]),
    Keys(&'static [cpex::sdk::config::Key]),
}

/// Whether something would stand there as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AsKey {
    Yes,
    No,
}

struct Asked<'b> {
    text: &'b str,
    offset: usize,
    spot: Spot,
    place: Place,
    known: Known<'b>,
}

impl<'b> Asked<'b> {
    fn new(buffer: &'b Buffer, offset: usize) -> Option<Self> {
        let text = buffer.lines.text();
        let spot = cursor::at(text, offset)?;
        let known = buffer.document().map(Known::of).unwrap_or_default();
        let place = place::find(&spot.path, |plugin| known.config(plugin));
        Some(Self { text, offset, spot, place, known })
    }

    fn wants(&self) -> Vec<(Want, AsKey)> {
        let mut wants = Vec::new();
        if self.spot.role != Role::Key {
            wants.extend(self.values().into_iter().map(|want| (want, AsKey::No)));
        }
        if self.spot.role != Role::Value {
            wants.extend(self.keys().into_iter().map(|want| (want, AsKey::Yes)));
        }
        wants
    }

    fn values(&self) -> Vec<Want> {
        match self.place.value {
            Value::Rule(sort) => match line::wanted(sort, &self.spot.before) {
                Wanted::Step => vec![Want::Effect, Want::Require, Want::Attribute],
                Wanted::Effect => vec![Want::Effect],
                Wanted::Attribute => vec![Want::Attribute],
                Wanted::Stage => vec![Want::Stage],
                Wanted::Argument(name) => taker(name).map(Name::Taken).map(Want::Name).into_iter().collect(),
                Wanted::Nothing => Vec::new(),
            },
            Value::Name(name) => vec![Want::Name(name)],
            Value::Word(words) => vec![Want::Words(words)],
            Value::Free => Vec::new(),
        }
    }

    fn keys(&self) -> Vec<Want> {
        match &self.place.keys {
            Keys::Tables(tables) => tables.iter().map(|table| Want::Keys(table)).collect(),
            Keys::Names(name) => vec![Want::Name(*name)],
            Keys::Step => self.step_keys(),
            Keys::Question(required, optional) => vec![Want::Words(required), Want::Words(optional)],
            Keys::Free => Vec::new(),
        }
    }

    /// What a key of a step may be, beyond what the step may be as a text.
    fn step_keys(&self) -> Vec<Want> {
        let before = self.spot.before.as_str();
        let is_word = before == last_word(before);
        match self.spot.role {
            Role::Key if is_word => vec![Want::StepKey, Want::Effect, Want::Attribute],
            // A key of more than one word is a condition.
            Role::Key if line::wanted(line::Sort::Expression, before) == Wanted::Attribute => vec![Want::Attribute],
            Role::Open if is_word && !self.is_quoted() => vec![Want::StepKey],
            _ => Vec::new(),
        }
    }

    fn entries(&self, want: &Want) -> Vec<Entry> {
        match want {
            Want::Attribute => {
                let typed = last_word(&self.spot.before);
                entry::attributes(typed.rfind('.').and_then(|dot| typed.get(..=dot)).unwrap_or_default())
            }
            Want::Effect => entry::effects().collect(),
            Want::Require => vec![entry::require()],
            Want::Stage => entry::stages().collect(),
            Want::StepKey => entry::step_keys().collect(),
            Want::Words(words) => entry::words(words, "word").collect(),
            Want::Keys(table) => entry::keys(table).collect(),
            Want::Name(name) => match name {
                Name::Authenticator => self.known.plugins(Some(AUTHENTICATION)).chain([entry::host()]).collect(),
                Name::Taken(taker) => self.known.plugins(Some(taker)).collect(),
                Name::Plugin => self.known.plugins(None).collect(),
                Name::Group => self.known.groups().collect(),
                Name::Kind(place) => entry::kinds(*place).collect(),
                Name::Capability => entry::capabilities().collect(),
                Name::Hook => entry::hooks().collect(),
            },
        }
    }

    fn declared(&self, want: &Want, name: &str) -> Option<Span> {
        match want {
            Want::Name(Name::Authenticator | Name::Taken(_) | Name::Plugin) => self.known.plugin_span(name),
            Want::Name(Name::Group) => self.known.group_span(name),
            _ => None,
        }
    }

    /// Whether words stand there, and not one name that may hold any sign.
    fn has_words(&self) -> bool {
        matches!(self.place.value, Value::Rule(_)) || self.place.keys == Keys::Step
    }

    /// The word or name the cursor is in, and where it stands.
    fn word(&self) -> (&'b str, Range<usize>) {
        let range = if self.has_words() {
            let after = first_word(self.text.get(self.offset..).unwrap_or_default());
            self.offset - last_word(&self.spot.before).len()..self.offset + after.len()
        } else {
            let end = self.spot.range.end;
            let is_closed = end > self.start() && self.text.get(..end).is_some_and(|text| text.ends_with(['"', '\'']));
            self.start()..end - usize::from(is_closed && self.is_quoted())
        };
        (self.text.get(range.clone()).unwrap_or_default(), range)
    }

    /// What a completion takes the place of: what was typed of the word or name.
    fn typed(&self, want: &Want) -> Range<usize> {
        let word = last_word(&self.spot.before);
        let segment = word.rsplit('.').next().unwrap_or_default();
        match want {
            Want::Attribute => self.offset - segment.len()..self.offset,
            _ if self.has_words() => self.offset - word.len()..self.offset,
            _ => self.start().min(self.offset)..self.offset,
        }
    }

    /// Where the name begins, behind the quote if there is one.
    fn start(&self) -> usize {
        let begin = self.text.get(self.spot.range.clone()).unwrap_or_default();
        self.spot.range.start + usize::from(begin.starts_with(['"', '\'']))
    }

    fn is_quoted(&self) -> bool {
        self.start() > self.spot.range.start
    }

    fn item(&self, entry: &Entry, as_key: AsKey, range: &Json, client: Client) -> Json {
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let next = rest.trim_start_matches(|sign: char| !sign.is_whitespace() && !",:()'\"]}".contains(sign));
        let has_place = client.has_snippets && entry.takes_arguments && !next.starts_with('(') && as_key == AsKey::No;
        let text = match as_key {
            AsKey::Yes if entry.sort != Sort::Attribute && !self.is_quoted() && !next.starts_with(':') => {
                format!("{}: ", entry.name)
            }
            _ if has_place => format!("{}($0)", entry.name),
            _ => entry.name.clone(),
        };
        json!({
            "label": entry.name,
            "kind": entry.sort.number(),
            "detail": entry.detail,
            "documentation": { "kind": "markdown", "value": entry.doc },
            "filterText": entry.name,
            "insertTextFormat": if has_place { 2 } else { 1 },
            "textEdit": { "range": range, "newText": text },
        })
    }
}
