//! One route: what it protects, who must be identified, and the programs of its phases.

use std::sync::Arc;

use apl_cmf::EntityKind;
use apl_core::compile::{Context, Phase, compile};
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Value};
use apl_core::span::Sources;
use apl_core::{Action, Program, Scope};

use super::authentication::{self, Authenticator};
use super::response::{self, Response};
use super::table::Selector;
use crate::attribute::Attribute;
use crate::code;
use crate::declared::Declarations;
use crate::pattern::Pattern;
use crate::vocabulary::Vocabulary;

/// A compiled route.
#[derive(Debug)]
pub struct Route {
    /// Its layer name, `routes[i]`, as records and default rule names show it.
    pub layer: Arc<str>,
    /// Its key, `<entity>:<selector>` with `@<server>` where one is given; the attribute `route.key`.
    pub key: Arc<str>,
    /// Who must be identified, in order.
    pub authentication: Box<[Authenticator]>,
    /// What runs before the operation, in order.
    pub pre: Box<[Arc<Program<Attribute>>]>,
    /// What runs after it, in order.
    pub post: Box<[Arc<Program<Attribute>>]>,
    /// What an HTTP host answers a denied caller.
    pub response: Option<Arc<Response>>,
    /// Whether the phases before the operation read session labels or add one, so that it needs a session key.
    pub pre_needs_session: bool,
    /// Whether those after it do.
    pub post_needs_session: bool,
    /// Whether the phases after the operation read its arguments.
    pub post_reads_args: bool,
}

impl Route {
    /// Indexes of the plugins it names, sinks included.
    pub fn plugins(&self) -> impl Iterator<Item = usize> {
        let run =
            self.pre.iter().chain(&self.post).flat_map(|program| program.actions()).filter_map(|action| match action {
                Action::Run(run) => Some(run.index),
                Action::Taint(_) | Action::Rewrite(_) => None,
            });
        let identify = self.authentication.iter().filter_map(Authenticator::plugin);
        run.chain(identify)
    }
}

/// The spellings of the two step phases; one phase in two of them is refused before this runs.
const POLICY: [&[&str]; 3] = [&["policy"], &["pre_invocation"], &["authorization", "pre_invocation"]];
const POST_POLICY: [&[&str]; 3] = [&["post_policy"], &["post_invocation"], &["authorization", "post_invocation"]];

/// Compiles routes, keeping what they share.
pub(super) struct Compiler<'c> {
    context: Context<'c, Vocabulary, Declarations>,
    faults: &'c mut Vec<Diagnostic>,
}

impl<'c> Compiler<'c> {
    pub(super) fn new(declared: &'c Declarations, sources: &'c Sources, faults: &'c mut Vec<Diagnostic>) -> Self {
        Self { context: Context::new(&Vocabulary, declared, sources), faults }
    }

    pub(super) fn route(&mut self, index: usize, node: &Node) -> (Route, Vec<Selector>) {
        let layer: Arc<str> = format!("routes[{index}]").into();
        let (key, selectors) = self.selectors(index, node);
        let pre = self.side(&layer, node, (Phase::Args, &[&["args"]]), (Phase::Policy, &POLICY));
        let post = self.side(&layer, node, (Phase::Result, &[&["result"]]), (Phase::PostPolicy, &POST_POLICY));
        let route = Route {
            layer,
            key,
            authentication: node
                .get("authentication")
                .map(|node| authentication::compile(node, self.context.declared, self.faults))
                .unwrap_or_default(),
            pre_needs_session: pre.iter().any(|program| needs_session(program)),
            post_needs_session: post.iter().any(|program| needs_session(program)),
            post_reads_args: post.iter().any(|program| program.attributes().any(Attribute::reads_args)),
            pre,
            post,
            response: node.get("response").and_then(|node| response::compile(node, self.faults)).map(Arc::new),
        };
        (route, selectors)
    }

    fn side(
        &mut self,
        layer: &str,
        node: &Node,
        fields: (Phase, &[&[&str]]),
        steps: (Phase, &[&[&str]]),
    ) -> Box<[Arc<Program<Attribute>>]> {
        [fields, steps]
            .into_iter()
            .filter_map(|(phase, spellings)| Some((phase, spellings.iter().find_map(|path| at(node, path))?)))
            .map(|(phase, node)| Arc::new(compile(layer, phase, node, &self.context, self.faults)))
            .collect()
    }

    fn selectors(&mut self, index: usize, node: &Node) -> (Arc<str>, Vec<Selector>) {
        let written: Vec<(EntityKind, &Entry)> =
            EntityKind::ALL.into_iter().filter_map(|kind| Some((kind, node.entry(kind.name())?))).collect();
        let (kind, entry) = match written.as_slice() {
            [one] => *one,
            [] => {
                let message = "this route does not say what it protects";
                self.faults.push(Diagnostic::new(code::SELECTOR, node.span, message).help("add `tool: <name>`"));
                return (Arc::from(""), Vec::new());
            }
            [_, (_, second), ..] => {
                let message = "a route has exactly one selector";
                let help = "make a route of its own for each kind of entity";
                self.faults.push(Diagnostic::new(code::SELECTOR, second.key.span, message).help(help));
                return (Arc::from(""), Vec::new());
            }
        };
        let server = node.get("server").and_then(Node::text).map(|text| text.value.clone());
        let names = entry.value.one_or_many();
        if names.is_empty() {
            let message = format!("`{}` names nothing, so this route protects nothing", kind.name());
            self.faults.push(Diagnostic::new(code::SELECTOR, entry.key.span, message));
        }
        let mut shown = Vec::with_capacity(names.len());
        let mut selectors = Vec::with_capacity(names.len());
        for name in names {
            let Some(text) = name.text() else { continue };
            shown.push(text.value.as_str());
            match Pattern::parse(&text.value) {
                Ok(pattern) => {
                    selectors.push(Selector { kind, pattern, server: server.clone(), route: index, span: name.span });
                }
                Err(error) => self.faults.push(Diagnostic::new(code::PATTERN, name.span, error.to_string())),
            }
        }
        let at_server = server.map(|server| format!("@{server}")).unwrap_or_default();
        (format!("{}:{}{at_server}", kind.name(), shown.join(",")).into(), selectors)
    }
}

fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, key| node.get(key)).filter(|node| !matches!(node.value, Value::Null))
}

fn needs_session(program: &Program<Attribute>) -> bool {
    let adds = |action: &Action<Attribute>| matches!(action, Action::Taint(taint) if taint.scope == Scope::Session);
    program.actions().any(adds) || program.attributes().any(Attribute::reads_session)
}
