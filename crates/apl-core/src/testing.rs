//! What the tests of this crate share: a small vocabulary over JSON, nodes with places, and findings as one line each.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::compile::{Context, Declared, DeclaredKey, HashKey, Phase, compile};
use crate::diagnostic::Diagnostic;
use crate::fact::{Fact, Facts, Names, Unresolved, Vocabulary};
use crate::node::{Entry, Layout, Node, Text, Value};
use crate::number::Number;
use crate::path::{Path, Segment};
use crate::program::Program;
use crate::span::{Sources, Span};

/// An attribute of the test vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Role(String),
    Roles,
    Labels,
    /// A value no JSON text has.
    Nan,
    Tree(Vec<Segment>),
}

/// Resolves `role.*`, `subject.id`, `subject.roles`, `session.labels`, `odd.nan`, and paths into `args`, `result`, `data`
/// and `claim`.
pub(crate) struct Words;

impl Vocabulary for Words {
    type Attribute = Attribute;

    fn resolve(&self, path: &Path) -> Result<Attribute, Unresolved> {
        match (path.namespace(), path.rest()) {
            ("role", [Segment::Name(name) | Segment::Key(name)]) => Ok(Attribute::Role(name.clone())),
            ("subject", [Segment::Name(name)]) if name == "roles" => Ok(Attribute::Roles),
            ("session", [Segment::Name(name)]) if name == "labels" => Ok(Attribute::Labels),
            ("subject", [Segment::Name(name)]) if name == "id" => Ok(Attribute::Tree(path.segments.clone())),
            ("odd", [Segment::Name(name)]) if name == "nan" => Ok(Attribute::Nan),
            ("args" | "result" | "data" | "claim", _) => Ok(Attribute::Tree(path.segments.clone())),
            _ => Err(Unresolved { message: format!("there is no attribute `{path}`"), help: None }),
        }
    }

    fn is_closed(&self, attribute: &Attribute) -> bool {
        matches!(attribute, Attribute::Role(_) | Attribute::Roles)
    }
}

/// Facts from one JSON object; `roles` and `labels` are lists of names in it. Without `labels` there is no session.
pub(crate) struct World {
    json: Json,
    roles: Vec<Arc<str>>,
    labels: Option<Vec<Arc<str>>>,
}

impl World {
    pub(crate) fn new(json: Json) -> Self {
        let names = |key: &str| {
            let mut names: Vec<Arc<str>> =
                json.get(key)?.as_array()?.iter().filter_map(|name| Some(name.as_str()?.into())).collect();
            names.sort();
            Some(names)
        };
        Self { roles: names("roles").unwrap_or_default(), labels: names("labels"), json }
    }

    fn tree(&self, segments: &[Segment]) -> Fact<'_> {
        let mut at = &self.json;
        for segment in segments {
            let next = match segment {
                Segment::Name(key) | Segment::Key(key) => at.get(key),
                Segment::Index(index) => at.get(index),
                Segment::Lookup(path) => match self.tree(&path.segments) {
                    Fact::Text(key) => at.get(key),
                    Fact::Number(Number::Int(index)) => usize::try_from(index).ok().and_then(|index| at.get(index)),
                    _ => None,
                },
            };
            match next {
                Some(next) => at = next,
                None => return Fact::Absent,
            }
        }
        at.into()
    }
}

impl Facts for World {
    type Attribute = Attribute;

    fn read<'a>(&'a self, attribute: &'a Attribute) -> Fact<'a> {
        match attribute {
            Attribute::Role(name) => Fact::Bool(Names::new(&self.roles).contains(name)),
            Attribute::Roles => Fact::Set(Names::new(&self.roles)),
            Attribute::Labels => match &self.labels {
                Some(labels) => Fact::Set(Names::new(labels)),
                None => Fact::Unavailable("session.unbound"),
            },
            Attribute::Nan => Fact::Number(Number::Float(f64::NAN)),
            Attribute::Tree(segments) => self.tree(segments),
        }
    }
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Role(name) => write!(f, "role['{name}']"),
            Self::Roles => f.write_str("subject.roles"),
            Self::Labels => f.write_str("session.labels"),
            Self::Nan => f.write_str("odd.nan"),
            Self::Tree(segments) => Path { segments: segments.clone(), range: 0..0 }.fmt(f),
        }
    }
}

/// Declares the plugins `audit-log` and `scan`, of which `scan` may modify, the delegator `oauth`, the channel `manager`, the
/// engines `cel`, `opa` and `rebac`, the cost tiers `bronze` and `gold`, and the key `Jefe`.
pub(crate) struct Plugins;

