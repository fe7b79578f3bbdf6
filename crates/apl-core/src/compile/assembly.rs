//! The program that is being written.

use std::sync::Arc;

use crate::codes;
use crate::condition::Condition;
use crate::context::{Context, Declared, Phase};
use crate::decision::Denial;
use crate::diagnostic::{Code, Diagnostic};
use crate::effect::{Action, Ask, Compiled};
use crate::fact::Vocabulary;
use crate::program::{Program, RuleIndex, Statement};
use crate::rewrite::{Part, Side};
use crate::rule::Rule;
use crate::span::Span;

/// Statements and rules written so far, and where mistakes go.
pub(super) struct Assembly<'a, V: Vocabulary, D> {
    pub(super) context: &'a Context<'a, V, D>,
    pub(super) faults: &'a mut Vec<Diagnostic>,
    code: Vec<Statement<V::Attribute>>,
    rules: Vec<Rule>,
    places: Vec<Span>,
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
    pub(super) phase: Phase,
    /// Whether it runs beside other steps.
    in_parallel: bool,
    /// Whether it runs because a decision engine denied.
    after_denial: bool,
}

/// A guard whose end is not written yet.
#[must_use = "a guard without an end would guard nothing"]
pub(super) struct Guard(usize);

/// A question whose reactions are not written yet.
#[must_use = "a question without an end has no reactions"]
pub(super) struct Asked(usize);

impl Place {
    pub(super) fn new(name: String, span: Span, phase: Phase) -> Self {
        Self { name, span, id: None, is_guarded: false, depth: 0, phase, in_parallel: false, after_denial: false }
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

    /// The place of what runs here beside other steps.
    pub(super) fn forked(&self) -> Self {
        Self { in_parallel: true, depth: self.depth + 1, ..self.clone() }
    }

    /// The place of what runs here because a decision engine denied.
    pub(super) fn denied(&self) -> Self {
        Self { after_denial: true, ..self.guarded() }
    }

    /// The same place under an id of its own.
    pub(super) fn identified(&self, id: &str, at: Span) -> Self {
        Self { id: Some((id.into(), at)), ..self.clone() }
    }
}

impl<'a, V: Vocabulary, D: Declared> Assembly<'a, V, D> {
    pub(super) fn new(context: &'a Context<'a, V, D>, faults: &'a mut Vec<Diagnostic>) -> Self {
        Self { context, faults, code: Vec::new(), rules: Vec::new(), places: Vec::new() }
    }

    pub(super) fn finish(self) -> Program<V::Attribute> {
        Program { code: self.code.into(), rules: self.rules.into(), places: self.places.into() }
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
            self.places.push(span);
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
        if let Some(Statement::Unless(_, target, _) | Statement::Jump(target)) = self.code.get_mut(guard.0) {
            *target = end;
        }
    }

    pub(super) fn deny(&mut self, denial: Denial, rule: RuleIndex) {
        self.code.push(Statement::Deny(denial, rule));
    }

    /// Writes what an effect at that place comes to.
    pub(super) fn effect(&mut self, compiled: Compiled<V::Attribute>, place: &Place, span: Span) {
        match compiled {
            Compiled::GoOn => {}
            Compiled::Deny(denial) => {
                let rule = self.rule(place);
                self.deny(denial, rule);
            }
            Compiled::Ask(ask) => {
                let rule = self.rule(place);
                self.code.push(Statement::Ask(Box::new(ask), None, rule));
            }
            Compiled::Perform(action) => self.perform(action, place, span),
            Compiled::Pipeline(parts) => self.pipeline(parts, place, span),
        }
    }

    /// Writes a field pipeline, if it may stand at that place.
    pub(super) fn pipeline(&mut self, parts: Vec<Part<V::Attribute>>, place: &Place, span: Span) {
        let before = self.faults.len();
        for part in parts {
            // One mistake is one finding.
            if self.faults.len() > before {
                return;
            }
            match part {
                Part::Stages(rewrite) => self.perform(Action::Rewrite(rewrite), place, span),
                Part::Plugin(run) => self.perform(Action::RunField(run), place, span),
            }
        }
    }

    /// Writes an action, if it may stand at that place.
    pub(super) fn perform(&mut self, action: Action<V::Attribute>, place: &Place, span: Span) {
        if let Some((message, help)) = misplaced(&action, place, self.context.declared) {
            return self.refuse(codes::MISPLACED, span, message, Some(help));
        }
        let rule = self.rule(place);
        self.code.push(Statement::Perform(action, rule));
    }

