//! What stands in for the store that a policy names: every case starts with an empty one, and none needs a server.

use std::sync::Arc;

use cpex::apl::node::Node;
use cpex::document::kinds::{self, Place};
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::{Factory, Host, Instance, Stores};
use cpex::{MemoryStore, PluginManager};

/// Puts a store in memory in the place of the one that a policy names. Its config is checked against the keys of its kind
/// where that is compiled in, and never read.
pub(crate) fn enter(root: &Node, manager: &PluginManager) {
    let store = root.get("global").and_then(|global| global.get("session_store"));
    let Some(kind) = store.and_then(|store| store.get("kind")).and_then(Node::text) else { return };
    let is_store = match kinds::find(&kind.value) {
        Some(row) => row.role.place() == Place::SessionStore,
        None => super::part::is_of_host(&kind.value),
    };
    // Any other kind is for the document reader to refuse.
    if is_store {
        manager.register_factory(kind.value.as_str(), Arc::new(Empty { real: cpex::builtin_factory(&kind.value) }));
    }
}

struct Empty {
    real: Option<Arc<dyn Factory>>,
}

impl Factory for Empty {
    fn keys(&self, plugin: &str) -> Option<&'static [Key]> {
        self.real.as_ref().and_then(|real| real.keys(plugin))
    }

    fn build(&self, _declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let sessions = Arc::new(MemoryStore::new(Arc::clone(&host.clock)));
        Ok(Instance::Stores(Stores { sessions, elicitations: None, warnings: Vec::new() }))
    }
}
