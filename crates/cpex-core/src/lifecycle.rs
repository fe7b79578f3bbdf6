//! Starting the plugins of a snapshot, under the one guard.

use cpex_orchestration::call;

use crate::document::LoadError;
use crate::life::said;
use crate::snapshot::{Control, Engine, Snapshot};

/// Why a document or a plugin could not be put in force.
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
    /// The session store could not be initialized.
    #[error("the session store could not be initialized: {cause}")]
    Store {
        /// What it says.
        cause: String,
    },
    /// A plugin was registered while a document waited that declares one of the same name.
    #[error("a plugin named `{plugin}` is registered and the document declares one: give one of them another name")]
    NameTaken {
        /// The name.
        plugin: String,
    },
    /// The manager was shut down; make a new one.
    #[error("the manager was shut down: make a new one")]
    ShutDown,
}

/// Why a document, or a plugin, is not in force.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// The document, or the declaration, is refused.
    #[error(transparent)]
    Document(#[from] LoadError),
    /// A plugin could not be initialized.
    #[error(transparent)]
    Plugin(#[from] InitializeError),
}

/// Starts the session store, then every plugin that does not run already, in declared order, then the engines. When one
/// fails, those that were started for it are stopped again.
pub(crate) async fn initialize(snapshot: &Snapshot) -> Result<(), InitializeError> {
    let mut started = Vec::new();
    let ended = start_all(snapshot, &mut started).await;
    if ended.is_err() {
        for control in started {
            stop(control).await;
        }
    }
    ended
}

/// Starts one plugin.
pub(crate) async fn start(control: &Control, snapshot: &Snapshot) -> Result<(), InitializeError> {
    let Some(life) = &control.life else { return Ok(()) };
    let refuse = |cause| InitializeError::Plugin { plugin: control.name.to_string(), cause };
    life.start(control.timeout, snapshot.settings.plugin_timeout, &snapshot.running).await.map_err(refuse)
}

async fn start_all<'s>(snapshot: &'s Snapshot, started: &mut Vec<&'s Control>) -> Result<(), InitializeError> {
    let cause = match call(snapshot.store.initialize(), snapshot.settings.plugin_timeout).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(fault) => Some(said(fault)),
    };
    if let Some(cause) = cause {
        return Err(InitializeError::Store { cause });
    }
    let idle = |control: &&Control| control.life.as_ref().is_some_and(|life| !life.is_started());
    for control in snapshot.all_controls().filter(idle) {
        start(control, snapshot).await?;
        started.push(control);
    }
    for Engine { dialect, instance, timeout } in &*snapshot.engines {
        let cause = match call(instance.initialize(), *timeout).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(fault) => said(fault),
        };
        return Err(InitializeError::Plugin { plugin: dialect.to_string(), cause });
    }
    Ok(())
}

async fn stop(control: &Control) {
    if let Some(life) = &control.life {
        life.stop().await;
    }
}
