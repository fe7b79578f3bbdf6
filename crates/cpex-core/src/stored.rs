//! Asking a store, of labels or of what waits for a person: under the one guard, within the time of a plugin, and timed.

use cpex_orchestration::{Fault, call};
use cpex_sdk::StoreError;
use cpex_sdk::metrics::Stored;
use tracing::Instrument as _;

use crate::snapshot::Snapshot;
use crate::spans;

/// What the session store answers, or why there is no answer, for the record.
pub(crate) async fn ask_sessions<T>(
    snapshot: &Snapshot,
    operation: &'static str,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    ask(snapshot, "session", operation, asked).await
}

/// What the store of what waits for a person answers, or why there is no answer, for the record.
pub(crate) async fn ask_elicitations<T>(
    snapshot: &Snapshot,
    operation: &'static str,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    ask(snapshot, "elicitation", operation, asked).await
}

async fn ask<T>(
    snapshot: &Snapshot,
    store: &'static str,
    operation: &'static str,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    let (start, span) = (snapshot.meter.start(), spans::store(store, operation));
    let called = call(asked, snapshot.settings.plugin_timeout).instrument(span.clone()).await;
    let (outcome, answer) = match called {
        Ok(Ok(answer)) => ("ok", Ok(answer)),
        Ok(Err(error)) => ("error", Err(format!("{store} store: {error}"))),
        Err(Fault::Timeout) => ("timeout", Err(format!("{store} store: no answer in time"))),
        Err(Fault::Panic) => ("panic", Err(format!("{store} store: it panicked"))),
    };
    spans::stored(&span, outcome);
    snapshot.meter.took(start, |metrics, duration| metrics.stored(&Stored { store, operation, outcome, duration }));
    answer
}
