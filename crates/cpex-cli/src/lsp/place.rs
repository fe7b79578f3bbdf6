//! What a place in a document is for, by the tables of keys.

use cpex::apl::compile::{Holds, STEP_KEYS};
use cpex::apl::{DIALECTS, Dialect, EFFECTS};
use cpex::document::keys;
use cpex::document::kinds;
use cpex::sdk::config::{Key, Shape};

use super::cursor::Step;
use super::line::Sort;

/// What may stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) value: Value,
    pub(super) keys: Keys,
}

/// What a scalar there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// A rule.
    Rule(Sort),
    /// A name of something.
    Name(Name),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Nothing that is known beforehand.
    #[default]
    Free,
}

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// An identity plugin, or `host`.
    Authenticator,
    /// A plugin that an effect or stage of that name takes.
    Taken(&'static str),
    /// Any declared plugin.
    Plugin,
    Group,
    Kind(kinds::Place),
    Capability,
    Hook,
}

/// What the keys of a map there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Keys {
    /// Those of these tables.
    Tables(Vec<&'static [Key]>),
    /// Names of something.
    Names(Name),
    /// What begins a step written as a map.
    Step,
    /// What a decision engine is asked with.
    Question(&'static [&'static str], &'static [&'static str]),
    /// Nothing that is known beforehand.
    #[default]
    Free,
}

/// The place that steps lead to. `config` gives the keys of the config of a plugin, which is told by its place among the
/// plugins or by its name.
pub(super) fn find(path: &[Step], config: impl Fn(&Step) -> Option<&'static [Key]>) -> Place {
    let mut at = At { shape: Shape::Section(keys::DOCUMENT), key: None, since: path };
    for (index, step) in path.iter().enumerate() {
        let Some((shape, key)) = go(at.shape, step) else { return at.inside().unwrap_or_default() };
        at.shape = shape;
        if let Some(key) = key {
            at.key = Some(key);
            at.since = path.get(index + 1..).unwrap_or_default();
            let is_config = key.1.name == "config" && (key.0 == keys::PLUGIN || key.0 == keys::OVERRIDE);
            let plugin = index.checked_sub(1).and_then(|owner| path.get(owner)).filter(|_| is_config);
            if let Some(keys) = plugin.and_then(&config) {
                at.shape = Shape::Section(keys);
            }
        }
    }
    at.inside().unwrap_or_else(|| Place { value: at.value(), keys: at.keys() })
}

/// The effects, stages and verbs that take the name of a plugin, each by its usual name.
pub(super) fn taker(name: &str) -> Option<&'static str> {
    let usual = EFFECTS.iter().find(|effect| effect.names.contains(&name)).and_then(|effect| effect.names.first());
    usual.copied().filter(|usual| ["run", "delegate", "require_approval"].contains(usual))
}

/// The decision engine that a step of that key asks.
pub(super) fn dialect(word: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.name == word)
}

/// A key and the table it is in.
type Row = (&'static [Key], &'static Key);

/// A place on the way.
struct At<'p> {
    shape: Shape,
    /// The last key of a table on the way, and that table.
    key: Option<Row>,
    /// The steps after it.
    since: &'p [Step],
}

/// Keys whose shape is wider than what is read under them.
const READ_AS: [(&str, Shape); 3] = [
    ("pdp", Shape::List(&Shape::Section(keys::ENGINE))),
    ("session_store", Shape::Section(keys::SESSION_STORE)),
    ("apl", Shape::Section(keys::GLOBAL)),
];

/// Keys under which names stand.
const NAMES: [(&[Key], &str, Name); 10] = [
    (keys::ROUTE, "groups", Name::Group),
    (keys::META, "tags", Name::Group),
    (keys::PLUGIN, "kind", Name::Kind(kinds::Place::Plugins)),
    (keys::ENGINE, "kind", Name::Kind(kinds::Place::Engines)),
    (keys::SESSION_STORE, "kind", Name::Kind(kinds::Place::SessionStore)),
    (keys::PLUGIN, "hooks", Name::Hook),
    (keys::PLUGIN, "capabilities", Name::Capability),
    (keys::OVERRIDE, "capabilities", Name::Capability),
    (keys::AUTHENTICATION, "use", Name::Authenticator),
    (keys::AUTHENTICATOR, "name", Name::Authenticator),
];

