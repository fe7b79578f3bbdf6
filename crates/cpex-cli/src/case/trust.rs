//! Kinds that only a host knows, taken on trust by a checker: such a plugin is made of nothing and never called.

use std::sync::Arc;

use cpex::PluginManager;
use cpex::apl::node::Node;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::{Factory, Host, Instance};

use super::cast::{Declared, Part, declared, is_of_host};
use super::doubles::{ScriptedIdentity, ScriptedPlugin};
use super::stub::Script;

/// Registers a factory for every kind of the document that only a host can know.
pub(crate) fn host_kinds(manager: &PluginManager, root: &Node) {
    let plugins: Arc<[Declared]> = declared(root).into();
    for kind in plugins.iter().map(|plugin| plugin.kind.as_str()).filter(|kind| is_of_host(kind)) {
        manager.register_factory(kind, Arc::new(Trusted { plugins: Arc::clone(&plugins) }));
    }
}

struct Trusted {
    plugins: Arc<[Declared]>,
}

impl Factory for Trusted {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let part = self.plugins.iter().find(|plugin| plugin.name == declaration.name).map(|plugin| plugin.role);
        if part == Some(Part::Identity) {
            let stand_in = ScriptedIdentity { wanted: None, spare: Vec::new(), wallet: Arc::default(), real: None };
            return Ok(Instance::Identity(Arc::new(stand_in)));
        }
        Ok(ScriptedPlugin { script: Script::Allow, reached: Arc::default() }.on_every_hook())
    }
}
