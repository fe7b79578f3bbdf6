//! The program that is being written.

use std::sync::Arc;

use crate::condition::Condition;
use crate::context::Context;
use crate::decision::Denial;
use crate::diagnostic::{Code, Diagnostic};
use crate::effect::{Action, Compiled};
use crate::fact::Vocabulary;
use crate::program::{Program, RuleIndex, Statement};
use crate::rule::Rule;
use crate::span::Span;

/// Statements and rules written so far, and where mistakes go.
pub(super) struct Assembly<'a, V: Vocabulary, D> {
    pub(super) context: &'a Context<'a, V, D>,
    pub(super) faults: &'a mut Vec<Diagnostic>,
    code: Vec<Statement<V::Attribute>>,
    rules: Vec<Rule>,
}

/// Where in the document a step stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its default name.
    name: String,
    /// The item of a list, or the field, that has this name.
    span: Span,
    /// The innermost `id` around it, and where that step stands.
    id: Option<(Arc<str>, Span)>,
    /// Whether it runs under a condition.
    pub(super) is_guarded: bool,
    /// How many lists and conditions it is nested in.
    pub(super) depth: usize,
}

/// A guard whose end is not written yet.
#[must_use = "a guard without an end would guard nothing"]
pub(super) struct Guard(usize);

impl Place {
    pub(super) fn new(name: String, span: Span) -> Self {
        Self { name, span, id: None, is_guarded: false, depth: 0 }
    }

    /// The place of the step of that index in a list here.
    pub(super) fn item(&self, index: usize, span: Span) -> Self {
        Self { name: format!("{}[{index}]", self.name), span, depth: self.depth + 1, ..self.clone() }
    }

    /// The place named `.word` here.
    pub(super) fn nested(&self, word: &str, span: Span) -> Self {
        Self { name: format!("{}.{word}", self.name), span, ..self.clone() }
    }

    /// The place of what runs here under a condition.
    pub(super) fn guarded(&self) -> Self {
        Self { is_guarded: true, depth: self.depth + 1, ..self.clone() }
    }

    /// The same place under an id of its own.
    pub(super) fn identified(&self, id: &str, at: Span) -> Self {
        Self { id: Some((id.into(), at)), ..self.clone() }
    }
}

impl<'a, V: Vocabulary, D> Assembly<'a, V, D> {
    pub(super) fn new(context: &'a Context<'a, V, D>, faults: &'a mut Vec<Diagnostic>) -> Self {
        Self { context, faults, code: Vec::new(), rules: Vec::new() }
    }

    pub(super) fn finish(self) -> Program<V::Attribute> {
        Program { code: self.code.into(), rules: self.rules.into() }
    }

    /// The rule a decision at that place is named after.
    pub(super) fn rule(&mut self, place: &Place) -> RuleIndex {
        let (id, span) = match &place.id {
            Some((id, span)) => (Arc::clone(id), *span),
            None => (Arc::from(place.name.as_str()), place.span),
        };
        let rule = Rule { id, at: self.context.sources.place(span).into() };
        if self.rules.last() != Some(&rule) {
            self.rules.push(rule);
        }
        self.rules.len() - 1
    }

    pub(super) fn guard(&mut self, condition: Condition<V::Attribute>, rule: RuleIndex) -> Guard {
        // The target is known once what is guarded is written.
        self.code.push(Statement::Unless(condition, usize::MAX, rule));
        Guard(self.code.len() - 1)
    }

    /// Ends what is guarded.
    #[expect(clippy::needless_pass_by_value, reason = "a guard is ended once")]
    pub(super) fn end(&mut self, guard: Guard) {
        let end = self.code.len();
        if let Some(Statement::Unless(_, target, _)) = self.code.get_mut(guard.0) {
            *target = end;
        }
    }

    pub(super) fn deny(&mut self, denial: Denial, rule: RuleIndex) {
        self.code.push(Statement::Deny(denial, rule));
    }

    pub(super) fn effect(&mut self, compiled: Compiled<V::Attribute>, rule: RuleIndex) {
        match compiled {
            Compiled::GoOn => {}
            Compiled::Deny(denial) => self.deny(denial, rule),
            Compiled::Perform(action) => self.perform(action, rule),
        }
    }

    pub(super) fn perform(&mut self, action: Action<V::Attribute>, rule: RuleIndex) {
        self.code.push(Statement::Perform(action, rule));
    }

    /// Adds a mistake.
    pub(super) fn refuse(&mut self, code: &'static Code, span: Span, message: impl Into<String>, help: Option<&str>) {
        let help = help.map(str::to_owned);
        self.faults.push(Diagnostic { help, ..Diagnostic::new(code, span, message) });
    }
}
