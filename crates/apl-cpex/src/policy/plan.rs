//! What is in force for one operation: its layers put together.

use std::collections::BTreeSet;
use std::sync::Arc;

use apl_core::{Action, Delegate, Program, Request, Scope, Site, denies_certainly};

use super::authentication::{Authentication, Authenticator};
use super::layer::{Layer, Shared};
use super::overrides;
use super::response::Response;
use crate::attribute::Attribute;
use crate::facts::Facts;

/// Who must be identified and what runs on both sides of an operation. A plan shares the programs of its layers.
#[derive(Debug)]
pub struct Plan {
    /// The route it is for; none for the operations that no route matches.
    pub route: Option<Matched>,
    /// Who must be identified, in order.
    pub authentication: Box<[Authenticator]>,
    /// What runs before the operation, in order.
    pub pre: Box<[Arc<Program<Attribute>>]>,
    /// What runs after it, in order.
    pub post: Box<[Arc<Program<Attribute>>]>,
    /// The permissions that every caller needs for the operation to happen, sorted: without any one of them it is denied. What
    /// only some callers need, or only for some arguments, is not among them.
    pub required_permissions: Box<[Arc<str>]>,
    /// What an HTTP host answers a denied caller.
    pub response: Option<Arc<Response>>,
    /// The plugins that its layers change: indexes of declared plugins and of overrides.
    overrides: Box<[(usize, usize)]>,
    /// Whether the phases before the operation read session labels or add one, so that it needs a session key.
    pub pre_needs_session: bool,
    /// Whether those after it do.
    pub post_needs_session: bool,
    /// Whether the phases after the operation read its arguments.
    pub post_reads_args: bool,
}

/// The names of a route.
#[derive(Clone, Debug)]
pub struct Matched {
    /// Its layer name, `routes[i]`, as records and default rule names show it.
    pub layer: Arc<str>,
    /// Its key, `<entity>:<selector>` with `@<server>` where one is given; the attribute `route.key`.
    pub key: Arc<str>,
}

impl Plan {
    /// Puts layers together, the most general first. Within a phase they run in that order.
    pub(super) fn of(route: Option<Matched>, layers: &[&Layer], response: Option<Arc<Response>>) -> Self {
        let phase = |of: fn(&Layer) -> Option<&Shared>| layers.iter().copied().filter_map(of).cloned();
        let pre: Box<[Shared]> =
            phase(|layer| layer.args.as_ref()).chain(phase(|layer| layer.policy.as_ref())).collect();
        let post: Box<[Shared]> =
            phase(|layer| layer.result.as_ref()).chain(phase(|layer| layer.post_policy.as_ref())).collect();
        let required: BTreeSet<&Arc<str>> = layers.iter().flat_map(|layer| &layer.required_permissions).collect();
        Self {
            route,
            required_permissions: required.into_iter().cloned().collect(),
            authentication: Authentication::in_force(layers.iter().filter_map(|layer| layer.authentication.as_ref())),
            pre_needs_session: pre.iter().any(|program| needs_session(program)),
            post_needs_session: post.iter().any(|program| needs_session(program)),
            post_reads_args: post.iter().any(|program| program.attributes().any(Attribute::reads_args)),
            overrides: overrides::in_force(layers.iter().map(|layer| &*layer.plugins)),
            pre,
            post,
            response,
        }
    }

    /// The key of its route, if it has one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.route.as_ref().map(|route| &*route.key)
    }

    /// The index of the override that is in force of a declared plugin, if there is one.
    #[must_use]
    pub fn overridden(&self, plugin: usize) -> Option<usize> {
        self.overrides.iter().find(|(declared, _)| *declared == plugin).map(|(_, index)| *index)
    }

    /// The declared plugins of which an override is in force, each with the index of that.
    pub fn overrides(&self) -> impl Iterator<Item = (usize, usize)> {
        self.overrides.iter().copied()
    }

    /// Whether an operation of the caller could be allowed with some arguments. Only a certain denial says no: what steps
    /// may add, a type error and what an engine, a plugin or a person may say count for nothing.
    #[must_use]
    pub fn could_allow(&self, facts: &Facts<'_>) -> bool {
        !denies_certainly(&self.pre, facts, &Attribute::is_known_beforehand)
    }

    /// The credentials that its steps mint.
    pub fn delegations(&self) -> impl Iterator<Item = &Delegate> {
        self.pre.iter().chain(&self.post).flat_map(|program| program.actions()).filter_map(|action| match action {
            Action::Delegate(delegate) => Some(&**delegate),
            _ => None,
        })
    }

    /// Whether the phases after the operation can run on a text while it comes: all there is are pipelines that change and look,
    /// that judge no value for what it is, and whose conditions nothing of the answer decides.
    #[must_use]
    pub fn post_streams(&self) -> bool {
        self.post.iter().all(|program| streams(program))
    }

    /// Indexes of the plugins it names, sinks included.
    pub fn plugins(&self) -> impl Iterator<Item = usize> {
        let named = self.pre.iter().chain(&self.post).flat_map(|program| program.actions()).filter_map(named);
        let identify = self.authentication.iter().filter_map(Authenticator::plugin);
        named.chain(identify)
    }
}

/// The index of the plugin an action names.
const fn named(action: &Action<Attribute>) -> Option<usize> {
    match action {
        Action::Run(run) => Some(run.index),
        Action::RunField(run) => Some(run.index),
        Action::Delegate(delegate) => Some(delegate.index),
        Action::Elicit(elicit) => Some(elicit.index),
        Action::Taint(_) | Action::Declassify(_) | Action::Restrict(_) | Action::Rewrite(_) => None,
    }
}

/// Whether a program can run on a text while it comes, however that goes on.
fn streams(program: &Program<Attribute>) -> bool {
    let only_treats = |action: &Action<Attribute>| match action {
        Action::Rewrite(rewrite) => {
            let judges = rewrite.stages().any(|stage| stage.judges);
            // A label of the session is stored before anything of the answer is released.
            !judges && rewrite.labels().all(|label| label.scope == Scope::Message)
        }
        _ => false,
    };
    program.is_of_pipelines()
        && program.actions().all(only_treats)
        && !program.attributes().any(Attribute::awaits_answer)
}

/// Whether a program reads labels of the session or changes them. What an engine reads is not known here.
fn needs_session(program: &Program<Attribute>) -> bool {
    let needs = |site: Site<'_, Attribute>| match site.request {
        Request::Ask(_) | Request::Perform(Action::Declassify(_)) => true,
        Request::Perform(Action::Taint(taint)) => taint.scope == Scope::Session,
        Request::Perform(Action::Rewrite(rewrite)) => rewrite.labels().any(|label| label.scope == Scope::Session),
        Request::Perform(_) => false,
    };
    program.sites().any(needs) || program.attributes().any(Attribute::reads_session)
}
