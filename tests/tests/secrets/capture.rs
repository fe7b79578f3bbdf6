//! A subscriber that keeps every text of spans and events.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// What a future does, and what is traced meanwhile on this thread.
pub(super) fn capture<F: Future>(future: F) -> (F::Output, String) {
    let seen = Arc::<Mutex<String>>::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let output = tracing::subscriber::with_default(Capture(Arc::clone(&seen)), || runtime.block_on(future));
    let seen = seen.lock().unwrap().clone();
    (output, seen)
}

struct Capture(Arc<Mutex<String>>);

impl Capture {
    fn note(&self, record: impl FnOnce(&mut Texts<'_>)) {
        record(&mut Texts(&mut self.0.lock().unwrap()));
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(|texts| {
            texts.0.push_str(span.metadata().name());
            span.record(texts);
        });
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, record: &Record<'_>) {
        self.note(|texts| record.record(texts));
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.note(|texts| event.record(texts));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}

    fn current_span(&self) -> Current {
        Current::none()
    }
}

struct Texts<'t>(&'t mut String);

impl Visit for Texts<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0, " {}={value:?}", field.name()).unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        writeln!(self.0, " {}={value}", field.name()).unwrap();
    }
}