impl Declared for Plugins {
    fn plugin(&self, name: &str) -> Result<usize, Unresolved> {
        declared("plugin", &["audit-log", "scan"], name)
    }

    fn may_modify(&self, plugin: usize) -> bool {
        plugin == 1
    }

    fn delegator(&self, name: &str) -> Result<usize, Unresolved> {
        declared("delegator", &["", "", "oauth"], name)
    }

    fn approver(&self, name: &str) -> Result<usize, Unresolved> {
        declared("channel", &["", "", "", "manager"], name)
    }

    fn engine(&self, dialect: &str) -> Result<usize, Unresolved> {
        declared("engine", &ENGINES, dialect)
    }

    fn is_dialect(&self, word: &str) -> bool {
        ENGINES.contains(&word)
    }

    fn cost_tier(&self, name: &str) -> Result<u64, Unresolved> {
        declared("cost tier", &["bronze", "gold"], name).map(|rank| rank as u64)
    }

    fn cost_tiers_to(&self, rank: u64) -> Box<[Arc<str>]> {
        ["bronze", "gold"].into_iter().take(rank as usize + 1).map(Arc::from).collect()
    }

    fn hash_key(&self) -> DeclaredKey {
        HashKey::new(b"Jefe").map_or(DeclaredKey::Absent, DeclaredKey::Known)
    }
}

const ENGINES: [&str; 3] = ["cel", "opa", "rebac"];

fn declared(sort: &str, names: &[&str], name: &str) -> Result<usize, Unresolved> {
    names.iter().position(|declared| *declared == name).ok_or_else(|| Unresolved::undeclared(sort, name))
}

/// A text that is all of its source.
pub(crate) fn text(value: &str) -> Text {
    Text { value: value.to_owned(), span: Span::new(0, 0, value.len()), layout: Layout::Verbatim { start: 0 } }
}

/// A JSON value as a node, its source appended to `source`. Strings stand there between `'`, unescaped.
pub(crate) fn node(json: &Json, source: &mut String) -> Node {
    let start = source.len();
    let value = match json {
        Json::Null => written(source, "null", Value::Null),
        Json::Bool(value) => written(source, &value.to_string(), Value::Bool(*value)),
        Json::Number(value) => written(source, &value.to_string(), Value::Number(value.clone())),
        Json::String(value) => Value::Text(scalar(value, source)),
        Json::Array(values) => {
            source.push('[');
            let nodes = values.iter().map(|value| item(value, source)).collect();
            written(source, "]", Value::List(nodes))
        }
        Json::Object(values) => {
            source.push('{');
            let pair = |(key, value): (&String, &Json)| {
                let key = scalar(key, source);
                source.push(':');
                Entry { key, value: item(value, source) }
            };
            let entries = values.iter().map(pair).collect();
            written(source, "}", Value::Map(entries))
        }
    };
    Node { span: Span::new(0, start, source.len()), value }
}

/// Compiles the steps of `policy` in the layer `route`; answers the program and the findings, one line each.
pub(crate) fn policy(json: &Json) -> (Program<Attribute>, Vec<String>) {
    phase(Phase::Policy, json)
}

/// Compiles a phase of the layer `route`; answers the program and the findings, one line each.
pub(crate) fn phase(phase: Phase, json: &Json) -> (Program<Attribute>, Vec<String>) {
    let mut source = String::new();
    let node = node(json, &mut source);
    let sources = Sources::single("policy.yaml", source);
    let mut faults = Vec::new();
    let program = compile("route", phase, &node, &Context::new(&Words, &Plugins, &sources), &mut faults);
    (program, faults.iter().map(|fault| line(fault, &sources)).collect())
}

/// A finding as `code «underlined» message (help)`.
pub(crate) fn line(fault: &Diagnostic, sources: &Sources) -> String {
    let range = fault.span.start as usize..fault.span.end as usize;
    let marked = sources.source(fault.span).and_then(|source| source.text().get(range)).unwrap_or("<no text>");
    let help = fault.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{} «{marked}» {}{help}", fault.code.name, fault.message)
}

fn item(json: &Json, source: &mut String) -> Node {
    let node = node(json, source);
    source.push(',');
    node
}

fn scalar(value: &str, source: &mut String) -> Text {
    let start = source.len();
    source.push('\'');
    source.push_str(value);
    source.push('\'');
    let layout = Layout::Verbatim { start: u32::try_from(start + 1).unwrap_or(u32::MAX) };
    Text { value: value.to_owned(), span: Span::new(0, start, source.len()), layout }
}

fn written(source: &mut String, text: &str, value: Value) -> Value {
    source.push_str(text);
    value
}
