//! The metrics port: what a host counts and times.
//!
//! The runtime tells what happened as it happens, under names of the document and never under names a caller chose, so that
//! a caller cannot make series. [`ALL`] lists the metrics an adapter declares once; each thing that is told knows its
//! metric and the attributes it is kept under. No argument, result, claim or label is among them.
//!
//! ```
//! use cpex_sdk::metrics::{Decided, Metrics};
//!
//! struct Denials(std::sync::atomic::AtomicU64);
//!
//! impl Metrics for Denials {
//!     fn decided(&self, decided: &Decided<'_>) {
//!         if decided.decision == "deny" {
//!             self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
//!         }
//!     }
//! }
//! ```

use std::time::Duration;

/// Receives what a host counts and times. It is called on the way of operations: it must not block, and what it does
/// decides nothing. A panic of it is caught.
pub trait Metrics: Send + Sync + 'static {
    /// One side of an operation was decided.
    fn decided(&self, _decided: &Decided<'_>) {}

    /// A plugin was called.
    fn called(&self, _called: &Called<'_>) {}

    /// A store was called.
    fn stored(&self, _stored: &Stored) {}

    /// A document was put in force, or was not.
    fn loaded(&self, _loaded: &Loaded<'_>) {}

    /// A plugin that runs in the background was left out.
    fn left_out(&self, _left_out: &LeftOut<'_>) {}

    /// An audit sink gave up records.
    fn dropped(&self, _dropped: &Dropped<'_>) {}
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// `histogram` or `counter`.
    pub instrument: &'static str,
    /// The unit of its values (UCUM).
    pub unit: &'static str,
    /// The attributes it is kept under.
    pub attributes: &'static [&'static str],
    /// What it says, for the documentation.
    pub doc: &'static str,
}

/// Every metric, in the order of the documentation.
pub const ALL: [Metric; 6] =
    [Decided::METRIC, Called::METRIC, Stored::METRIC, Loaded::METRIC, LeftOut::METRIC, Dropped::METRIC];

/// One attribute: its name, and its value where there is one.
pub type Attribute<'a> = (&'static str, Option<&'a str>);

/// One side of an operation was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided<'a> {
    /// The hook.
    pub hook: &'a str,
    /// The key of the route that matched, as the document writes it.
    pub route: Option<&'a str>,
    /// `allow`, `deny` or `pending`.
    pub decision: &'static str,
    /// The stable code of a denial.
    pub code: Option<&'static str>,
    /// From what was received to the answer, plugins and stores included.
    pub duration: Duration,
}

/// A plugin was called, or another collaborator that the document names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called<'a> {
    /// Its name in the document; of a decision engine its dialect.
    pub plugin: &'a str,
    /// What it asked for: `allow`, `deny` or `modify`; `nothing` of an identity plugin that found no credential; `done` of
    /// who is asked for no verdict on the operation and did what it was asked for; `error` where it failed.
    pub requested: &'static str,
    /// The stable code of its denial or failure.
    pub code: Option<&'static str>,
    /// How long it took.
    pub duration: Duration,
}

/// A store was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// `session`, or `elicitation` for what waits for a person.
    pub store: &'static str,
    /// `load`, `append`, `declassify` or `expire` of sessions; `get`, `put`, `replace`, `take` or `is_taken` of what waits.
    pub operation: &'static str,
    /// `ok`, `error`, `timeout` or `panic`.
    pub outcome: &'static str,
    /// How long it took.
    pub duration: Duration,
}

/// A document was put in force, or was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded<'a> {
    /// `in_force`; `refused` where it has mistakes or cannot be read, `not_started` where a plugin of it could not be
    /// initialized. What was in force before a document that is not stays in force.
    pub state: &'static str,
    /// Digest of the document that is in force now, `sha256:<hex>`. It is no attribute: every document is another.
    pub digest: Option<&'a str>,
}

/// A plugin that runs in the background was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut<'a> {
    /// Its name in the document.
    pub plugin: &'a str,
    /// `full`, `closed` after shutdown, or `no_runtime`.
    pub reason: &'static str,
}

/// An audit sink gave up records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped<'a> {
    /// Its name in the document.
    pub plugin: &'a str,
    /// How many.
    pub records: u64,
}

