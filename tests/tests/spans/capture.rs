//! A subscriber that keeps every span it sees, and a run of one future under it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// A span as it was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) metadata: &'static Metadata<'static>,
    pub(super) parent: Option<usize>,
    pub(super) follows: Option<usize>,
    /// The attributes it has.
    pub(super) values: Vec<(&'static str, String)>,
}

impl Seen {
    pub(super) fn name(&self) -> &'static str {
        self.metadata.name()
    }

    /// The value of an attribute; empty where it has none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }
}

/// What a future does, and the spans seen meanwhile on this thread.
pub(super) fn capture<F: Future>(future: F) -> (F::Output, Vec<Seen>) {
    let capture = Capture::default();
    let seen = Arc::clone(&capture.seen);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let output = tracing::subscriber::with_default(capture, || runtime.block_on(future));
    let seen = seen.lock().unwrap().clone();
    (output, seen)
}

#[derive(Default)]
struct Capture {
    seen: Arc<Mutex<Vec<Seen>>>,
}

thread_local! {
    /// The spans that are entered, the innermost last.
    static ENTERED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

impl Subscriber for Capture {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let contextual = || ENTERED.with_borrow(|entered| entered.last().copied());
        let parent = match span.parent() {
            Some(parent) => Some(place(parent)),
            None if span.is_contextual() => contextual(),
            None => None,
        };
        let mut values = Values(Vec::new());
        span.record(&mut values);
        let mut seen = self.seen.lock().unwrap();
        seen.push(Seen { metadata: span.metadata(), parent, follows: None, values: values.0 });
        Id::from_u64(seen.len() as u64)
    }

    fn record(&self, span: &Id, record: &Record<'_>) {
        let mut values = Values(Vec::new());
        record.record(&mut values);
        self.seen.lock().unwrap()[place(span)].values.extend(values.0);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.seen.lock().unwrap()[place(span)].follows = Some(place(follows));
    }

    fn event(&self, event: &Event<'_>) {
        let mut values = Values(Vec::new());
        event.record(&mut values);
        let seen = Seen { metadata: event.metadata(), parent: None, follows: None, values: values.0 };
        self.seen.lock().unwrap().push(seen);
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(place(span)));
    }

    fn exit(&self, span: &Id) {
        let left = ENTERED.with_borrow_mut(Vec::pop);
        assert_eq!(left, Some(place(span)), "spans are left in the order they were entered");
    }

    fn current_span(&self) -> Current {
        let innermost = ENTERED.with_borrow(|entered| entered.last().copied());
        let seen = self.seen.lock().unwrap();
        let innermost = innermost.and_then(|place| Some((place as u64 + 1, seen.get(place)?.metadata)));
        innermost.map_or_else(Current::none, |(id, metadata)| Current::new(Id::from_u64(id), metadata))
    }
}

struct Values(Vec<(&'static str, String)>);

impl Visit for Values {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

fn place(id: &Id) -> usize {
    usize::try_from(id.into_u64()).unwrap() - 1
}
