//! What there is to write, with what documentation says of it: one list for completion and hover.

use cpex::apl::compile::{REQUIRE, STEP_KEYS};
use cpex::apl::{DIALECTS, EFFECTS, STAGES};
use cpex::cmf::Capability;
use cpex::document::kinds;
use cpex::policy::{Access, Row};
use cpex::sdk::config::Key;
use cpex::sdk::{HookPoint, HookSide};

use super::place::taker;

/// Something that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    /// What it is, in a few words.
    pub(super) detail: String,
    /// What it does or means, in Markdown.
    pub(super) doc: String,
    pub(super) sort: Sort,
    /// Whether arguments follow in parentheses.
    pub(super) takes_arguments: bool,
}

/// What sort of thing it is, which editors show as a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Attribute,
    Namespace,
    Effect,
    Stage,
    Key,
    Word,
    Plugin,
    Group,
    Kind,
}

impl Sort {
    /// The `CompletionItemKind` of the protocol.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Attribute | Self::Key => 10,
            Self::Namespace => 9,
            Self::Effect | Self::Stage => 3,
            Self::Word => 12,
            Self::Plugin => 6,
            Self::Group => 7,
            Self::Kind => 22,
        }
    }
}

impl Entry {
    pub(super) fn new(sort: Sort, name: impl Into<String>, detail: impl Into<String>, doc: impl Into<String>) -> Self {
        Self { name: name.into(), detail: detail.into(), doc: doc.into(), sort, takes_arguments: false }
    }
}

/// The effects, each of its names an entry.
pub(super) fn effects() -> impl Iterator<Item = Entry> {
    EFFECTS.iter().flat_map(|effect| {
        effect.names.iter().map(|name| Entry {
            takes_arguments: taker(name).is_some(),
            ..Entry::new(Sort::Effect, *name, "effect", effect.doc)
        })
    })
}

/// The word of steps that demand something.
pub(super) fn require() -> Entry {
    Entry { takes_arguments: true, ..Entry::new(Sort::Effect, REQUIRE.name, "step", REQUIRE.doc) }
}

/// The keys of steps that are maps and ask or hold something.
pub(super) fn step_keys() -> impl Iterator<Item = Entry> {
    let words = STEP_KEYS.iter().map(|word| Entry::new(Sort::Key, word.name, "step", word.doc));
    words.chain(DIALECTS.iter().map(|dialect| Entry::new(Sort::Key, dialect.name, "decision engine", dialect.doc)))
}

/// The stages of field pipelines.
pub(super) fn stages() -> impl Iterator<Item = Entry> {
    STAGES.iter().map(|stage| {
        let name = stage.form.split('(').next().unwrap_or_default();
        Entry { takes_arguments: name != stage.form, ..Entry::new(Sort::Stage, name, stage.form, stage.doc) }
    })
}

/// What follows the words of a path that are complete, `before` being those with the dot behind them, or nothing.
pub(super) fn attributes(before: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for row in Row::all() {
        let Some(rest) = row.path.strip_prefix(before).filter(|rest| !rest.is_empty()) else { continue };
        let word = rest.split('.').next().unwrap_or_default();
        let entry = if word == rest { attribute(&row) } else { Entry::new(Sort::Namespace, word, "attributes", "") };
        let entry = Entry { name: word.to_owned(), ..entry };
        match entries.iter_mut().find(|known| known.name == word) {
            None => entries.push(entry),
            // The attribute itself says more than that there are others below it.
            Some(known) if known.sort == Sort::Namespace && entry.sort == Sort::Attribute => *known = entry,
            Some(_) => {}
        }
    }
    for entry in entries.iter_mut().filter(|entry| entry.sort == Sort::Namespace) {
        let below = format!("{before}{}.", entry.name);
        let paths = Row::all().filter(|row| row.path.starts_with(&below)).map(|row| format!("`{}`", row.path));
        entry.doc = paths.collect::<Vec<_>>().join(", ");
    }
    entries
}

/// The attribute that a whole path names.
pub(super) fn attribute_of(path: &str) -> Option<Entry> {
    let is_of = |row: &Row| {
        let rest = path.strip_prefix(row.path);
        rest.is_some_and(|rest| rest.is_empty() || (row.placeholder.is_some() && rest.starts_with('.')))
    };
    Row::all().filter(is_of).max_by_key(|row| row.path.len()).map(|row| attribute(&row))
}

/// The keys of a table.
pub(super) fn keys(table: &'static [Key]) -> impl Iterator<Item = Entry> {
    table.iter().map(|key| {
        let detail = if key.required { "key (required)" } else { "key" };
        Entry::new(Sort::Key, key.name, detail, key.doc)
    })
}

/// Words without further explanation.
pub(super) fn words(words: &'static [&'static str], detail: &'static str) -> impl Iterator<Item = Entry> {
    words.iter().map(move |word| Entry::new(Sort::Word, *word, detail, ""))
}

/// The kinds that can be declared at a place.
pub(super) fn kinds(place: kinds::Place) -> impl Iterator<Item = Entry> {
    kinds::ALL
        .iter()
        .filter(move |kind| kind.role.place() == place)
        .map(|kind| Entry::new(Sort::Kind, kind.name, kind.role.name(), kind.doc))
}

/// What stands for the host among the authenticators.
pub(super) fn host() -> Entry {
    Entry::new(Sort::Word, "host", "authenticator", "The host vouches for the caller.")
}

pub(super) fn capabilities() -> impl Iterator<Item = Entry> {
    Capability::ALL.iter().map(|capability| Entry::new(Sort::Word, capability.name(), "capability", capability.doc()))
}

pub(super) fn hooks() -> impl Iterator<Item = Entry> {
    HookPoint::ALL.iter().map(|point| {
        let side = match point.side {
            HookSide::Pre => "before",
            HookSide::Post => "after",
        };
        let on = point.entity.map_or(String::new(), |kind| format!(" on a {}", kind.name()));
        Entry::new(Sort::Word, point.name, "hook", format!("Runs {side} an operation{on}."))
    })
}

fn attribute(row: &Row) -> Entry {
    let path = row.placeholder.map_or_else(|| row.path.to_owned(), |rest| format!("{}.{rest}", row.path));
    let absent = if row.is_closed { "It always has a value." } else { "It may be absent." };
    let access = match row.access {
        Access::Every => "Every plugin may read the same.".to_owned(),
        Access::With(capability) => format!("Plugins read the same with the capability `{}`.", capability.name()),
        Access::Policy => "No plugin reads it.".to_owned(),
    };
    Entry::new(Sort::Attribute, path, row.kind.name(), format!("{}\n\n{absent} {access}", row.doc))
}
