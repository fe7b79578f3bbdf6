//! Calling who is asked for no verdict of a plugin: decision engines, delegators, channels to people, audit sinks.

use cpex_orchestration::Fault;
use cpex_sdk::metrics::Called;
use tracing::Instrument as _;

use crate::meter::Meter;
use crate::snapshot::{Control, Engine};
use crate::spans::{self, Callee};

/// Who is asked.
pub(crate) struct Collaborator<'c> {
    callee: Callee<'c>,
    /// The code the operation is denied by where it fails.
    failed: &'static str,
}

impl<'c> Collaborator<'c> {
    pub(crate) fn new(control: &'c Control, failed: &'static str) -> Self {
        Self { callee: Callee { mode: None, ..control.callee() }, failed }
    }

    pub(crate) fn engine(engine: &'c Engine, failed: &'static str) -> Self {
        Self { callee: Callee { name: &engine.dialect, kind: &engine.dialect, mode: None }, failed }
    }

    /// Awaits the call, and tells of it.
    pub(crate) async fn asked<T, E>(
        &self,
        meter: &Meter,
        call: impl Future<Output = Result<Result<T, E>, Fault>>,
    ) -> Result<Result<T, E>, Fault> {
        let (start, span) = (meter.start(), spans::control(self.callee));
        let answer = call.instrument(span.clone()).await;
        let (requested, code) = if let Ok(Ok(_)) = answer { ("done", None) } else { ("error", Some(self.failed)) };
        spans::answered(&span, requested, None, code);
        let plugin = self.callee.name;
        meter.took(start, |metrics, duration| metrics.called(&Called { plugin, requested, code, duration }));
        answer
    }
}
