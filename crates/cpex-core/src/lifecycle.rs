//! Starting and stopping the plugins of a snapshot, under the one guard.

use std::time::Duration;

use cpex_orchestration::{Fault, call};
use cpex_sdk::{Instance, PluginError};

use crate::snapshot::{Control, Engine, Snapshot};

/// Why a document could not be put in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitializeError {
    /// A plugin could not be initialized.
    #[error("plugin `{plugin}` could not be initialized: {cause}")]
    Plugin {
        /// The plugin.
        plugin: String,
        /// What it says.
        cause: String,
    },
    /// The manager was shut down; make a new one.
    #[error("the manager was shut down: make a new one")]
    ShutDown,
}

/// Initializes every plugin in declared order. When one fails, those before it are stopped again.
pub(crate) async fn initialize(snapshot: &Snapshot) -> Result<(), InitializeError> {
    for (index, control) in snapshot.owners().enumerate() {
        let cause = match call(start(control), control.timeout).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(fault) => said(fault),
        };
        shutdown(snapshot, index).await;
        return Err(InitializeError::Plugin { plugin: control.name.to_string(), cause });
    }
    for Engine { dialect, instance, timeout } in &snapshot.engines {
        let cause = match call(instance.initialize(), *timeout).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(fault) => said(fault),
        };
        shutdown_all(snapshot).await;
        return Err(InitializeError::Plugin { plugin: dialect.to_string(), cause });
    }
    Ok(())
}

fn said(fault: Fault) -> String {
    match fault {
        Fault::Timeout => "no answer in time".to_owned(),
        Fault::Panic => "it panicked".to_owned(),
    }
}

/// Stops every plugin. One that fails to stop holds up nobody.
pub(crate) async fn shutdown_all(snapshot: &Snapshot) {
    shutdown(snapshot, usize::MAX).await;
}

/// Stops the first so many plugins.
async fn shutdown(snapshot: &Snapshot, count: usize) {
    let limit: Duration = snapshot.settings.plugin_timeout;
    for control in snapshot.owners().take(count) {
        let _ = call(stop(control), limit).await;
    }
}

async fn start(control: &Control) -> Result<(), PluginError> {
    match &control.instance {
        Some(Instance::Plugin(plugin)) => plugin.plugin().initialize().await,
        Some(Instance::Identity(resolver)) => resolver.initialize().await,
        Some(Instance::Sink(sink)) => sink.initialize().await,
        Some(Instance::Delegator(delegator)) => delegator.initialize().await,
        Some(Instance::Approver(channel)) => channel.initialize().await,
        Some(Instance::Engine(_)) | None => Ok(()),
    }
}

async fn stop(control: &Control) {
    match &control.instance {
        Some(Instance::Plugin(plugin)) => plugin.plugin().shutdown().await,
        Some(Instance::Sink(sink)) => sink.shutdown().await,
        Some(Instance::Identity(_) | Instance::Delegator(_) | Instance::Approver(_) | Instance::Engine(_)) | None => {}
    }
}
