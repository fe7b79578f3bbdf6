//! Policies as trees: what generators make, the printer writes and the reference evaluator interprets.

use serde_json::{Map, Value as Json};

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Yes(Path),
    Exists(Path),
    Equal(Operand, Operand),
    Unequal(Operand, Operand),
    /// `<`, `<=`, `>` or `>=`.
    Ordered(Operand, &'static str, Operand),
    Contains(Operand, Operand),
    /// `in`, or `not in`.
    In {
        not: bool,
        item: Operand,
        members: Members,
    },
    Matches(Operand, Pattern),
}

#[derive(Clone, Debug)]
pub(super) enum Members {
    Path(Path),
    List(Vec<Literal>),
}

#[derive(Clone, Debug)]
pub(super) enum Operand {
    Path(Path),
    Literal(Literal),
}

#[derive(Clone, Debug)]
pub(super) enum Literal {
    Text(String),
    /// As JSON writes it.
    Number(&'static str),
    Bool(bool),
}

/// A regular expression and, so that the reference needs no engine of its own, what it means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern {
    pub(super) regex: &'static str,
    pub(super) is_found: fn(&str) -> bool,
}

/// An attribute: a fixed name such as `subject.roles`, or a namespace such as `args` and a way into it.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) root: &'static str,
    pub(super) rest: Vec<Segment>,
}

#[derive(Clone, Debug)]
pub(super) enum Segment {
    Name(&'static str),
    Key(&'static str),
    Index(usize),
    At(Path),
}

/// A tree and how the document writes it.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    pub(super) tree: T,
    pub(super) text: String,
}

pub(super) type Guard = Written<Expr>;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Require(Vec<Guard>),
    Line(Option<Guard>, Effect),
    Deny {
        id: Option<String>,
        denial: Denial,
    },
    /// `{when: e, do: ..}`, or `{"e": ..}`.
    Guarded {
        id: Option<String>,
        as_key: bool,
        guard: Guard,
        body: Body,
    },
    Sequential {
        id: Option<String>,
        steps: Vec<Step>,
    },
    Parallel {
        id: Option<String>,
        branches: Vec<Step>,
    },
    /// `{engine: {..}, on_allow: [..], on_deny: [..]}`.
    Ask {
        id: Option<String>,
        question: Question,
        on_allow: Option<Vec<Step>>,
        on_deny: Option<Vec<Step>>,
        /// Whether the reactions stand inside the map of the engine.
        is_inside: bool,
    },
    /// An effect that is written as a map: `declassify` or `delegate`.
    Mapped {
        id: Option<String>,
        effect: Effect,
    },
    Restrict {
        id: Option<String>,
        narrowing: Narrowing,
    },
}

/// What an engine is asked: the answer it is told to give, and values it is told.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) answer: &'static str,
    pub(super) values: Vec<(&'static str, Hole)>,
}

/// A value of a question.
#[derive(Clone, Debug)]
pub(super) enum Hole {
    Literal(Json),
    /// `${path}` alone.
    Alone(Written<Path>),
    /// `${path}` between these.
    Within(&'static str, Written<Path>, &'static str),
}

/// One `restrict`. What is none was not written.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrowing {
    pub(super) allow_models: Option<Vec<&'static str>>,
    pub(super) deny_models: Option<Vec<&'static str>>,
    pub(super) allow_regions: Option<Vec<&'static str>>,
    pub(super) allow_sites: Option<Vec<&'static str>>,
    pub(super) max_cost_tier: Option<&'static str>,
    pub(super) custom: Vec<(&'static str, Json)>,
    pub(super) on_empty: Option<&'static str>,
}

/// A credential that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Delegate {
    pub(super) delegator: &'static str,
    pub(super) target: Option<&'static str>,
    pub(super) audience: Option<&'static str>,
    pub(super) permissions: Vec<&'static str>,
    pub(super) subject: Option<&'static str>,
    pub(super) actor: Option<&'static str>,
    pub(super) on_error: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    One(Box<Step>),
    Many(Vec<Step>),
}

#[derive(Clone, Debug)]
pub(super) enum Effect {
    Allow,
    Deny(Denial),
    Taint {
        label: &'static str,
        scope: Option<&'static str>,
    },
    Run(&'static str),
    Declassify(&'static str),
    Delegate(Delegate),
    /// A pipeline over a field of `args` or `result`.
    Field(&'static str, Pipeline),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Denial {
    pub(super) reason: Option<String>,
    pub(super) code: Option<String>,
    pub(super) details: Option<Map<String, Json>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Name(&'static str),
    Each,
    Any,
}

#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    pub(super) field: Written<Vec<Part>>,
    pub(super) stages: Vec<Stage>,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    Required,
    /// A stage of one word that asks for a form.
    Form(&'static str),
    Enum(Vec<Literal>),
    Regex(Pattern),
    Len(Option<usize>, Option<usize>),
    /// Two bounds as written, and as JSON numbers.
    Range(Option<Bound>, Option<Bound>),
    MaxBytes(usize),
    Mask(usize),
    Redact(Option<Guard>),
    Omit(Option<Guard>),
}

/// A bound as a pipeline writes it, and the same number as JSON writes it.
pub(super) type Bound = (&'static str, &'static str);

#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    pub(super) tool: &'static str,
    pub(super) args: Vec<Pipeline>,
    pub(super) policy: Vec<Step>,
    pub(super) result: Vec<Pipeline>,
    pub(super) post_policy: Vec<Step>,
}
