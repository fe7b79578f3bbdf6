//! The routes of a document, compiled, and how an operation finds its own.

mod authentication;
mod response;
mod route;
mod table;

use std::collections::HashSet;

use apl_cmf::Entity;
use apl_core::diagnostic::Diagnostic;
use apl_core::node::Node;
use apl_core::span::Sources;

use crate::declared::Declarations;

pub use authentication::Authenticator;
pub use response::Response;
pub use route::Route;

/// Everything a document says about operations.
#[derive(Debug, Default)]
pub struct Policy {
    routes: Vec<Route>,
    table: table::Table,
}

impl Policy {
    /// Compiles the routes of a document whose keys were already checked. Every mistake is added to `faults`; the policy
    /// is complete only if none was.
    #[must_use]
    pub fn compile(document: &Node, declared: &Declarations, sources: &Sources, faults: &mut Vec<Diagnostic>) -> Self {
        let nodes = document.get("routes").map(Node::one_or_many).unwrap_or_default();
        let mut compiler = route::Compiler::new(declared, sources, faults);
        let mut routes = Vec::with_capacity(nodes.len());
        let mut selectors = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let (route, own) = compiler.route(index, node);
            selectors.extend(own);
            routes.push(route);
        }
        let table = table::Table::new(selectors, sources, faults);
        Self { routes, table }
    }

    /// Whether the document has no routes, so that nothing is enforced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// The routes, in written order.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Index of the one route an operation matches, on the server the host names, if it names one. The order of
    /// declaration decides nothing.
    #[must_use]
    pub fn find(&self, entity: Entity<'_>, server: Option<&str>) -> Option<usize> {
        self.table.find(entity, server)
    }

    /// Indexes of the plugins that some route reaches.
    #[must_use]
    pub fn reached(&self) -> HashSet<usize> {
        self.routes.iter().flat_map(Route::plugins).collect()
    }
}