impl At<'_> {
    /// What stands under a key whose value no table describes: rules.
    fn inside(&self) -> Option<Place> {
        let (_, key) = self.key?;
        let is_phase =
            keys::PHASES.iter().flat_map(|spellings| spellings.iter()).any(|path| path.last() == Some(&key.name));
        match (key.shape, self.since) {
            (Shape::List(Shape::Any), since) if is_phase => Some(match since {
                [Step::Index(_), rest @ ..] => step(rest),
                _ => Place::default(),
            }),
            (Shape::Map(Shape::Text), [Step::Key(_)]) if ["args", "result"].contains(&key.name) => {
                Some(Place { value: Value::Rule(Sort::Pipeline), keys: Keys::Free })
            }
            _ => None,
        }
    }

    fn value(&self) -> Value {
        if let Some(words) = words(self.shape) {
            return Value::Word(words);
        }
        let Some((table, key)) = self.key.filter(|_| takes_text(self.shape)) else { return Value::Free };
        if key.name == "authentication" {
            return Value::Name(Name::Authenticator);
        }
        let row = NAMES.iter().find(|(keys, name, _)| *keys == table && *name == key.name);
        row.map_or(Value::Free, |(.., name)| Value::Name(*name))
    }

    fn keys(&self) -> Keys {
        if self.shape == Shape::Map(&Shape::Section(keys::OVERRIDE)) {
            return Keys::Names(Name::Plugin);
        }
        if self.shape == Shape::Map(&Shape::Section(keys::GROUP)) {
            return Keys::Names(Name::Group);
        }
        let mut tables = Vec::new();
        sections(self.shape, &mut tables);
        if tables.is_empty() { Keys::Free } else { Keys::Tables(tables) }
    }
}

/// One step into what a shape describes, with the key of a table it leads to.
fn go(shape: Shape, step: &Step) -> Option<(Shape, Option<Row>)> {
    match (shape, step) {
        (Shape::Section(table), Step::Key(name)) => {
            let key = table.iter().find(|key| key.name == name)?;
            let read_as = READ_AS.iter().find(|(wide, _)| *wide == key.name && table == keys::GLOBAL);
            Some((read_as.map_or(key.shape, |(_, shape)| *shape), Some((table, key))))
        }
        (Shape::Map(inner), Step::Key(_)) | (Shape::List(inner) | Shape::OneOrMany(inner), Step::Index(_)) => {
            Some((*inner, None))
        }
        (Shape::OneOrMany(inner), Step::Key(_)) => go(*inner, step),
        (Shape::Either(shapes), _) => shapes.iter().find_map(|shape| go(*shape, step)),
        (Shape::Any, _) => Some((Shape::Any, None)),
        _ => None,
    }
}

/// What stands in a step, after the keys and indexes that lead further into it.
fn step(rest: &[Step]) -> Place {
    let [Step::Key(word), tail @ ..] = rest else { return body(rest) };
    if let Some(key) = STEP_KEYS.iter().find(|key| key.name == word) {
        return match key.holds {
            Holds::Steps => body(tail),
            Holds::Expressions => rule(Sort::Expression),
            Holds::Other => Place::default(),
        };
    }
    if let Some(dialect) = dialect(word) {
        return match tail {
            [] => Place { value: Value::Free, keys: Keys::Question(dialect.required, dialect.optional) },
            [Step::Key(inner), rest @ ..] if holds_steps(inner) => body(rest),
            _ => Place::default(),
        };
    }
    if EFFECTS.iter().any(|effect| effect.names.contains(&word.as_str())) {
        return match (taker(word), tail) {
            (Some(taker), [Step::Key(inner)]) if inner == "name" => {
                Place { value: Value::Name(Name::Taken(taker)), keys: Keys::Free }
            }
            (Some(_), [Step::Key(inner)]) if ["from", "scope"].contains(&inner.as_str()) => rule(Sort::Expression),
            _ => Place::default(),
        };
    }
    // Any other key is a condition.
    body(tail)
}

/// One step, or a list of them.
fn body(rest: &[Step]) -> Place {
    match rest {
        [] => Place { value: Value::Rule(Sort::Step), keys: Keys::Step },
        [Step::Index(_), rest @ ..] => match rest {
            [Step::Index(_), ..] => Place::default(),
            _ => step(rest),
        },
        [Step::Key(_), ..] => step(rest),
    }
}

fn rule(sort: Sort) -> Place {
    Place { value: Value::Rule(sort), keys: Keys::Free }
}

fn holds_steps(word: &str) -> bool {
    STEP_KEYS.iter().any(|key| key.name == word && key.holds == Holds::Steps)
}

fn words(shape: Shape) -> Option<&'static [&'static str]> {
    match shape {
        Shape::Word(words) => Some(words),
        Shape::Bool => Some(&["true", "false"]),
        Shape::OneOrMany(inner) => words(*inner),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| words(*shape)),
        _ => None,
    }
}

fn takes_text(shape: Shape) -> bool {
    match shape {
        Shape::Text => true,
        Shape::OneOrMany(inner) => takes_text(*inner),
        Shape::Either(shapes) => shapes.iter().any(|shape| takes_text(*shape)),
        _ => false,
    }
}

fn sections(shape: Shape, found: &mut Vec<&'static [Key]>) {
    match shape {
        Shape::Section(keys) => found.push(keys),
        Shape::OneOrMany(inner) => sections(*inner, found),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| sections(*shape, found)),
        _ => {}
    }
}
