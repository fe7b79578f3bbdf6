//! The spans of an operation, for any subscriber of `tracing`: what is asked, which stage it is in, who is called.
//!
//! Names are static and [`ALL`] lists them. Spans hold names of the document, names of capabilities, codes and decisions;
//! never an argument, a result, a claim, a label, a header or who the caller is. Where nobody subscribes they cost a look at
//! one flag and no allocation.

use tracing::field::Empty;
use tracing::{Span, debug_span, info_span};

/// The target of every span, for filters.
pub const TARGET: &str = "cpex";

/// One span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanRow {
    /// Its name.
    pub name: &'static str,
    /// `INFO` or `DEBUG`.
    pub level: &'static str,
    /// The attributes it may have.
    pub attributes: &'static [&'static str],
    /// What it lasts for, for the documentation.
    pub doc: &'static str,
}

/// Every span, in the order of the documentation.
pub const ALL: &[SpanRow] = &[
    SpanRow {
        name: "cpex.invocation",
        level: "INFO",
        attributes: &[
            "cpex.hook",
            "cpex.phase",
            "cpex.operation",
            "gen_ai.operation.name",
            "gen_ai.tool.name",
            "gen_ai.prompt.name",
            "gen_ai.request.model",
            "gen_ai.agent.name",
            "cpex.route",
            "cpex.record",
            "cpex.decision",
            "cpex.code",
            "error.type",
        ],
        doc: "one side of an operation",
    },
    stage("cpex.stage.route", "finding what is in force"),
    stage("cpex.stage.identify", "finding out who is calling"),
    stage("cpex.stage.bind", "loading the labels of the session"),
    stage("cpex.stage.shape", "plugins that may modify"),
    stage("cpex.stage.decide", "the policy"),
    stage("cpex.stage.watch", "plugins that only look"),
    stage("cpex.stage.settle", "storing labels and writing the record"),
    SpanRow {
        name: "cpex.control",
        level: "INFO",
        attributes: &[
            "cpex.plugin.name",
            "cpex.plugin.kind",
            "cpex.plugin.mode",
            "cpex.requested",
            "cpex.decision",
            "cpex.code",
        ],
        doc: "one call of a plugin, a decision engine or another collaborator",
    },
    SpanRow {
        name: "cpex.store",
        level: "DEBUG",
        attributes: &["cpex.store.name", "cpex.store.operation", "cpex.store.outcome"],
        doc: "one call of a store",
    },
];

const fn stage(name: &'static str, doc: &'static str) -> SpanRow {
    SpanRow { name, level: "DEBUG", attributes: &[], doc }
}

macro_rules! stages {
    ($($function:ident $name:literal;)+) => {
        $(pub(crate) fn $function() -> Span {
            debug_span!(target: TARGET, $name)
        })+
    };
}

stages! {
    route "cpex.stage.route";
    identify "cpex.stage.identify";
    bind "cpex.stage.bind";
    shape "cpex.stage.shape";
    decide "cpex.stage.decide";
    watch "cpex.stage.watch";
    settle "cpex.stage.settle";
}

/// Who is called.
#[derive(Clone, Copy)]
pub(crate) struct Callee<'c> {
    /// Its name in the document.
    pub(crate) name: &'c str,
    pub(crate) kind: &'c str,
    /// The mode of a plugin; none of what has no modes.
    pub(crate) mode: Option<&'static str>,
}

macro_rules! control {
    ($callee:ident $(, $parent:tt: $none:expr)?) => {
        info_span!(
            target: TARGET,
            $($parent: $none,)?
            "cpex.control",
            cpex.plugin.name = $callee.name,
            cpex.plugin.kind = $callee.kind,
            cpex.plugin.mode = $callee.mode,
            cpex.requested = Empty,
            cpex.decision = Empty,
            cpex.code = Empty,
        )
    };
}

/// A call that the operation waits for.
pub(crate) fn control(callee: Callee<'_>) -> Span {
    control!(callee)
}

/// A call that outlives the operation: it follows from where it is started and is no part of it.
pub(crate) fn background_control(callee: Callee<'_>) -> Span {
    let span = control!(callee, parent: None);
    if !span.is_disabled() {
        span.follows_from(Span::current());
    }
    span
}

/// What a call ended with: what was asked for, what came of it where that is known, and the code.
pub(crate) fn answered(
    span: &Span,
    requested: &'static str,
    effective: Option<&'static str>,
    code: Option<&'static str>,
) {
    span.record("cpex.requested", requested);
    span.record("cpex.decision", effective);
    span.record("cpex.code", code);
}

/// A call of a store.
pub(crate) fn store(name: &'static str, operation: &'static str) -> Span {
    debug_span!(
        target: TARGET,
        "cpex.store",
        cpex.store.name = name,
        cpex.store.operation = operation,
        cpex.store.outcome = Empty,
    )
}

/// How it ended.
pub(crate) fn stored(span: &Span, outcome: &'static str) {
    span.record("cpex.store.outcome", outcome);
}
