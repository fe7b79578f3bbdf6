//! The life of a plugin: started before the first operation that may use it, stopped after the last.
//!
//! Who holds a plugin holds its life. When the last snapshot that has the plugin is let go of, which may be at the end of
//! any operation, the plugin is stopped in the background: no answer waits for it.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use cpex_orchestration::{Background, Fault, call};
use cpex_sdk::{Instance, PluginError};
use tokio::runtime::Handle;

/// A plugin, and whether it was started.
pub(crate) struct Life {
    instance: Instance,
    /// None before it was started and once it was stopped.
    started: Mutex<Option<Started>>,
}

struct Started {
    runs: Arc<Running>,
    /// Where it was started; what it needs to stop, it may need that for.
    runtime: Option<Handle>,
    /// How long stopping it may take.
    limit: Duration,
}

/// The plugins of a manager that were started and not stopped.
#[derive(Default)]
pub(crate) struct Running {
    lives: Mutex<Vec<Weak<Life>>>,
    /// Those that are being stopped.
    stopping: Background,
}

impl Life {
    pub(crate) fn new(instance: Instance) -> Arc<Self> {
        Arc::new(Self { instance, started: Mutex::new(None) })
    }

    pub(crate) const fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(crate) fn is_started(&self) -> bool {
        self.started.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Starts the plugin within a limit. It is to be stopped within the other.
    pub(crate) async fn start(
        self: &Arc<Self>,
        limit: Duration,
        stop_limit: Duration,
        runs: &Arc<Running>,
    ) -> Result<(), String> {
        match call(start(&self.instance), limit).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(error.to_string()),
            Err(fault) => return Err(said(fault)),
        }
        let started = Started { runs: Arc::clone(runs), runtime: Handle::try_current().ok(), limit: stop_limit };
        *self.started.lock().unwrap_or_else(PoisonError::into_inner) = Some(started);
        runs.add(self);
        Ok(())
    }

    /// Stops the plugin, if it was started. One that fails to stop holds up nobody.
    pub(crate) async fn stop(&self) {
        let started = self.started.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Started { limit, .. }) = started {
            let _ = call(stop(&self.instance), limit).await;
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let Some(started) = self.started.get_mut().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let Started { runs, runtime, limit } = started;
        let instance = self.instance.clone();
        let kept = Arc::clone(&runs);
        let mut stopping = Box::pin(async move {
            let _ = call(stop(&instance), limit).await;
            // The set this runs in lives as long as what runs in it.
            drop(kept);
        });
        let Some(runtime) = Handle::try_current().ok().or(runtime) else {
            // A plugin that stops at once is stopped here; one that waits has nowhere to.
            let _ = stopping.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            return;
        };
        let _entered = runtime.enter();
        // Each plugin is stopped once, so that plugins bound it.
        let _ = runs.stopping.spawn(stopping, NonZeroUsize::MAX);
    }
}

impl Running {
    /// Stops them all, in the order they were started, whoever still holds them, and waits for those that are being stopped.
    pub(crate) async fn stop(&self, limit: Duration) {
        let lives = std::mem::take(&mut *self.lives.lock().unwrap_or_else(PoisonError::into_inner));
        for life in lives.iter().filter_map(Weak::upgrade) {
            life.stop().await;
        }
        self.stopping.drain(limit).await;
    }

    fn add(&self, life: &Arc<Life>) {
        let mut lives = self.lives.lock().unwrap_or_else(PoisonError::into_inner);
        lives.retain(|life| life.strong_count() > 0);
        lives.push(Arc::downgrade(life));
    }
}

/// What is said of a plugin that does not answer.
pub(crate) fn said(fault: Fault) -> String {
    match fault {
        Fault::Timeout => "no answer in time".to_owned(),
        Fault::Panic => "it panicked".to_owned(),
    }
}

async fn start(instance: &Instance) -> Result<(), PluginError> {
    match instance {
        Instance::Plugin(plugin) => plugin.plugin().initialize().await,
        Instance::Identity(resolver) => resolver.initialize().await,
        Instance::Sink(sink) => sink.initialize().await,
        Instance::Delegator(delegator) => delegator.initialize().await,
        Instance::Approver(channel) => channel.initialize().await,
        Instance::Engine(_) | Instance::Stores(_) => Ok(()),
    }
}

async fn stop(instance: &Instance) {
    match instance {
        Instance::Plugin(plugin) => plugin.plugin().shutdown().await,
        Instance::Sink(sink) => sink.shutdown().await,
        Instance::Identity(_)
        | Instance::Delegator(_)
        | Instance::Approver(_)
        | Instance::Engine(_)
        | Instance::Stores(_) => {}
    }
}
