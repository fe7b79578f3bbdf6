//! The state that the reference evaluator decides against, and the attributes as expressions see them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Map, Number, Value as Json};

use super::json_text::Node;
use super::request::{Call, Client, Subject, Text};
use super::slip::Slip;
use super::tree::{Narrowing, Path, Segment};

pub(super) type Labels = BTreeSet<String>;

/// One operation in the state it has reached.
#[derive(Clone)]
pub(super) struct World<'c> {
    pub(super) call: &'c Call,
    pub(super) args: Map<String, Json>,
    /// The answer, once there is one.
    pub(super) released: Option<Released>,
    /// Labels of the session; none where the operation belongs to no session.
    pub(super) session: Option<Labels>,
    pub(super) message: Labels,
    /// Labels that leave the session if the operation is allowed to its end.
    pub(super) declassified: Labels,
    pub(super) narrowings: Vec<Narrowing>,
    /// The latest credential of the phases on this side.
    pub(super) granted: Option<Grant>,
    /// The credentials that go to the backend, each by its delegator.
    pub(super) credentials: BTreeMap<&'static str, Grant>,
    /// What was left behind so far, in order.
    pub(super) marks: Vec<Mark>,
    pub(super) slip: Option<Slip>,
}

/// The parts of a result as they are released.
#[derive(Clone, Debug)]
pub(super) struct Released {
    pub(super) content: Node,
    pub(super) is_error: bool,
    pub(super) texts: Vec<Text>,
    /// Whether the blanks of the texts are as they were.
    pub(super) keeps_blanks: bool,
    pub(super) has_image: bool,
}

/// A credential as it was granted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grant {
    pub(super) audience: &'static str,
    pub(super) permissions: Vec<&'static str>,
}