impl Decided<'_> {
    /// Its metric.
    pub const METRIC: Metric = Metric {
        name: "cpex.decision.duration",
        instrument: "histogram",
        unit: "s",
        attributes: &["cpex.hook", "cpex.route", "cpex.decision", "cpex.code"],
        doc: "decisions: how many, and how long each side of an operation took",
    };

    /// What it is kept under.
    #[must_use]
    pub const fn attributes(&self) -> [Attribute<'_>; 4] {
        [
            ("cpex.hook", Some(self.hook)),
            ("cpex.route", self.route),
            ("cpex.decision", Some(self.decision)),
            ("cpex.code", self.code),
        ]
    }
}

impl Called<'_> {
    /// Its metric.
    pub const METRIC: Metric = Metric {
        name: "cpex.plugin.duration",
        instrument: "histogram",
        unit: "s",
        attributes: &["cpex.plugin.name", "cpex.requested", "cpex.code"],
        doc: "calls of plugins, failed ones too, and how long each took",
    };

    /// What it is kept under.
    #[must_use]
    pub const fn attributes(&self) -> [Attribute<'_>; 3] {
        [("cpex.plugin.name", Some(self.plugin)), ("cpex.requested", Some(self.requested)), ("cpex.code", self.code)]
    }
}

impl Stored {
    /// Its metric.
    pub const METRIC: Metric = Metric {
        name: "cpex.store.duration",
        instrument: "histogram",
        unit: "s",
        attributes: &["cpex.store.name", "cpex.store.operation", "cpex.store.outcome"],
        doc: "calls of stores, and how long each took",
    };

    /// What it is kept under.
    #[must_use]
    pub const fn attributes(&self) -> [Attribute<'static>; 3] {
        [
            ("cpex.store.name", Some(self.store)),
            ("cpex.store.operation", Some(self.operation)),
            ("cpex.store.outcome", Some(self.outcome)),
        ]
    }
}

impl Loaded<'_> {
    /// Its metric.
    pub const METRIC: Metric = Metric {
        name: "cpex.document.loads",
        instrument: "counter",
        unit: "{load}",
        attributes: &["cpex.document.state"],
        doc: "documents that were put in force, and those that were not",
    };

    /// What it is kept under.
    #[must_use]
    pub const fn attributes(&self) -> [Attribute<'static>; 1] {
        [("cpex.document.state", Some(self.state))]
    }
}

impl LeftOut<'_> {
    /// Its metric.
    pub const METRIC: Metric = Metric {
        name: "cpex.background.left_out",
        instrument: "counter",
        unit: "{call}",
        attributes: &["cpex.plugin.name", "cpex.background.reason"],
        doc: "background calls that were not started",
    };

    /// What it is kept under.
    #[must_use]
    pub const fn attributes(&self) -> [Attribute<'_>; 2] {
        [("cpex.plugin.name", Some(self.plugin)), ("cpex.background.reason", Some(self.reason))]
    }
}

impl Dropped<'_> {
    /// Its metric.
    pub const METRIC: Metric = Metric {
        name: "cpex.audit.dropped",
        instrument: "counter",
        unit: "{record}",
        attributes: &["cpex.plugin.name"],
        doc: "records that an audit sink gave up",
    };

    /// What it is kept under.
    #[must_use]
    pub const fn attributes(&self) -> [Attribute<'_>; 1] {
        [("cpex.plugin.name", Some(self.plugin))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'a>(attributes: &[Attribute<'a>]) -> Vec<&'a str> {
        attributes.iter().map(|(name, _)| *name).collect()
    }

    #[test]
    fn what_is_told_is_kept_under_the_attributes_of_its_metric() {
        let duration = Duration::ZERO;
        let decided = Decided { hook: "h", route: None, decision: "allow", code: None, duration };
        assert_eq!(names(&decided.attributes()), Decided::METRIC.attributes);
        let called = Called { plugin: "p", requested: "allow", code: None, duration };
        assert_eq!(names(&called.attributes()), Called::METRIC.attributes);
        let stored = Stored { store: "session", operation: "load", outcome: "ok", duration };
        assert_eq!(names(&stored.attributes()), Stored::METRIC.attributes);
        let loaded = Loaded { state: "in_force", digest: None };
        assert_eq!(names(&loaded.attributes()), Loaded::METRIC.attributes);
        let left_out = LeftOut { plugin: "p", reason: "full" };
        assert_eq!(names(&left_out.attributes()), LeftOut::METRIC.attributes);
        let dropped = Dropped { plugin: "p", records: 1 };
        assert_eq!(names(&dropped.attributes()), Dropped::METRIC.attributes);
    }
}
