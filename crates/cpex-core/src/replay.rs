//! Deciding an operation again: on the road of every other, and telling what was read of it and what its record says.
//!
//! Whoever replays an audit log knows of an operation what its record holds. What policy read beyond that shows here, so that
//! no decision is taken for the one it would have been.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::context::ContextTable;
use crate::manager::PluginManager;
use crate::operation::{Answer, Operation};
use crate::outcome::{Decision, Outcome};
use crate::permit::Permit;
use crate::road::state::Journey;
use crate::underway::Underway;
use crate::watched::Watched;

/// One side of an operation, decided.
#[derive(Debug)]
pub struct Replayed<T> {
    /// What a host is told.
    pub outcome: Outcome<T>,
    /// The paths of the attributes that were read, and of the fields that pipelines treated.
    pub reads: BTreeSet<String>,
    /// Its record, as sinks get it; null where there is none.
    pub record: Json,
}

impl PluginManager {
    /// Decides one operation as [`PluginManager::authorize`] does, and tells what was read of it.
    pub async fn replay(&self, operation: Operation) -> Replayed<Permit> {
        let Some(mut underway) = self.watched(&operation) else { return Replayed::of(Outcome::engine_down(), None) };
        underway.resumes(operation.resumes);
        let Some(settled) = underway.before(operation.caller).await else {
            return Replayed::of(Outcome::engine_down(), None);
        };
        let Outcome { decision: end, report } = underway.conclude(settled);
        let watched = underway.journey_mut().and_then(|journey| journey.passage.watched.take());
        let decision = match end {
            Decision::Allow(granted) => Decision::Allow(Permit::new(underway, &granted)),
            Decision::Deny(violation) => Decision::Deny(violation),
            Decision::Pending(pending) => Decision::Pending(pending),
        };
        Replayed::of(Outcome { decision, report }, watched)
    }

    /// Judges a result nobody asked about before, and tells what was read of it.
    pub async fn replay_alone(&self, operation: Operation, answer: Answer) -> Replayed<Answer> {
        let Some(underway) = self.watched(&operation) else { return Replayed::of(Outcome::engine_down(), None) };
        match underway.alone(operation.caller, answer.message).await {
            Some(ended) => Replayed::of(ended.outcome, ended.watched),
            None => Replayed::of(Outcome::engine_down(), None),
        }
    }

    fn watched(&self, operation: &Operation) -> Option<Underway> {
        let point = operation.point();
        let mut journey = Journey::new(self.snapshot()?, point, operation.draft.clone(), ContextTable::default());
        journey.passage.watched = Some(Box::default());
        Some(Underway::new(journey))
    }
}

impl Permit {
    /// Completes the operation as [`Permit::complete`] does, and tells what was read of it.
    pub async fn replay(mut self, answer: Answer) -> Replayed<Answer> {
        self.watch(Box::default());
        match self.end(answer).await {
            Some(ended) => Replayed::of(ended.outcome, ended.watched),
            None => Replayed::of(Outcome::engine_down(), None),
        }
    }
}

impl<T> Replayed<T> {
    fn of(outcome: Outcome<T>, watched: Option<Box<Watched>>) -> Self {
        let (reads, record) = watched.map(|watched| (watched.reads.paths(), watched.record)).unwrap_or_default();
        Self { outcome, reads, record: record.into() }
    }
}
