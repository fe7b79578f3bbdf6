//! The host's metrics, under the one guard: whatever they do, an operation is decided as without them.

use std::sync::Arc;
use std::time::Duration;

use cpex_orchestration::{Refused, call_sync};
use cpex_sdk::Clock;
use cpex_sdk::audit::Execution;
use cpex_sdk::metrics::{Called, LeftOut, Loaded, Metrics};

/// What is told to the host's metrics, if it has any.
#[derive(Clone)]
pub(crate) struct Meter {
    metrics: Option<Arc<dyn Metrics>>,
    clock: Arc<dyn Clock>,
}

/// When something began; none where nobody wants to know how long it takes.
#[derive(Clone, Copy)]
pub(crate) struct Start(Option<u64>);

impl Meter {
    pub(crate) fn new(metrics: Option<Arc<dyn Metrics>>, clock: Arc<dyn Clock>) -> Self {
        Self { metrics, clock }
    }

    /// Reads the clock for what begins now.
    pub(crate) fn start(&self) -> Start {
        Start(self.metrics.is_some().then(|| self.clock.monotonic_ns()))
    }

    /// Tells what began then, and how long it took.
    pub(crate) fn took(&self, start: Start, tell: impl FnOnce(&dyn Metrics, Duration)) {
        let Start(Some(start)) = start else { return };
        let duration = Duration::from_nanos(self.clock.monotonic_ns().saturating_sub(start));
        self.tell(|metrics| tell(metrics, duration));
    }

    /// Tells something. A panic of the host's metrics ends here.
    pub(crate) fn tell(&self, tell: impl FnOnce(&dyn Metrics)) {
        if let Some(metrics) = &self.metrics {
            let _ = call_sync(|| tell(&**metrics));
        }
    }

    /// Tells what the calls were that a side of an operation made.
    pub(crate) fn executed(&self, executions: &[Execution]) {
        for execution in executions {
            let Execution { name, requested, code, duration_us, mode: _, effective: _, metadata: _ } = execution;
            let (requested, code) = (*requested, *code);
            let duration = Duration::from_micros(*duration_us);
            self.tell(|metrics| metrics.called(&Called { plugin: name, requested, code, duration }));
        }
    }

    /// Tells of a document that could not be read or has mistakes.
    pub(crate) fn read<T, E>(&self, read: Result<T, E>) -> Result<T, E> {
        read.inspect_err(|_| self.tell(|metrics| metrics.loaded(&Loaded { state: "refused", digest: None })))
    }

    /// Tells of the document that is put in force, by its digest, or that its plugins could not be initialized.
    pub(crate) fn started(&self, digest: Option<&str>) {
        let state = if digest.is_some() { "in_force" } else { "not_started" };
        self.tell(|metrics| metrics.loaded(&Loaded { state, digest }));
    }

    /// Tells that a plugin was not started in the background.
    pub(crate) fn left_out(&self, plugin: &str, refused: Refused) {
        let reason = match refused {
            Refused::Full => "full",
            Refused::Closed => "closed",
            Refused::NoRuntime => "no_runtime",
        };
        self.tell(|metrics| metrics.left_out(&LeftOut { plugin, reason }));
    }
}
