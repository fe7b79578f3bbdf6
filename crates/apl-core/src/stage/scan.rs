//! `pii.redact`, `pii.detect`, `injection.scan`: looks into the texts of a value, at any depth below it, keys included.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::contract::{Invalid, Stage};
use super::redact::REDACTED;
use crate::field::Edit;
use crate::scanner::Scanner;

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
        Ok(redacted(&*self.0, value)?.map_or(Edit::Keep, Edit::Replace))
    }
}

impl Stage for Detect {
    fn edit(&self, _: &Json) -> Result<Edit, Invalid> {
        Ok(Edit::Keep)
    }

    fn finds(&self, value: &Json) -> bool {
        found(&*self.0, value)
    }
}

fn found(scanner: &dyn Scanner, value: &Json) -> bool {
    match value {
        Json::String(text) => !scanner.scan(text).is_empty(),
        Json::Array(values) => values.iter().any(|value| found(scanner, value)),
        Json::Object(members) => {
            members.iter().any(|(name, value)| !scanner.scan(name).is_empty() || found(scanner, value))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The value without what is found in it; none where nothing is.
fn redacted(scanner: &dyn Scanner, value: &Json) -> Result<Option<Json>, Invalid> {
    Ok(match value {
        Json::String(text) => masked(scanner, text).map(Json::String),
        Json::Array(values) => {
            let treated = values.iter().map(|value| redacted(scanner, value)).collect::<Result<Vec<_>, _>>()?;
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
                let (own, inner) = (masked(scanner, name), redacted(scanner, value)?);
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
fn masked(scanner: &dyn Scanner, text: &str) -> Option<String> {
    let mut ranges = scanner.scan(text);
    if ranges.is_empty() {
        return None;
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
    Some(masked)
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