/// What a step leaves behind that a branch may leave too.
#[derive(Clone)]
pub(super) enum Mark {
    Session(&'static str),
    Message(&'static str),
    Declassified(&'static str),
    Narrowed(Narrowing),
}

/// The value of an attribute that is present.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Bool(bool),
    Number(Number),
    Text(String),
    Set(Labels),
    List(Vec<Json>),
    Map(Map<String, Json>),
}

/// Why an expression has no truth value: the code of the deny.
pub(super) type Fault = &'static str;

pub(super) const TYPE_ERROR: Fault = "policy.type_error";
pub(super) const UNBOUND: Fault = "session.unbound";

/// When every operation is received, 5 o'clock in UTC on a Thursday.
pub(super) const NOW_MS: u64 = 1_767_243_600_000;
/// Where the facts of operators stand, seen from the directory of this crate, and what they are.
pub(super) const FACTS_FILE: &str = "tests/language/facts.json";
static FACTS: LazyLock<Json> = LazyLock::new(|| {
    let file: Json = serde_json::from_str(include_str!("facts.json")).unwrap();
    file["data"].clone()
});
const HOUR: u64 = 5;
const WEEKDAY: u64 = 4;

impl<'c> World<'c> {
    pub(super) fn new(call: &'c Call, session: Option<Labels>, slip: Option<Slip>) -> Self {
        Self {
            call,
            args: call.args.clone(),
            released: None,
            session,
            message: Labels::new(),
            declassified: Labels::new(),
            narrowings: Vec::new(),
            granted: None,
            credentials: BTreeMap::new(),
            marks: Vec::new(),
            slip,
        }
    }

    /// Leaves a mark. Those of a session need one.
    pub(super) fn leave(&mut self, mark: Mark) -> Result<(), Fault> {
        match &mark {
            Mark::Message(label) => drop(self.message.insert((*label).to_owned())),
            Mark::Narrowed(narrowing) => self.narrowings.push(narrowing.clone()),
            Mark::Session(label) => {
                self.session.as_mut().ok_or(UNBOUND)?.insert((*label).to_owned());
                if self.slip != Some(Slip::DeclassifiedThoughTaintedAfter) {
                    self.declassified.remove(*label);
                }
            }
            Mark::Declassified(label) => {
                let session = self.session.as_mut().ok_or(UNBOUND)?;
                if self.slip == Some(Slip::DeclassifiedAtOnce) {
                    session.remove(*label);
                }
                self.declassified.insert((*label).to_owned());
            }
        }
        self.marks.push(mark);
        Ok(())
    }

    pub(super) fn slips(&self, slip: Slip) -> bool {
        self.slip == Some(slip)
    }

    /// Sets a member of what the phase is about, where that is a map: of the result once there is one.
    pub(super) fn set(&mut self, name: &str, value: &Json) {
        let Some(released) = &mut self.released else {
            self.args.insert(name.to_owned(), value.clone());
            return;
        };
        if let Json::Object(mut content) = released.content.value() {
            content.insert(name.to_owned(), value.clone());
            released.content = Node::new(&content.into());
        }
    }

    /// The value of an attribute; none where it is absent.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Value>, Fault> {
        let subject = self.call.who.subject.as_ref();
        let client = self.call.who.client.as_ref();
        let text = |text: Option<&str>| text.map(|text| Value::Text(text.to_owned()));
        Ok(match path.root {
            "args" => return self.descend(Json::Object(self.args.clone()), &path.rest),
            "result" => {
                return self.descend(self.released.as_ref().map(Released::result).unwrap_or_default(), &path.rest);
            }
            "data" => return self.descend(FACTS.clone(), &path.rest),
            "claim" => {
                return self.descend(subject.map_or(Json::Null, |subject| subject.claims.clone().into()), &path.rest);
            }
            "authenticated" => Some(Value::Bool(subject.is_some() || client.is_some())),
            "delegated" => Some(Value::Bool(false)),
            "delegation.depth" => Some(Value::Number(0.into())),
            "delegation.granted" => self.granted.as_ref().map(|_| Value::Bool(true)),
            "delegation.granted.audience" => text(self.granted.as_ref().map(|grant| grant.audience)),
            "delegation.granted.permissions" => self
                .granted
                .as_ref()
                .map(|grant| Value::Set(grant.permissions.iter().map(|scope| (*scope).to_owned()).collect())),
            "subject.id" => text(subject.map(|subject| subject.id)),
            "subject.type" => text(subject.map(|_| "user")),
            "subject.issuer" => text(subject.and_then(|subject| subject.issuer)),
            "subject.tenant" => text(subject.and_then(|subject| subject.tenant)),
            "client.id" => text(client.map(|client| client.id)),
            "tool.name" => text(Some(self.call.tool)),
            "meta.entity_type" => text(Some("tool")),
            "agent.session_id" => text(self.call.session),
            "request.hour" => Some(Value::Number(HOUR.into())),
            "request.weekday" => Some(Value::Number(WEEKDAY.into())),
            "message.labels" => Some(Value::Set(self.message.clone())),
            "session.labels" => Some(Value::Set(self.session.clone().ok_or(UNBOUND)?)),
            "security.labels" => Some(Value::Set(&self.session.clone().ok_or(UNBOUND)? | &self.message)),
            held => Some(self.held(held, &path.rest, subject, client)),
        })
    }

    fn held(&self, root: &str, rest: &[Segment], subject: Option<&Subject>, client: Option<&Client>) -> Value {
        let names: &[&str] = match root {
            "subject.roles" | "role" => subject.map_or(&[], |subject| &subject.roles),
            "subject.permissions" | "perm" => subject.map_or(&[], |subject| &subject.permissions),
            "subject.teams" | "team" => subject.map_or(&[], |subject| &subject.teams),
            "client.scopes" => client.map_or(&[], |client| &client.scopes),
            "client.role" => client.map_or(&[], |client| &client.roles),
            "client.perm" => client.map_or(&[], |client| &client.permissions),
            other => panic!("the reference knows no attribute `{other}`"),
        };
        match rest {
            [] => Value::Set(names.iter().map(|name| (*name).to_owned()).collect()),
            [Segment::Name(name) | Segment::Key(name)] => Value::Bool(names.contains(name)),
            other => panic!("nobody holds {other:?}"),
        }
    }

    fn descend(&self, mut at: Json, rest: &[Segment]) -> Result<Option<Value>, Fault> {
        for segment in rest {
            let next = match segment {
                Segment::Name(name) | Segment::Key(name) => at.get(*name).cloned(),
                Segment::Index(index) => at.get(*index).cloned(),
                Segment::At(path) => match self.read(path)? {
                    Some(Value::Text(key)) if self.slips(Slip::LookupSplitsItsKey) => {
                        key.split('.').try_fold(&at, |at, part| at.get(part)).cloned()
                    }
                    Some(Value::Text(key)) => at.get(&key).cloned(),
                    None if self.slips(Slip::AbsentLookupIsLeftOut) => continue,
                    Some(Value::Number(index)) => {
                        index.as_u64().and_then(|index| at.get(usize::try_from(index).ok()?)).cloned()
                    }
                    _ => None,
                },
            };
            match next {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
        if at.is_null() && self.slips(Slip::NullIsPresent) {
            return Ok(Some(Value::List(Vec::new())));
        }
        Ok(Value::of(at))
    }
}

impl Released {
    /// What policy reads: the structured part, or the first text that is a JSON object or array where there is none.
    fn result(&self) -> Json {
        let text = |text: &Text| match text {
            Text::Json(node) => Some(node.value()),
            Text::Other(_) => None,
        };
        match self.content.value() {
            Json::Null => self.texts.iter().find_map(text).unwrap_or_default(),
            structured => structured,
        }
    }
}

impl Value {
    /// The value as JSON; a set as the list of its names in order.
    pub(super) fn json(self) -> Json {
        match self {
            Self::Bool(value) => value.into(),
            Self::Number(value) => value.into(),
            Self::Text(value) => value.into(),
            Self::Set(names) => names.into_iter().collect(),
            Self::List(value) => value.into(),
            Self::Map(value) => value.into(),
        }
    }

    /// `null` is absent.
    pub(super) fn of(value: Json) -> Option<Self> {
        match value {
            Json::Null => None,
            Json::Bool(value) => Some(Self::Bool(value)),
            Json::Number(value) => Some(Self::Number(value)),
            Json::String(value) => Some(Self::Text(value)),
            Json::Array(value) => Some(Self::List(value)),
            Json::Object(value) => Some(Self::Map(value)),
        }
    }
}
