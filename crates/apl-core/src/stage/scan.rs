//! `pii.redact`, `pii.detect`, `injection.scan`: looks into the texts of a value, at any depth below it, keys included.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::contract::{Invalid, Stage};
use super::redact::REDACTED;
use crate::field::Edit;
use crate::scanner::Scanner;

/// How deeply maps and lists are looked into: as deeply as JSON is read, and their texts.
const MAX_DEPTH: usize = 128;

struct Redact(Arc<dyn Scanner>);

struct Detect(Arc<dyn Scanner>);

/// Writes the mark over everything that is found.
pub(super) fn redact(scanner: Arc<dyn Scanner>) -> Box<dyn Stage> {
    Box::new(Redact(scanner))
}

/// Only looks.
pub(super) fn detect(scanner: Arc<dyn Scanner>) -> Box<dyn Stage> {
    Box::new(Detect(scanner))
}

impl Stage for Redact {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        Ok(redacted(&*self.0, value, MAX_DEPTH)?.map_or(Edit::Keep, Edit::Replace))
    }

    fn looks_inside(&self) -> bool {
        true
    }
}

impl Stage for Detect {
    fn edit(&self, _: &Json) -> Result<Edit, Invalid> {
        Ok(Edit::Keep)
    }

    fn looks_inside(&self) -> bool {
        true
    }

    fn finds(&self, value: &Json) -> bool {
        found(&*self.0, value, MAX_DEPTH)
    }
}

/// Whether something is found in a value. One that cannot be told of, or that nests too deeply, is taken for one that holds
/// something.
fn found(scanner: &dyn Scanner, value: &Json, depth: usize) -> bool {
    let is_in = |text: &str| scanner.scan(text).is_none_or(|ranges| !ranges.is_empty());
    let Some(depth) = depth.checked_sub(1) else { return true };
    match value {
        Json::String(text) => is_in(text),
        Json::Array(values) => values.iter().any(|value| found(scanner, value, depth)),
        Json::Object(members) => members.iter().any(|(name, value)| is_in(name) || found(scanner, value, depth)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The value without what is found in it; none where nothing is.
fn redacted(scanner: &dyn Scanner, value: &Json, depth: usize) -> Result<Option<Json>, Invalid> {
    let depth = depth.checked_sub(1).ok_or(Invalid::expected("a value that nests less deeply"))?;
    Ok(match value {
        Json::String(text) => masked(scanner, text)?.map(Json::String),
        Json::Array(values) => {
            let treated = values.iter().map(|value| redacted(scanner, value, depth)).collect::<Result<Vec<_>, _>>()?;
            treated.iter().any(Option::is_some).then(|| {
                treated
                    .into_iter()
                    .zip(values)
                    .map(|(treated, value)| treated.unwrap_or_else(|| value.clone()))
                    .collect()
            })
        }
        Json::Object(members) => {
            let mut treated = Map::with_capacity(members.len());
            let mut is_changed = false;
            for (name, value) in members {
                let (own, inner) = (masked(scanner, name)?, redacted(scanner, value, depth)?);
                is_changed |= own.is_some() || inner.is_some();
                let name = own.unwrap_or_else(|| name.clone());
                if treated.insert(name, inner.unwrap_or_else(|| value.clone())).is_some() {
                    // Two members would be one: neither may be lost in silence.
                    return Err(Invalid::expected("a map whose keys stay apart without what is redacted in them"));
                }
            }
            is_changed.then_some(Json::Object(treated))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    })
}

/// The text with the mark over each run of what is found; none where nothing is.
fn masked(scanner: &dyn Scanner, text: &str) -> Result<Option<String>, Invalid> {
    let mut ranges = scanner.scan(text).ok_or(Invalid::expected("text that can be scanned"))?;
    if ranges.is_empty() {
        return Ok(None);
    }
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for Range { start, end } in ranges {
        if start >= at {
            masked.push_str(text.get(at..start).unwrap_or_default());
            masked.push_str(REDACTED);
        }
        // What overlaps the range before it is under its mark already.
        at = at.max(end);
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    Ok(Some(masked))
}

impl fmt::Debug for Redact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redact")
    }
}

impl fmt::Debug for Detect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Detect")
    }
}
