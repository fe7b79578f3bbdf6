//! Puts doubles in the place of the collaborators of a policy: they answer what the log says that those answered. Engines
//! that are embedded, and scanners, are the real ones.

use std::collections::BTreeSet;
use std::sync::Arc;

use cpex::PluginManager;
use cpex::apl::node::Node;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::{AuditSink, Factory, Host, Instance, Record, SinkError, async_trait};

use super::answers::Answers;
use super::doubles::{Channel, Delegating, Engine, Identifying, plugin};
use crate::case::{Declared, Part, declared};

/// Engines that decide by what they are handed alone.
const EMBEDDED: [&str; 5] = ["cel", "cedar", "cedar-direct", "opa", "rego"];

/// The dialects of the engines of a policy that decide as the log says: all but those that are embedded, compiled in, and not
/// among `scripted`.
pub(super) fn doubled(policy: &Node, scripted: &BTreeSet<String>) -> BTreeSet<String> {
    let is_real = |engine: &Declared| {
        EMBEDDED.contains(&engine.kind.as_str())
            && cpex::builtin_factory(&engine.kind).is_some()
            && !scripted.iter().any(|name| engine.is_named(name))
    };
    let engines = declared(policy).into_iter().filter(|declared| declared.role == Part::Engine);
    engines.filter(|engine| !is_real(engine)).map(|engine| engine.name).collect()
}

/// Registers the builtins, and a factory of ours for every kind that the policy declares but for engines that are not
/// doubled.
pub(super) fn enter(policy: &Node, doubled: &BTreeSet<String>, answers: &Arc<Answers>, manager: &PluginManager) {
    cpex::install_builtins(manager);
    for Declared { name, kind, role, .. } in declared(policy) {
        if role != Part::Engine || doubled.contains(&name) {
            let double = Double { role, dialect: name, answers: Arc::clone(answers) };
            manager.register_factory(kind.as_str(), Arc::new(double));
        }
    }
}

/// Makes what stands in for the collaborators of one kind.
struct Double {
    role: Part,
    /// Of an engine.
    dialect: String,
    answers: Arc<Answers>,
}

impl Factory for Double {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let (name, answers) = (declaration.name.clone(), Arc::clone(&self.answers));
        Ok(match self.role {
            Part::Identity => Instance::Identity(Arc::new(Identifying { name, answers })),
            Part::Sink => Instance::Sink(Arc::new(Nowhere)),
            Part::Control => plugin(name, answers),
            Part::Delegator => Instance::Delegator(Arc::new(Delegating { name, answers })),
            Part::Approver => Instance::Approver(Arc::new(Channel { answers })),
            Part::Engine => Instance::Engine(Arc::new(Engine { name: self.dialect.clone(), answers })),
        })
    }
}

/// A sink that leaves nothing behind: a replay is no operation.
struct Nowhere;

#[async_trait]
impl AuditSink for Nowhere {
    async fn write(&self, _record: &Record<'_>) -> Result<(), SinkError> {
        Ok(())
    }
}
