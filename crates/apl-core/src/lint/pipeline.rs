//! Field pipelines as written, read far enough for lints.

use std::ops::Range;

use crate::effect::Scope;
use crate::expr::Expr;
use crate::field::Field;
use crate::node::{Entry, Text};
use crate::parse;
use crate::path::{Path, Segment};
use crate::scan;
use crate::stage::{self, Kind, Written};

/// A pipeline as written.
pub(super) struct Pipeline<'n> {
    field: Field,
    pub(super) text: &'n Text,
    pub(super) stages: Vec<Stage<'n>>,
}

/// A stage of it.
pub(super) struct Stage<'n> {
    pub(super) written: Written<'n>,
    /// What it does with values; none where this is not known.
    pub(super) kind: Option<Kind>,
    condition: Option<Expr>,
}

impl<'n> Pipeline<'n> {
    /// Reads the pipeline of a field.
    pub(super) fn read(entry: &'n Entry) -> Option<Self> {
        let (field, text) = (Field::parse(&entry.key, &mut Vec::new())?, entry.value.text()?);
        let pieces = scan::split(text, 0..text.value.len(), '|').ok()?;
        Some(Self { field, text, stages: pieces.into_iter().filter_map(|piece| Stage::read(text, piece)).collect() })
    }

    /// Whether an operation that gets past it has the value the path leads to.
    pub(super) fn requires(&self, path: &Path) -> bool {
        self.is_of(path)
            && !self.field.has_search()
            && !path.rest().iter().any(|segment| matches!(segment, Segment::Index(_) | Segment::Lookup(_)))
            && self.has(Kind::Presence)
    }

    /// Whether it has a stage of the kind.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.stages.iter().any(|stage| stage.kind == Some(kind))
    }

    /// The labels its stages add.
    pub(super) fn labels(&self) -> impl Iterator<Item = (&'n str, Scope)> {
        self.stages.iter().filter_map(|Stage { written, .. }| match written.name() {
            "pii.detect" => Some(("pii", Scope::Message)),
            "injection.scan" => Some(("injection", Scope::Message)),
            "taint" => {
                let arguments = written.part(&written.optional().ok()??);
                let (label, scope) = arguments.split_once(',').unwrap_or((arguments, ""));
                let scope = if scope.trim() == "message" { Scope::Message } else { Scope::Session };
                Some((label.trim().trim_matches(['\'', '"']), scope))
            }
            _ => None,
        })
    }

    /// Whether it treats the value the path leads to. One that is looked up by another attribute may be any.
    pub(super) fn is_of(&self, path: &Path) -> bool {
        let mut at = self.field.top();
        for segment in path.rest() {
            at = match segment {
                Segment::Name(name) | Segment::Key(name) => self.field.member(at, name),
                Segment::Index(_) => self.field.element(at),
                Segment::Lookup(_) => return true,
            };
        }
        self.field.ends(at)
    }

    /// The expressions of its stages with the text they were read from.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&'n Text, &Expr)> {
        self.stages.iter().filter_map(|stage| Some((self.text, stage.condition.as_ref()?)))
    }
}

impl<'n> Stage<'n> {
    fn read(text: &'n Text, piece: Range<usize>) -> Option<Self> {
        let written = Written::parse(text, piece).ok()?;
        let kind = stage::row(&written).ok().map(|row| row.kind);
        let inside = if kind == Some(Kind::Transform) { written.optional().ok()? } else { None };
        let condition = inside.and_then(|range| parse::expression(text, range, &mut Vec::new()));
        Some(Self { written, kind, condition })
    }
}
