//! Decision engines: built from `global.pdp`, and their questions prepared.

use std::sync::Arc;
use std::time::Duration;

use apl_core::compile::{WrittenQuestion, attribute};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Layout, Node, Text, Value};
use apl_core::span::Span;
use apl_cpex::Vocabulary;
use cpex_orchestration::call_sync;
use cpex_sdk::Instance;
use cpex_sdk::config::{ConfigFault, PluginConfig};
use cpex_sdk::engine::{DecisionEngine, Read};

use super::instances::{Makers, factory_of, is_refused};
use crate::document::{NamedFiles, codes, kinds, place_of};
use crate::snapshot::{Engine, Prepared};

/// The engine that needs no entry.
const CEL: &str = "cel";

/// An engine of the document; none where it could not be built.
pub(super) struct Declared {
    pub(super) dialect: String,
    instance: Option<Arc<dyn DecisionEngine>>,
}

/// Builds the engines of a document, in declared order. What is wrong is added to `faults`.
pub(super) fn build(root: &Node, makers: Makers<'_>, faults: &mut Vec<Diagnostic>) -> Vec<Declared> {
    let entries = root.get("global").and_then(|general| general.get("pdp")).map(Node::one_or_many).unwrap_or_default();
    let mut engines: Vec<Declared> = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(kind) = entry.get("kind").and_then(Node::text) else { continue };
        let dialect = dialect_of(&kind.value);
        if engines.iter().any(|engine| engine.dialect == dialect) {
            let message = format!("two engines answer to `{dialect}`");
            faults.push(Diagnostic::new(codes::DUPLICATE_ENGINE, kind.span, message).help("keep one of them"));
            continue;
        }
        let instance = build_one(entry, kind, makers, faults);
        engines.push(Declared { dialect, instance });
    }
    if engines.iter().all(|engine| engine.dialect != CEL) && makers.factories.contains_key(CEL) {
        let nothing = Node { span: root.span, value: Value::Map(Vec::new()) };
        let kind = Text { value: CEL.to_owned(), span: root.span, layout: Layout::Folded };
        let instance = build_one(&nothing, &kind, makers, faults);
        engines.push(Declared { dialect: CEL.to_owned(), instance });
    }
    engines
}

/// Prepares every question policy asks, each at the index it is asked by.
pub(super) fn prepare(
    questions: &[WrittenQuestion],
    engines: &[Declared],
    files: &NamedFiles,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Prepared> {
    questions.iter().filter_map(|question| prepare_one(question, engines, files, faults)).collect()
}

/// The engines as operations ask them.
pub(super) fn into_engines(engines: Vec<Declared>, timeout: Duration) -> Vec<Engine> {
    engines
        .into_iter()
        .filter_map(|Declared { dialect, instance }| {
            Some(Engine { dialect: dialect.into(), instance: instance?, timeout })
        })
        .collect()
}

/// The key of the steps that ask an engine of that kind.
fn dialect_of(kind: &str) -> String {
    // `cedar-direct` and `cedar` are one kind, asked by the shorter name.
    let row = kinds::find(kind);
    row.and_then(|row| row.aliases.first().copied()).unwrap_or(kind).to_owned()
}

fn build_one(
    entry: &Node,
    kind: &Text,
    makers: Makers<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Arc<dyn DecisionEngine>> {
    let factory = factory_of(&kind.value, makers.factories)?;
    if is_refused(entry.span, faults) {
        return None;
    }
    let mut config = entry.to_json();
    if let Some(keys) = config.as_object_mut() {
        keys.remove("kind");
    }
    let declaration = PluginConfig { config, ..PluginConfig::new(kind.value.as_str(), kind.value.as_str()) };
    let refuse = |fault: &ConfigFault| makers.files.place(finding(entry, kind.span, &kind.value, fault), fault);
    match call_sync(|| factory.build(&declaration, makers.host)) {
        Ok(Ok(Instance::Engine(engine))) => return Some(engine),
        Ok(Ok(_)) => faults.push(refuse(&ConfigFault::at(Vec::new(), "it is no decision engine"))),
        Ok(Err(refused)) => faults.extend(refused.iter().map(refuse)),
        Err(_) => faults.push(refuse(&ConfigFault::at(Vec::new(), "its factory panicked"))),
    }
    None
}

fn prepare_one(
    question: &WrittenQuestion,
    engines: &[Declared],
    files: &NamedFiles,
    faults: &mut Vec<Diagnostic>,
) -> Option<Prepared> {
    let Declared { dialect, instance } = engines.get(question.engine)?;
    let refuse = |fault: &ConfigFault| files.place(finding(&question.map, question.map.span, dialect, fault), fault);
    let written = question.map.to_json();
    let prepared = match call_sync(|| instance.as_ref().map(|engine| engine.prepare(&written))) {
        Ok(Some(Ok(prepared))) => prepared,
        Ok(Some(Err(refused))) => {
            faults.extend(refused.iter().map(refuse));
            return None;
        }
        // It could not be built, which was said already.
        Ok(None) => return None,
        Err(_) => {
            faults.push(refuse(&ConfigFault::at(Vec::new(), "it panicked over this question")));
            return None;
        }
    };
    let before = faults.len();
    let reads = prepared
        .reads
        .iter()
        .filter_map(|read| attribute(&name(&question.map, read), &Vocabulary).map_err(|fault| faults.push(fault)).ok());
    let reads: Box<[_]> = reads.collect();
    if faults.len() > before {
        return None;
    }
    Some(Prepared { question: prepared.question, reads })
}

/// The name of an attribute that a question reads, where the map of its step has it.
fn name(map: &Node, read: &Read) -> Text {
    let place = ConfigFault { offset_in_text: read.offset_in_text, ..ConfigFault::at(read.place.clone(), "") };
    let span = if read.place.is_empty() { map.span } else { place_of(map, &place) };
    Text { value: read.path.clone(), span, layout: Layout::Folded }
}

fn finding(node: &Node, fallback: Span, name: &str, fault: &ConfigFault) -> Diagnostic {
    let span = if fault.path.is_empty() { fallback } else { place_of(node, fault) };
    let finding = Diagnostic::new(codes::CONFIG, span, format!("`{name}`: {}", fault.text));
    Diagnostic { help: fault.help.clone(), ..finding }
}
