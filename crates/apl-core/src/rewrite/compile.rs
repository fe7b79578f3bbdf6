//! Field pipelines from text.

use std::ops::Range;
use std::sync::Arc;

use super::dispatch::RunField;
use super::pipeline::{Link, Rewrite, Side};
use crate::codes;
use crate::condition::{self, Condition};
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;
use crate::effect::taint::is_label;
use crate::effect::{Scope, Taint};
use crate::fact::Vocabulary;
use crate::field::Field;
use crate::hash_key::{DeclaredKey, HashKey};
use crate::node::Text;
use crate::scan as text_scan;
use crate::scanner::{Scan, Scanner};
use crate::stage::{self, Parse, Written};

/// How many stages of a pipeline may have a condition: as many as a set of them has bits.
const MAX_CONDITIONS: usize = 64;

/// A part of a pipeline: stages that work by themselves, or a plugin between them.
pub(crate) enum Part<A> {
    Stages(Arc<Rewrite<A>>),
    Plugin(RunField),
}

/// A stage of a pipeline: one that works by itself, or a plugin by name and index.
enum Stage {
    Link(Link),
    Plugin(Arc<str>, usize),
}

/// Compiles the pipeline of a field, cut at its plugins. Every mistake is added to `faults`; with an error there is none.
pub(crate) fn compile<V: Vocabulary, D: Declared>(
    field: &Text,
    pipeline: &Text,
    side: Side,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Vec<Part<V::Attribute>>> {
    let path = Field::parse(field, faults).map(Arc::new);
    let pieces = pieces(pipeline).map_err(|fault| faults.push(fault)).ok()?;
    let name: Arc<str> = Arc::from(&*field.value);
    let (mut links, mut conditions, mut parts, mut is_whole) = (Vec::new(), Vec::new(), Vec::new(), true);
    let stages = |links: &mut Vec<Link>, conditions: &mut Vec<_>, path: &Arc<Field>| {
        let (links, conditions) = (std::mem::take(links).into(), std::mem::take(conditions).into());
        let (field, path) = (Arc::clone(&name), Arc::clone(path));
        Part::Stages(Arc::new(Rewrite { side, field, path, links, conditions }))
    };
    for piece in pieces {
        match (stage(pipeline, piece, context, &mut conditions, faults), &path) {
            (Some(Stage::Link(link)), _) => links.push(link),
            (Some(Stage::Plugin(plugin, index)), Some(path)) => {
                if !links.is_empty() {
                    parts.push(stages(&mut links, &mut conditions, path));
                }
                let (field, path) = (Arc::clone(&name), Arc::clone(path));
                let may_modify = context.declared.may_modify(index);
                parts.push(Part::Plugin(RunField { side, field, plugin, index, may_modify, path }));
            }
            _ => is_whole = false,
        }
    }
    if !links.is_empty() {
        parts.push(stages(&mut links, &mut conditions, &path?));
    }
    is_whole.then_some(parts)
}

/// The stages of a pipeline, as far as they are told apart by `|`.
fn pieces(pipeline: &Text) -> Result<Vec<Range<usize>>, Diagnostic> {
    if pipeline.value.trim().is_empty() {
        let fault = Diagnostic::new(codes::SYNTAX, pipeline.span, "the pipeline has no stage");
        return Err(fault.help("write what the field must be or becomes, as in `str | redact`"));
    }
    text_scan::split(pipeline, 0..pipeline.value.len(), '|')
}

fn stage<V: Vocabulary, D: Declared>(
    pipeline: &Text,
    piece: Range<usize>,
    context: &Context<'_, V, D>,
    conditions: &mut Vec<Condition<V::Attribute>>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Stage> {
    let mut keep = |fault| faults.push(fault);
    let written = Written::parse(pipeline, piece).map_err(&mut keep).ok()?;
    let row = stage::row(&written).map_err(&mut keep).ok()?;
    let (mut guard, mut label, mut denies) = (0, None, false);
    let stage = match row.parse {
        Parse::Stage(parse) => parse(&written).map_err(keep).ok()?,
        Parse::Guarded(stage) => {
            if let Some(range) = written.optional().map_err(&mut keep).ok()? {
                if conditions.len() == MAX_CONDITIONS {
                    let message = format!("a pipeline has at most {MAX_CONDITIONS} stages with a condition");
                    keep(written.refuse(range, message));
                    return None;
                }
                conditions.push(condition::compile(pipeline, range, context.vocabulary, faults)?);
                guard = 1 << (conditions.len() - 1);
            }
            stage()
        }
        Parse::Keyed(stage) => stage(key(&written, context.declared, faults)?),
        Parse::Scanned(scan, stage) => {
            written.bare().map_err(keep).ok()?;
            stage(scanner(&written, scan, context.declared, faults)?)
        }
        Parse::Detecting(scan, stage) => {
            denies = written.word("deny").map_err(keep).ok()?;
            label = Some(Taint { label: scan.label().into(), scope: Scope::Message });
            stage(scanner(&written, scan, context.declared, faults)?)
        }
        Parse::Labelled(stage) => {
            label = Some(taint(&written).map_err(keep).ok()?);
            stage()
        }
        Parse::Plugin => {
            let range = written.required(&format!("{}(name)", written.name())).map_err(&mut keep).ok()?;
            let name = written.part(&range);
            return match context.declared.plugin(name) {
                Ok(index) => Some(Stage::Plugin(name.into(), index)),
                Err(unresolved) => {
                    let fault = Diagnostic::new(codes::UNKNOWN_PLUGIN, pipeline.span_of(range), unresolved.message);
                    keep(Diagnostic { help: unresolved.help, ..fault });
                    None
                }
            };
        }
    };
    let written = written.part(&written.range).into();
    Some(Stage::Link(Link { stage, kind: row.kind, guard, label, denies, written }))
}

/// The scanner a stage asks.
fn scanner<D: Declared>(
    written: &Written<'_>,
    scan: Scan,
    declared: &D,
    faults: &mut Vec<Diagnostic>,
) -> Option<Arc<dyn Scanner>> {
    declared
        .scanner(scan)
        .map_err(|unresolved| {
            let message = format!("`{}` cannot be asked: {}", written.name(), unresolved.message);
            let fault = Diagnostic::new(codes::UNAVAILABLE, written.name_span(), message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
        })
        .ok()
}

/// The label and the scope of `taint(label, scope)`.
fn taint(written: &Written<'_>) -> Result<Taint, Diagnostic> {
    const FORM: &str = "taint(label, session)";
    let range = written.required(FORM)?;
    let pieces = text_scan::split(written.text, range.clone(), ',')?;
    let mut pieces = pieces.into_iter();
    let (label, scope) = (pieces.next().unwrap_or(range.clone()), pieces.next());
    if pieces.next().is_some() {
        let fault = written.refuse(range, "this is not how `taint` is written");
        return Err(fault.help(format!("write `{FORM}`")));
    }
    if !is_label(written.part(&label)) {
        let message = "a label consists of the letters a to z, digits, `_`, `.`, `:` and `-`";
        return Err(written.refuse(label, message));
    }
    let scope = match scope.as_ref().map(|scope| written.part(scope)) {
        None | Some("session") => Scope::Session,
        Some("message") => Scope::Message,
        Some(other) => {
            let message = format!("a label lasts for the `session` or the `message`, not `{other}`");
            let range = scope.unwrap_or(range);
            return Err(written.refuse(range, message).nearest(other, ["session", "message"]));
        }
    };
    Ok(Taint { label: written.part(&label).into(), scope })
}

/// The key for a stage that is written without parentheses.
fn key<D: Declared>(written: &Written<'_>, declared: &D, faults: &mut Vec<Diagnostic>) -> Option<HashKey> {
    written.bare().map_err(|fault| faults.push(fault)).ok()?;
    match declared.hash_key() {
        DeclaredKey::Known(key) => Some(key),
        // One mistake is one finding.
        DeclaredKey::Refused => None,
        DeclaredKey::Absent => {
            let message = format!("`{}` has no key to hash under", written.name());
            let fault = Diagnostic::new(codes::HASH_KEY, written.name_span(), message);
            faults
                .push(fault.help("name one, as in `plugin_settings: { hash_key: { kind: env_var, name: HASH_KEY } }`"));
            None
        }
    }
}
