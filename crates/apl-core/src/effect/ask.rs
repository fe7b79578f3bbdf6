//! `{cel|cedar|opa|authzen|<custom>: {..}}`: asks a decision engine.

use std::sync::Arc;

use crate::call::Call;
use crate::codes;
use crate::context::{Context, Declared, WrittenQuestion};
use crate::diagnostic::Diagnostic;
use crate::fact::Vocabulary;
use crate::node::{Entry, Layout, Node, Text, Value};
use crate::span::Span;
use crate::template::{self, Template};

/// Asks a decision engine.
#[derive(Debug)]
pub struct Ask<A> {
    /// The dialect of the engine.
    pub dialect: Arc<str>,
    /// The index of the engine.
    pub engine: usize,
    /// The index of the prepared question.
    pub question: usize,
    /// What it is asked with, for each operation anew.
    pub map: Template<A>,
    /// Whether a reaction to its answer acts on the outside: mints a credential or invokes a plugin.
    pub acts: bool,
}

/// A decision engine the language knows by itself.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// The key of a step that asks it.
    pub name: &'static str,
    /// What it decides by, in one sentence.
    pub doc: &'static str,
    /// The keys its map must have.
    pub required: &'static [&'static str],
    /// The keys its map may have.
    pub optional: &'static [&'static str],
    /// The key whose text is a program of the engine and no template.
    pub program: Option<&'static str>,
}

/// Every decision engine the language knows by itself, in the order of the documentation.
pub const DIALECTS: &[Dialect] = &[
    Dialect {
        name: "cel",
        doc: "Decides by a CEL expression over the attributes.",
        required: &["expr"],
        optional: &[],
        program: Some("expr"),
    },
    Dialect {
        name: "cedar",
        doc: "Decides by Cedar policies about a principal, an action and a resource.",
        required: &["action", "resource"],
        optional: &["principal", "context"],
        program: None,
    },
    Dialect {
        name: "opa",
        doc: "Decides by a Rego query; what is undefined is denied.",
        required: &[],
        optional: &["query", "input"],
        program: Some("query"),
    },
    Dialect {
        name: "authzen",
        doc: "Asks a decision point that speaks AuthZEN 1.0.",
        required: &["action", "resource"],
        optional: &["subject", "context"],
        program: None,
    },
];

/// Whether the key of a step asks an engine.
pub(crate) fn is_dialect<D: Declared>(word: &str, declared: &D) -> bool {
    DIALECTS.iter().any(|dialect| dialect.name == word) || declared.is_dialect(word)
}

/// `opa("data.x.allow")`: the query of the embedded engine alone.
pub(super) fn compile<V: Vocabulary, D: Declared>(
    call: &Call<'_>,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Ask<V::Attribute>> {
    let argument = call.positional(1, 1, "opa(\"data.x.allow\")", faults)?.first()?;
    if !argument.is_quoted {
        faults.push(call.refuse(argument, "the query stands in quotes").help("write `opa(\"data.x.allow\")`"));
        return None;
    }
    let text = |value: &str, span: Span| Text { value: value.to_owned(), span, layout: Layout::Folded };
    let span = call.text.span_of(argument.value_range.clone());
    let query = Node { span, value: Value::Text(text(&argument.value, span)) };
    let map = Node { span, value: Value::Map(vec![Entry { key: text("query", span), value: query }]) };
    let key = text(call.name, call.span());
    question(&key, map, context, faults)
}

/// Compiles the map of a step, reactions left out.
pub(crate) fn compile_map<V: Vocabulary, D: Declared>(
    key: &Text,
    map: Node,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Ask<V::Attribute>> {
    if !matches!(map.value, Value::Map(_)) {
        let message = format!("`{}` takes a map, not {}", key.value, map.shape());
        faults.push(Diagnostic::new(codes::ARGUMENT, map.span, message));
        return None;
    }
    question(key, map, context, faults)
}

fn question<V: Vocabulary, D: Declared>(
    key: &Text,
    map: Node,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Ask<V::Attribute>> {
    let before = faults.len();
    let dialect = DIALECTS.iter().find(|dialect| dialect.name == key.value);
    if let Some(dialect) = dialect {
        check_keys(dialect, key, &map, faults);
    }
    let engine = match context.declared.engine(&key.value) {
        Ok(engine) => Some(engine),
        Err(unresolved) => {
            let fault = Diagnostic::new(codes::UNKNOWN_ENGINE, key.span, unresolved.message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
            None
        }
    };
    let filled = without(&map, dialect.and_then(|dialect| dialect.program));
    let template = template::compile(&filled, context.vocabulary, faults);
    let (engine, template) = engine.zip(template).filter(|_| faults.len() == before)?;
    let question = context.take_question(WrittenQuestion { engine, map });
    Some(Ask { dialect: key.value.as_str().into(), engine, question, map: template, acts: false })
}

fn check_keys(dialect: &Dialect, key: &Text, map: &Node, faults: &mut Vec<Diagnostic>) {
    let known = || dialect.required.iter().chain(dialect.optional).copied();
    for entry in map.entries().iter().filter(|entry| known().all(|name| name != entry.key.value)) {
        let message = format!("`{}` has no key `{}`", dialect.name, entry.key.value);
        faults.push(Diagnostic::new(codes::ARGUMENT, entry.key.span, message).nearest(&entry.key.value, known()));
    }
    for missing in dialect.required.iter().filter(|name| map.get(name).is_none()) {
        let message = format!("`{}` needs `{missing}`", dialect.name);
        faults.push(Diagnostic::new(codes::ARGUMENT, key.span, message));
    }
    let program = dialect.program.and_then(|program| map.get(program));
    if let Some(node) = program.filter(|node| node.text().is_none()) {
        let message = format!("the program of `{}` is text, not {}", dialect.name, node.shape());
        faults.push(Diagnostic::new(codes::ARGUMENT, node.span, message).help("put it in quotes"));
    }
}

/// The map without one key.
fn without(map: &Node, key: Option<&str>) -> Node {
    let entries = map.entries().iter().filter(|entry| Some(entry.key.value.as_str()) != key).cloned().collect();
    Node { span: map.span, value: Value::Map(entries) }
}
