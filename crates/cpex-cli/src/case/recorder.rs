//! The sink of cases that are recorded: it keeps what decides their operations again.

use cpex::sdk::audit::{CARRIED, Replay, ValuePath, Wants};
use cpex::sdk::testing::RecordingSink;

/// Its name.
pub(crate) const RECORDER: &str = "recorder-of-cases";

/// A sink that keeps every value an operation carries.
pub(crate) fn sink() -> RecordingSink {
    let values = CARRIED.iter().filter_map(|root| ValuePath::read(root)).collect();
    RecordingSink::wanting(Wants { replay: Some(Replay { values }), ..Wants::default() })
}
