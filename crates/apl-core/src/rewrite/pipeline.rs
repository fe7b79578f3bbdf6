//! A compiled pipeline, and which of its stages are in force for an operation.

use std::cell::RefCell;
use std::sync::Arc;

use super::watch::{Deeds, Watch};
use crate::condition::{Condition, ConditionFault, ConditionTrace};
use crate::effect::Taint;
use crate::fact::Facts;
use crate::field::Field;
use crate::rule::Rule;
use crate::stage::{Kind, Stage};

/// A compiled pipeline of one field.
#[derive(Debug)]
pub struct Rewrite<A> {
    /// Whether the field is of the arguments or of the result.
    pub side: Side,
    /// The field path as written.
    pub field: Arc<str>,
    pub(super) path: Arc<Field>,
    pub(super) links: Box<[Link]>,
    /// INVARIANT: at most 64, each guarding one stage that transforms.
    pub(super) conditions: Box<[Condition<A>]>,
}

/// A stage in its place in a pipeline.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) stage: Box<dyn Stage>,
    pub(super) kind: Kind,
    /// The bit of its condition; none where it has no condition.
    pub(super) guard: u64,
    /// The label of what it finds, if it looks for something.
    pub(super) label: Option<Taint>,
    /// Whether what it finds is refused.
    pub(super) denies: bool,
    /// What is written, for traces.
    pub(super) written: Box<str>,
}

/// Which payload a pipeline works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The arguments, before the operation.
    Args,
    /// The result, after it.
    Result,
}

/// A pipeline with the conditions of its stages decided for one operation.
#[derive(Debug)]
pub struct ActiveRewrite<'p, A> {
    /// The pipeline.
    pub rewrite: &'p Arc<Rewrite<A>>,
    /// The bits of the conditions that hold.
    pub(super) holding: u64,
    pub(super) max_depth: usize,
    pub(super) watch: Watch,
    /// Labels of what was found so far, each once.
    pub(super) labels: RefCell<Vec<&'p Taint>>,
}

/// A stage as it stands in a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageOutline<'p> {
    /// What is written.
    pub written: &'p str,
    /// Whether it judges values; one that does not changes them.
    pub judges: bool,
    /// Whether it is in force only under a condition.
    pub is_guarded: bool,
}

/// How deeply maps and lists may nest at most: as deeply as JSON is read.
const MAX_DEPTH: usize = 127;

impl<A> Rewrite<A> {
    /// The pipeline with its conditions decided.
    ///
    /// # Errors
    /// When a condition is neither true nor false.
    pub fn activate<F: Facts<Attribute = A>>(
        self: &Arc<Self>,
        facts: &F,
    ) -> Result<ActiveRewrite<'_, A>, ConditionFault> {
        self.activate_traced(facts, &Rule::default(), &mut ())
    }

    /// The same, each condition being told as one of the rule.
    pub(crate) fn activate_traced<F, T>(
        self: &Arc<Self>,
        facts: &F,
        rule: &Rule,
        trace: &mut T,
    ) -> Result<ActiveRewrite<'_, A>, ConditionFault>
    where
        F: Facts<Attribute = A>,
        T: ConditionTrace<A>,
    {
        let mut holding = 0;
        for (bit, condition) in self.conditions.iter().enumerate() {
            holding |= u64::from(condition.test_traced(facts, rule, trace)?) << bit;
        }
        Ok(ActiveRewrite {
            rewrite: self,
            holding,
            max_depth: MAX_DEPTH,
            watch: Watch::default(),
            labels: RefCell::default(),
        })
    }

    /// Every attribute its conditions mention, in written order; one that is mentioned twice comes twice.
    pub fn attributes(&self) -> impl Iterator<Item = &A> {
        self.conditions.iter().flat_map(Condition::attributes)
    }

    /// The labels its stages may add.
    pub fn labels(&self) -> impl Iterator<Item = &Taint> {
        self.links.iter().filter_map(|link| link.label.as_ref())
    }

    /// Every stage, in written order.
    pub fn stages(&self) -> impl Iterator<Item = StageOutline<'_>> {
        self.links.iter().map(|link| StageOutline {
            written: &link.written,
            judges: matches!(link.kind, Kind::Presence | Kind::Check) || link.denies,
            is_guarded: link.guard != 0,
        })
    }
}

impl<'p, A> ActiveRewrite<'p, A> {
    /// The same for values whose maps and lists nest at most so deeply; 127 is the most there is. A value found to nest
    /// deeper is refused as [`crate::RewriteFault::Unreadable`], by whatever stages.
    #[must_use]
    pub fn within(self, max_depth: usize) -> Self {
        Self { max_depth: max_depth.min(MAX_DEPTH), ..self }
    }

    /// Whether a stage in force could change a value, so that a payload it cannot read must be withheld.
    #[must_use]
    pub fn could_transform(&self) -> bool {
        self.links().any(|link| link.kind == Kind::Transform)
    }

    /// Every stage as written, and whether it is in force, in written order.
    pub fn stages(&self) -> impl Iterator<Item = (&'p str, bool)> {
        let holding = self.holding;
        self.rewrite.links.iter().map(move |link| (&*link.written, link.is_in_force(holding)))
    }

    /// Notes from here on what each stage does with the values it meets.
    pub fn watch(&self) {
        self.watch.begin(self.rewrite.links.len());
    }

    /// The labels of what was found so far, in the order it was found.
    pub fn labels(&self) -> Vec<&'p Taint> {
        self.labels.borrow().clone()
    }

    /// What each stage did so far, in written order; nothing where nobody watches.
    pub fn deeds(&self) -> impl Iterator<Item = Deeds> {
        self.watch.deeds()
    }

    pub(super) fn add_label(&self, label: &'p Taint) {
        let mut labels = self.labels.borrow_mut();
        if !labels.contains(&label) {
            labels.push(label);
        }
    }

    /// Whether any stage is in force.
    pub(super) fn acts(&self) -> bool {
        self.links().next().is_some()
    }

    pub(super) fn is_required(&self) -> bool {
        self.links().any(|link| link.kind == Kind::Presence)
    }

    /// The stages in force, in written order.
    pub(super) fn links(&self) -> impl Iterator<Item = &'p Link> {
        self.numbered().map(|(_, link)| link)
    }

    /// The same, each with its index in the pipeline.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &'p Link)> {
        let holding = self.holding;
        self.rewrite.links.iter().enumerate().filter(move |(_, link)| link.is_in_force(holding))
    }
}

impl Link {
    /// Whether it is in force where the conditions of these bits hold.
    const fn is_in_force(&self, holding: u64) -> bool {
        self.guard == 0 || self.guard & holding != 0
    }
}