    /// Writes a question; what follows is the reaction to a permit.
    pub(super) fn ask(&mut self, ask: Ask<V::Attribute>, rule: RuleIndex) -> Asked {
        self.code.push(Statement::Ask(Box::new(ask), None, rule));
        Asked(self.code.len() - 1)
    }

    /// Ends the reaction to a permit; what follows is the reaction to a denial.
    pub(super) fn on_deny(&mut self, asked: &Asked) -> Guard {
        self.code.push(Statement::Jump(usize::MAX));
        let here = self.code.len();
        if let Some(Statement::Ask(_, target, _)) = self.code.get_mut(asked.0) {
            *target = Some(here);
        }
        Guard(here - 1)
    }

    /// Ends the reaction to a denial: none of it turned the denial into an allow.
    pub(super) fn end_on_deny(&mut self, jump: Guard, rule: RuleIndex) {
        self.code.push(Statement::DenyAsked(rule));
        self.end(jump);
    }

    /// Ends a question and all its reactions: whether they act on the outside is known now.
    #[expect(clippy::needless_pass_by_value, reason = "a question is ended once")]
    pub(super) fn end_ask(&mut self, asked: Asked) {
        let acts = self.code.iter().skip(asked.0).any(acts);
        if let Some(Statement::Ask(ask, ..)) = self.code.get_mut(asked.0) {
            ask.acts = acts;
        }
    }

    /// Writes branches that run side by side.
    pub(super) fn fork(&mut self, branches: Vec<Program<V::Attribute>>, rule: RuleIndex) {
        let branches = branches.into_iter().map(|program| [Arc::new(program)]).collect();
        self.code.push(Statement::Fork(branches, rule));
    }

    /// Adds a mistake.
    pub(super) fn refuse(&mut self, code: &'static Code, span: Span, message: impl Into<String>, help: Option<&str>) {
        let help = help.map(str::to_owned);
        self.faults.push(Diagnostic { help, ..Diagnostic::new(code, span, message) });
    }
}

/// Whether a statement of a reaction acts on the outside.
fn acts<A>(statement: &Statement<A>) -> bool {
    match statement {
        Statement::Perform(Action::Delegate(_) | Action::Run(_) | Action::RunField(_), _) => true,
        Statement::Fork(branches, _) => branches.iter().flatten().any(|branch| branch.code.iter().any(acts)),
        Statement::Perform(..)
        | Statement::Unless(..)
        | Statement::Deny(..)
        | Statement::Ask(..)
        | Statement::DenyAsked(_)
        | Statement::Jump(_) => false,
    }
}

/// Why an action cannot stand at that place, and what to do.
fn misplaced<A, D: Declared>(action: &Action<A>, place: &Place, declared: &D) -> Option<(String, &'static str)> {
    const SERIAL: &str = "move it before or after `parallel`";
    match action {
        Action::Elicit(elicit) if place.phase == Phase::PostPolicy => {
            let message = format!("`{}` cannot wait after the operation, which has happened already", elicit.verb);
            Some((message, "move it to `policy`"))
        }
        Action::Elicit(elicit) if place.after_denial => {
            let message = format!("`{}` cannot follow a denial, which no answer turns into an allow", elicit.verb);
            Some((message, "move it out of `on_deny`"))
        }
        Action::Elicit(elicit) if place.in_parallel => {
            Some((format!("`{}` cannot wait in `parallel`", elicit.verb), SERIAL))
        }
        Action::Delegate(_) if place.in_parallel => Some(("`delegate` cannot run in `parallel`".to_owned(), SERIAL)),
        Action::Run(run) if place.in_parallel && declared.may_modify(run.index) => {
            let message = format!("plugin `{}` may modify the operation and cannot run in `parallel`", run.plugin);
            Some((message, "give it `mode: concurrent`, or move it before or after `parallel`"))
        }
        Action::Rewrite(rewrite) => misplaced_field(rewrite.side, place),
        Action::RunField(run) => misplaced_field(run.side, place),
        _ => None,
    }
}

/// Why a field operation on that side cannot stand at that place, and what to do.
fn misplaced_field(side: Side, place: &Place) -> Option<(String, &'static str)> {
    match (side, place.phase) {
        _ if place.in_parallel => {
            Some(("a field operation cannot run in `parallel`".to_owned(), "move it before or after `parallel`"))
        }
        (Side::Result, Phase::Policy) => {
            Some(("there is no result before the operation".to_owned(), "move it to `post_policy`"))
        }
        (Side::Args, Phase::PostPolicy) => {
            let message = "the arguments were used already: the operation has happened".to_owned();
            Some((message, "move it to `policy`"))
        }
        _ => None,
    }
}
