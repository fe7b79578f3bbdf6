//! Lines that are handed to the host's `tracing`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::fmt;
use std::sync::{Arc, Mutex};

use cpex_audit::{KIND, LoggerFactory};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{block_on, host, record};
use cpex_sdk::{Factory, Instance};
use serde_json::{Value as Json, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the messages of events of the target.
#[derive(Clone, Default)]
struct Messages(Arc<Mutex<Vec<String>>>);

impl Subscriber for Messages {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "cpex.audit"
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Message(self));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

struct Message<'m>(&'m Messages);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0.0.lock().unwrap().push(format!("{value:?}"));
        }
    }
}

#[test]
fn a_line_is_an_event_and_nobody_there_is_a_failure() {
    let config = json!({
        "destination": "tracing",
        "chain": {"key": {"kind": "literal", "secret": "07".repeat(32)}},
    });
    let declaration = PluginConfig { config, ..PluginConfig::new("decisions", KIND) };
    let Ok(Instance::Sink(sink)) = LoggerFactory::default().build(&declaration, &host()) else { panic!("no sink") };
    let messages = Messages::default();
    tracing::subscriber::with_default(messages.clone(), || {
        block_on(sink.initialize()).unwrap();
        block_on(sink.write(&record())).unwrap();
    });
    let error = block_on(sink.write(&record())).unwrap_err().to_string();
    assert_eq!(error, "cannot write to `tracing`: no subscriber takes events of the target `cpex.audit`");
    tracing::subscriber::with_default(messages.clone(), || block_on(sink.shutdown()));

    let messages = messages.0.lock().unwrap();
    let lines: Vec<Json> = messages.iter().map(|message| serde_json::from_str(message).unwrap()).collect();
    // What was not written left its number to the next.
    assert_eq!(lines.iter().map(|line| line["sequence"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(lines[2]["checkpoint"]["kind"], "close");
}
