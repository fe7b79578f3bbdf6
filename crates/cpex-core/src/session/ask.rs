//! Asking the store of labels: under the one guard, within the time of a plugin, and timed.

use cpex_orchestration::{Fault, call};
use cpex_sdk::StoreError;
use cpex_sdk::metrics::Stored;
use tracing::Instrument as _;

use crate::snapshot::Snapshot;
use crate::spans;

/// What the store answers, or why there is no answer, for the record.
pub(crate) async fn ask_store<T>(
    snapshot: &Snapshot,
    operation: &'static str,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    let (start, span) = (snapshot.meter.start(), spans::session_store(operation));
    let called = call(asked, snapshot.settings.plugin_timeout).instrument(span.clone()).await;
    let (outcome, answer) = match called {
        Ok(Ok(answer)) => ("ok", Ok(answer)),
        Ok(Err(error)) => ("error", Err(format!("session store: {error}"))),
        Err(Fault::Timeout) => ("timeout", Err("session store: no answer in time".to_owned())),
        Err(Fault::Panic) => ("panic", Err("session store: it panicked".to_owned())),
    };
    spans::stored(&span, outcome);
    snapshot.meter.took(start, |metrics, duration| metrics.stored(&Stored { operation, outcome, duration }));
    answer
}
