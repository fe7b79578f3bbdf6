//! Asking the store of labels: under the one guard, within the time of a plugin, and timed.

use cpex_orchestration::{Fault, call};
use cpex_sdk::StoreError;
use cpex_sdk::metrics::Stored;

use crate::snapshot::Snapshot;

/// What the store answers, or why there is no answer, for the record.
pub(crate) async fn ask_store<T>(
    snapshot: &Snapshot,
    operation: &'static str,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    let start = snapshot.meter.start();
    let (outcome, answer) = match call(asked, snapshot.settings.plugin_timeout).await {
        Ok(Ok(answer)) => ("ok", Ok(answer)),
        Ok(Err(error)) => ("error", Err(format!("session store: {error}"))),
        Err(Fault::Timeout) => ("timeout", Err("session store: no answer in time".to_owned())),
        Err(Fault::Panic) => ("panic", Err("session store: it panicked".to_owned())),
    };
    snapshot.meter.took(start, |metrics, duration| metrics.stored(&Stored { operation, outcome, duration }));
    answer
}
