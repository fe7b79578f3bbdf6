//! One section of a document that holds layer keys, compiled once however many operations it is in force for.

use std::collections::BTreeSet;
use std::sync::Arc;

use apl_core::Program;
use apl_core::compile::{Context, Phase, WrittenQuestion, compile};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Value};
use apl_core::span::Sources;

use super::authentication::{self, Authentication};
use super::overrides::{Changed, Override, Overrides};
use super::required;
use super::response::{self, Response};
use crate::attribute::Attribute;
use crate::declared::Declarations;
use crate::vocabulary::Vocabulary;

/// A compiled phase, shared by the plans it is in force under.
pub(super) type Shared = Arc<Program<Attribute>>;

/// What one section says.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) authentication: Option<Authentication>,
    pub(super) args: Option<Shared>,
    pub(super) policy: Option<Shared>,
    pub(super) result: Option<Shared>,
    pub(super) post_policy: Option<Shared>,
    /// The permissions that its phases before the operation require of every caller.
    pub(super) required_permissions: BTreeSet<Arc<str>>,
    pub(super) response: Option<Arc<Response>>,
    pub(super) plugins: Box<[Changed]>,
}

/// The keys of a section by which it is a layer.
const KEYS: [&str; 10] = [
    "authentication",
    "args",
    "policy",
    "pre_invocation",
    "authorization",
    "result",
    "post_policy",
    "post_invocation",
    "response",
    "plugins",
];

/// The spellings of a phase, each as the keys that lead to it; one phase in two of them is refused before this runs.
const fn spellings(phase: Phase) -> &'static [&'static [&'static str]] {
    match phase {
        Phase::Args => &[&["args"]],
        Phase::Policy => &[&["policy"], &["pre_invocation"], &["authorization", "pre_invocation"]],
        Phase::Result => &[&["result"]],
        Phase::PostPolicy => &[&["post_policy"], &["post_invocation"], &["authorization", "post_invocation"]],
    }
}

/// Compiles sections. One serves a document, so that what must be unique in it is compared across its layers.
pub(super) struct Compiler<'c> {
    context: Context<'c, Vocabulary, Declarations>,
    overrides: Overrides,
    pub(super) faults: &'c mut Vec<Diagnostic>,
}

impl<'c> Compiler<'c> {
    pub(super) fn new(declared: &'c Declarations, sources: &'c Sources, faults: &'c mut Vec<Diagnostic>) -> Self {
        Self { context: Context::new(&Vocabulary, declared, sources), overrides: Overrides::default(), faults }
    }

    /// The questions that the compiled sections ask decision engines, and the plugins they change.
    pub(super) fn into_parts(self) -> (Vec<WrittenQuestion>, Vec<Override>) {
        (self.context.into_questions(), self.overrides.into_all())
    }

    /// The section of that layer name. One that is not there says nothing.
    pub(super) fn layer(&mut self, name: &str, section: Option<&Node>) -> Layer {
        let Some(section) = section else { return Layer::default() };
        let args = self.phase(name, section, Phase::Args);
        let policy = self.phase(name, section, Phase::Policy);
        Layer {
            required_permissions: args.iter().chain(&policy).flat_map(required::permissions).collect(),
            authentication: section
                .get("authentication")
                .map(|node| authentication::compile(node, self.context.declared, self.faults)),
            args,
            policy,
            result: self.phase(name, section, Phase::Result),
            post_policy: self.phase(name, section, Phase::PostPolicy),
            response: section.get("response").and_then(|node| response::compile(node, self.faults)).map(Arc::new),
            plugins: section
                .get("plugins")
                .map(|node| self.overrides.read(node, self.context.declared, self.faults))
                .unwrap_or_default(),
        }
    }

    fn phase(&mut self, name: &str, section: &Node, phase: Phase) -> Option<Shared> {
        let node = spellings(phase).iter().find_map(|path| at(section, path))?;
        Some(Arc::new(compile(name, phase, node, &self.context, self.faults)))
    }
}

/// Whether a section has a layer key, so that a document with it enforces something.
pub(super) fn is_written(section: &Node) -> bool {
    KEYS.iter().any(|key| section.entry(key).is_some())
}

fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, key| node.get(key)).filter(|node| !matches!(node.value, Value::Null))
}
