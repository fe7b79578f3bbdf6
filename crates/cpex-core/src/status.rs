//! How a manager stands: what is in force, since when, what was refused since, and which plugins are on.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::lifecycle::StartError;
use crate::snapshot::{Control, Snapshot};

/// How a manager stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// What is in force; none before `initialize` and after `shutdown`, when everything is denied.
    pub in_force: Option<InForce>,
    /// The latest document that was refused or could not be started, if none came into force since. What was in force before
    /// it serves on.
    pub refused: Option<Refused>,
    /// The plugins of what is in force, in declared order, those registered in code last.
    pub plugins: Vec<PluginStatus>,
    /// The watcher of the files; none where none was started, or it was stopped by a shutdown.
    pub watcher: Option<WatcherStatus>,
}

/// A document that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// `sha256:<hex>` of its files and its attribute files, as records name it.
    pub digest: Arc<str>,
    /// Since when, in milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// How many documents came into force in the place of another before it and with it; 0 for the first.
    pub reloads: u64,
    /// The files it was read from and those it names; none of a text.
    pub files: Vec<PathBuf>,
}

/// A document that did not come into force.
#[derive(Clone, Debug)]
pub struct Refused {
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// Why: its findings, or the plugin that could not be initialized.
    pub error: StartError,
}

/// How a plugin stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginStatus {
    /// Its name.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: String,
    /// Whether it was registered in code, and so stays over documents.
    pub is_registered: bool,
    /// Whether it is on.
    pub state: PluginState,
}

/// Whether a plugin is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginState {
    /// It is asked wherever its hooks or policy say.
    Active,
    /// It failed, and its `on_error: disable` turned it off until the next document.
    Disabled,
    /// The same for operations under a layer that changes it, and not for all.
    DisabledInPart,
    /// It is declared with `mode: disabled` and was never started.
    Off,
    /// It was unregistered; where policy names it, that denies.
    Unregistered,
}

/// How the watcher of the files stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatcherStatus {
    /// Whether a change would be seen. A watcher that ended does not come back by itself.
    pub is_alive: bool,
    /// The directories it watches.
    pub directories: Vec<PathBuf>,
    /// Why some directory is not watched. It is tried again every few seconds.
    pub trouble: Option<String>,
}

/// The latest refusal, if nothing came into force since.
#[derive(Default)]
pub(crate) struct Refusal(Mutex<Option<Refused>>);

impl Refusal {
    pub(crate) fn keep(&self, at_ms: u64, error: StartError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Refused { at_ms, error });
    }

    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn latest(&self) -> Option<Refused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is in force under a snapshot.
pub(crate) fn in_force(snapshot: &Snapshot) -> InForce {
    InForce {
        digest: Arc::clone(&snapshot.digest),
        since_ms: snapshot.tenure.since_ms,
        reloads: snapshot.tenure.reloads,
        files: snapshot.files.paths().map(PathBuf::from).collect(),
    }
}

/// How its plugins stand.
pub(crate) fn plugins(snapshot: &Snapshot) -> Vec<PluginStatus> {
    let of = |(index, control): (usize, &Arc<Control>)| PluginStatus {
        name: Arc::clone(&control.name),
        kind: control.config.kind.clone(),
        is_registered: control.is_registered,
        state: state(snapshot, index, control),
    };
    snapshot.controls.iter().enumerate().map(of).collect()
}

fn state(snapshot: &Snapshot, index: usize, control: &Control) -> PluginState {
    let changed = snapshot.policy.overrides().iter().zip(&snapshot.overrides);
    let mut own_changes = changed.filter(|(changed, _)| changed.plugin == index);
    match control {
        control if control.is_gone() => PluginState::Unregistered,
        control if control.instance.is_none() => PluginState::Off,
        control if control.is_disabled() => PluginState::Disabled,
        _ if own_changes.any(|(_, control)| control.is_disabled()) => PluginState::DisabledInPart,
        _ => PluginState::Active,
    }
}
