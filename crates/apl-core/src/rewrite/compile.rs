//! Field pipelines from text.

use std::ops::Range;
use std::sync::Arc;

use super::pipeline::{Link, Rewrite, Side};
use crate::codes;
use crate::condition::{self, Condition};
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;
use crate::fact::Vocabulary;
use crate::field::Field;
use crate::hash_key::{DeclaredKey, HashKey};
use crate::node::Text;
use crate::scan;
use crate::stage::{self, Parse, Written};

/// How many stages of a pipeline may have a condition: as many as a set of them has bits.
const MAX_CONDITIONS: usize = 64;

/// Compiles the pipeline of a field. Every mistake is added to `faults`; with an error there is no pipeline.
pub(crate) fn compile<V: Vocabulary, D: Declared>(
    field: &Text,
    pipeline: &Text,
    side: Side,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Rewrite<V::Attribute>> {
    let path = Field::parse(field, faults);
    let pieces = pieces(pipeline).map_err(|fault| faults.push(fault)).ok()?;
    let mut links = Vec::with_capacity(pieces.len());
    let mut conditions = Vec::new();
    let mut is_whole = true;
    for piece in pieces {
        match link(pipeline, piece, context, &mut conditions, faults) {
            Some(link) => links.push(link),
            None => is_whole = false,
        }
    }
    let (path, links, conditions) = (path?, links.into(), conditions.into());
    is_whole.then(|| Rewrite { side, field: Arc::from(&*field.value), path, links, conditions })
}

/// The stages of a pipeline, as far as they are told apart by `|`.
fn pieces(pipeline: &Text) -> Result<Vec<Range<usize>>, Diagnostic> {
    if pipeline.value.trim().is_empty() {
        let fault = Diagnostic::new(codes::SYNTAX, pipeline.span, "the pipeline has no stage");
        return Err(fault.help("write what the field must be or becomes, as in `str | redact`"));
    }
    scan::split(pipeline, 0..pipeline.value.len(), '|')
}

fn link<V: Vocabulary, D: Declared>(
    pipeline: &Text,
    piece: Range<usize>,
    context: &Context<'_, V, D>,
    conditions: &mut Vec<Condition<V::Attribute>>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Link> {
    let mut keep = |fault| faults.push(fault);
    let written = Written::parse(pipeline, piece).map_err(&mut keep).ok()?;
    let row = stage::row(&written).map_err(&mut keep).ok()?;
    let (stage, guard) = match row.parse {
        Parse::Stage(parse) => (parse(&written).map_err(keep).ok()?, 0),
        Parse::Guarded(stage) => match written.optional().map_err(&mut keep).ok()? {
            None => (stage(), 0),
            Some(range) if conditions.len() == MAX_CONDITIONS => {
                let message = format!("a pipeline has at most {MAX_CONDITIONS} stages with a condition");
                keep(written.refuse(range, message));
                return None;
            }
            Some(range) => {
                conditions.push(condition::compile(pipeline, range, context.vocabulary, faults)?);
                (stage(), 1 << (conditions.len() - 1))
            }
        },
        Parse::Keyed(stage) => (stage(key(&written, context.declared, faults)?), 0),
    };
    Some(Link { stage, kind: row.kind, guard, written: written.part(&written.range).into() })
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
