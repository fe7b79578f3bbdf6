//! The layers of a document, as lints see them.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::absence;
use super::pipeline::Pipeline;
use super::step::{self, Step};
use crate::effect::Scope;
use crate::expr::Expr;
use crate::node::{Node, Text};
use crate::path::Path;

/// What lints are told of a document.
#[derive(Debug, Default)]
pub struct Document<'n> {
    /// Every layer that holds policy.
    pub layers: Vec<Layer<'n>>,
    /// Whether labels may be added by something that is no rule, such as a plugin with that capability.
    pub has_other_writers: bool,
    /// Whether labels may be read by something that is no rule.
    pub has_other_readers: bool,
    /// What the operator states, the attributes `data.*`; none where that is not known.
    pub data: Option<&'n Map<String, Json>>,
}

/// One layer, as written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layer<'n> {
    /// The field pipelines of the arguments.
    pub args: Option<&'n Node>,
    /// The steps before the operation.
    pub policy: Option<&'n Node>,
    /// The field pipelines of the result.
    pub result: Option<&'n Node>,
    /// The steps after the operation.
    pub post_policy: Option<&'n Node>,
    /// Paths of attributes that always have a value in this layer, though the vocabulary leaves them open.
    pub present: [&'static [&'static str]; 2],
    /// Whether it is in force together with other layers, whichever those are.
    pub is_shared: bool,
}

/// A document, read.
pub(super) struct Outline<'n> {
    pub(super) layers: Vec<Outlined<'n>>,
    /// The indexes of the layers that are in force together with others: few, where there are many routes.
    shared: Vec<usize>,
    pub(super) document: &'n Document<'n>,
    is_open: &'n dyn Fn(&Path) -> bool,
}

/// A layer, read.
pub(super) struct Outlined<'n> {
    pub(super) args: Vec<Pipeline<'n>>,
    pub(super) result: Vec<Pipeline<'n>>,
    pub(super) policy: Vec<Step<'n>>,
    pub(super) post_policy: Vec<Step<'n>>,
    /// The attributes without which no operation gets past each of its lists of steps.
    needed: [HashSet<String>; 2],
    layer: Layer<'n>,
}

/// A list of steps, and what is in force beside it.
pub(super) struct Scene<'o, 'n> {
    pub(super) steps: &'o [Step<'n>],
    outline: &'o Outline<'n>,
    layer: &'o Outlined<'n>,
    /// Its place among the lists of the layer.
    phase: usize,
}

impl<'n> Outline<'n> {
    pub(super) fn new(document: &'n Document<'n>, is_open: &'n dyn Fn(&Path) -> bool) -> Self {
        let layers = document.layers.iter().map(Outlined::new).collect();
        let shared = document.layers.iter().enumerate().filter(|(_, layer)| layer.is_shared);
        Self { layers, shared: shared.map(|(index, _)| index).collect(), document, is_open }
    }

    /// The lists of steps of every layer, each with what is in force beside it.
    pub(super) fn scenes(&self) -> impl Iterator<Item = Scene<'_, 'n>> {
        self.layers.iter().flat_map(move |layer| {
            let lists = layer.lists().into_iter().enumerate();
            lists.map(move |(phase, steps)| Scene { outline: self, layer, phase, steps })
        })
    }

    /// Every step, those inside others included.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step<'n>> {
        self.layers.iter().flat_map(|layer| layer.lists()).flat_map(|steps| step::all(steps))
    }

    /// Every expression with the text it was read from, those of pipelines included.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&'n Text, &Expr)> {
        let of_stages = self.layers.iter().flat_map(|layer| layer.args.iter().chain(&layer.result));
        self.steps().flat_map(Step::conditions).chain(of_stages.flat_map(Pipeline::conditions))
    }

    /// The labels that stages of pipelines add.
    pub(super) fn stage_labels(&self) -> impl Iterator<Item = (&'n str, Scope)> {
        self.layers.iter().flat_map(|layer| layer.args.iter().chain(&layer.result)).flat_map(Pipeline::labels)
    }
}

impl<'o, 'n> Scene<'o, 'n> {
    /// Whether an operation may get past everything else without the attribute. Facts under `data` are the operator's own.
    pub(super) fn may_lack(&self, path: &Path) -> bool {
        let name = path.to_string();
        let needs = |layer: &Outlined<'_>| layer.needed.iter().take(self.phase + 1).any(|names| names.contains(&name));
        path.namespace() != "data"
            && (self.outline.is_open)(path)
            && !self.layer.layer.present.iter().any(|names| names.contains(&name.as_str()))
            && !self.pipelines(path).any(|pipeline| pipeline.requires(path))
            && !self.beside().any(needs)
    }

    /// Whether a layer that may be in force before this one has a step that may deny. One list follows the other.
    pub(super) fn is_gated_before(&self) -> bool {
        let mut shared = self.beside().filter(|layer| layer.layer.is_shared && !std::ptr::eq(*layer, self.layer));
        self.phase > 0 || shared.any(|layer| layer.policy.iter().any(Step::may_deny))
    }

    /// The pipelines that may have treated the payload the path begins with.
    pub(super) fn pipelines(&self, path: &Path) -> impl Iterator<Item = &'o Pipeline<'n>> {
        let (is_args, is_result) = (path.namespace() == "args", path.namespace() == "result");
        self.beside().flat_map(move |layer| {
            let args = layer.args.iter().filter(move |_| is_args);
            args.chain(layer.result.iter().filter(move |_| is_result))
        })
    }

    /// The expressions of its steps with the text each was read from, those inside others included.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&'n Text, &'o Expr)> {
        step::all(self.steps).into_iter().flat_map(Step::conditions)
    }

    /// Every layer that may be in force together with this one, itself included.
    fn beside(&self) -> impl Iterator<Item = &'o Outlined<'n>> {
        let Outline { layers, shared, .. } = self.outline;
        let (every, own) =
            if self.layer.layer.is_shared { (layers.as_slice(), None) } else { (&[][..], Some(self.layer)) };
        let some = own.into_iter().flat_map(|own| shared.iter().filter_map(|index| layers.get(*index)).chain([own]));
        every.iter().chain(some)
    }
}

impl<'n> Outlined<'n> {
    fn new(layer: &Layer<'n>) -> Self {
        let fields = |node: Option<&'n Node>| {
            let entries = node.map(Node::entries).unwrap_or_default();
            entries.iter().filter_map(Pipeline::read).collect::<Vec<_>>()
        };
        let steps = |node: Option<&'n Node>| step::list(node.map(Node::one_or_many).unwrap_or_default());
        let (policy, post_policy) = (steps(layer.policy), steps(layer.post_policy));
        Self {
            args: fields(layer.args),
            result: fields(layer.result),
            needed: [absence::needed(&policy), absence::needed(&post_policy)],
            policy,
            post_policy,
            layer: *layer,
        }
    }

    /// Its lists of steps, that before the operation first.
    pub(super) fn lists(&self) -> [&[Step<'n>]; 2] {
        [&self.policy, &self.post_policy]
    }
}
