//! The state that the reference evaluator decides against, and the attributes as expressions see them.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value as Json};

use super::request::{Call, Client, Subject};
use super::slip::Slip;
use super::tree::{Path, Segment};

pub(super) type Labels = BTreeSet<String>;

/// One operation in the state it has reached.
pub(super) struct World<'c> {
    pub(super) call: &'c Call,
    pub(super) args: Map<String, Json>,
    /// The structured answer, once there is one.
    pub(super) result: Option<Json>,
    /// The first text of the answer that is a JSON object or array: the result where nothing structured is.
    pub(super) text_result: Option<Json>,
    /// Labels of the session; none where the operation belongs to no session.
    pub(super) session: Option<Labels>,
    pub(super) message: Labels,
    pub(super) slip: Option<Slip>,
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
const HOUR: u64 = 5;
const WEEKDAY: u64 = 4;

impl World<'_> {
    pub(super) fn slips(&self, slip: Slip) -> bool {
        self.slip == Some(slip)
    }

    /// Sets a member of what the phase is about, where that is a map: of the result once there is one.
    pub(super) fn set(&mut self, name: &str, value: &Json) {
        let map = match &mut self.result {
            Some(Json::Object(result)) => result,
            Some(_) => return,
            None => &mut self.args,
        };
        map.insert(name.to_owned(), value.clone());
    }

    /// The value of an attribute; none where it is absent.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Value>, Fault> {
        let subject = self.call.who.subject.as_ref();
        let client = self.call.who.client.as_ref();
        let text = |text: Option<&str>| text.map(|text| Value::Text(text.to_owned()));
        Ok(match path.root {
            "args" => return self.descend(Json::Object(self.args.clone()), &path.rest),
            "result" => {
                let structured = self.result.clone().filter(|result| !result.is_null());
                return self.descend(structured.or_else(|| self.text_result.clone()).unwrap_or_default(), &path.rest);
            }
            "claim" => {
                return self.descend(subject.map_or(Json::Null, |subject| subject.claims.clone().into()), &path.rest);
            }
            "authenticated" => Some(Value::Bool(subject.is_some() || client.is_some())),
            "delegated" => Some(Value::Bool(false)),
            "delegation.depth" => Some(Value::Number(0.into())),
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
                    Some(Value::Text(key)) => at.get(&key).cloned(),
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

impl Value {
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
