//! The policy of a document, compiled, and how an operation finds what is in force for it.
//!
//! Policy comes in layers: `global`, then `global.defaults.<entity>`, then the groups a route joins, then the route. Each
//! layer is compiled once, and a [`Plan`] puts together those that are in force: one plan for each route, and for each
//! kind of entity one for the operations that no route matches.

mod authentication;
mod groups;
mod http;
mod layer;
mod names;
mod overrides;
mod plan;
mod required;
mod response;
mod selector;
mod suspension;
mod table;

use std::collections::HashSet;
use std::sync::Arc;

use apl_cmf::{Entity, EntityKind};
use apl_core::compile::WrittenQuestion;
use apl_core::diagnostic::Diagnostic;
use apl_core::node::Node;
use apl_core::span::Sources;

use self::groups::Groups;
use self::layer::{Compiler, Layer};
use self::table::Table;
use crate::declared::Declarations;

pub use authentication::Authenticator;
pub use overrides::Override;
pub use plan::{Matched, Plan};
pub use response::Response;

/// Everything a document says about operations.
#[derive(Debug, Default)]
pub struct Policy {
    /// Those of the routes in written order, then those of the kinds of entities, then that of `global`; none where nothing is
    /// enforced.
    plans: Vec<Plan>,
    routes: usize,
    table: Table,
    questions: Vec<WrittenQuestion>,
    overrides: Vec<Override>,
}

impl Policy {
    /// Compiles the policy of a document whose keys were already checked. Every mistake is added to `faults`; the policy
    /// is complete only if none was.
    #[must_use]
    pub fn compile(document: &Node, declared: &Declarations, sources: &Sources, faults: &mut Vec<Diagnostic>) -> Self {
        if !enforces(document) {
            return Self::default();
        }
        let mut compiler = Compiler::new(declared, sources, faults);
        let general = document.get("global");
        let defaults = general.and_then(|section| section.get("defaults"));
        let global = compiler.layer("global", general);
        let entities = EntityKind::ALL.map(|kind| Defaults {
            kind,
            layer: compiler
                .layer(&format!("defaults.{}", kind.name()), defaults.and_then(|node| node.get(kind.name()))),
        });
        let groups = Groups::compile(document.get("groups"), &mut compiler);
        let nodes = document.get("routes").map(Node::one_or_many).unwrap_or_default();
        let mut plans = Vec::with_capacity(nodes.len() + entities.len());
        let mut selectors = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let layer: Arc<str> = format!("routes[{index}]").into();
            let own = compiler.layer(&layer, Some(node));
            let joined = groups.joined(node, compiler.faults);
            let Some(selection) = selector::read(index, node, compiler.faults) else {
                // Plans of routes are found by the index of the route, so a route that is refused has one too.
                plans.push(Plan::of(None, &[&own], None));
                continue;
            };
            let inherited = entities.iter().filter(|entity| entity.kind == selection.kind).map(|entity| &entity.layer);
            let specific: Vec<&Layer> = inherited.chain(joined).chain([&own]).collect();
            let layers: Vec<&Layer> = [&global].into_iter().chain(specific.iter().copied()).collect();
            let route = Matched { layer, key: selection.key };
            // The response of `global` answers only where no route matched.
            plans.push(Plan::of(Some(route), &layers, response_of(&specific)));
            selectors.extend(selection.selectors);
        }
        for Defaults { layer, .. } in &entities {
            let layers = [&global, layer];
            plans.push(Plan::of(None, &layers, response_of(&layers)));
        }
        plans.push(Plan::of(None, &[&global], response_of(&[&global])));
        suspension::check(&plans, compiler.faults);
        let table = Table::new(selectors, sources, compiler.faults);
        let (questions, overrides) = compiler.into_parts();
        Self { plans, routes: nodes.len(), table, questions, overrides }
    }

    /// The plugins that some layer changes, each at the index that [`Plan::overridden`] gives.
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// The questions for decision engines, each at the index its rule asks it by.
    #[must_use]
    pub fn questions(&self) -> &[WrittenQuestion] {
        &self.questions
    }

    /// Whether the document has neither a route nor a layer, so that nothing is enforced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Whether the document has a route, so that an operation may be one that none matches.
    #[must_use]
    pub const fn has_routes(&self) -> bool {
        self.routes > 0
    }

    /// All plans: those of the routes in written order, then those for operations that no route matches, then that of `global`.
    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// Index of the plan in force for an operation, on the server the host names, if it names one: that of the one route
    /// it matches, else that of [`Policy::unmatched`]. The order of declaration decides nothing. An HTTP request is found by
    /// its path as [`crate::read_path`] reads it, and by its method.
    #[must_use]
    pub fn find(&self, entity: Entity<'_>, server: Option<&str>, method: Option<&str>) -> usize {
        self.table.find(entity, server, method).unwrap_or_else(|| self.unmatched(entity.kind))
    }

    /// Index of the plan for operations on that kind of entity which no route matches: `global` and its `defaults`.
    #[must_use]
    pub fn unmatched(&self, kind: EntityKind) -> usize {
        let offset = EntityKind::ALL.iter().take_while(|other| **other != kind).count();
        self.routes + offset
    }

    /// Index of the plan of `global` alone, for what is no operation; none where nothing is enforced.
    #[must_use]
    pub fn global(&self) -> Option<usize> {
        self.plans.len().checked_sub(1)
    }

    /// Indexes of the plugins that some plan reaches. A group that no route joins reaches none.
    #[must_use]
    pub fn reached(&self) -> HashSet<usize> {
        self.plans.iter().flat_map(Plan::plugins).collect()
    }
}

/// The layer of `global.defaults` for one kind of entity.
struct Defaults {
    kind: EntityKind,
    layer: Layer,
}

/// Whether a document has a route or a layer key anywhere.
fn enforces(document: &Node) -> bool {
    let general = document.get("global");
    let defaults = general.and_then(|section| section.get("defaults")).map(Node::entries).unwrap_or_default();
    let groups = document.get("groups").map(Node::entries).unwrap_or_default();
    let routes = document.get("routes").map(Node::one_or_many).unwrap_or_default();
    let sections = defaults.iter().chain(groups).map(|entry| &entry.value).chain(general);
    !routes.is_empty() || sections.into_iter().any(layer::is_written)
}

/// The response of the most specific layer that has one.
fn response_of(layers: &[&Layer]) -> Option<Arc<Response>> {
    layers.iter().rev().find_map(|layer| layer.response.clone())
}
