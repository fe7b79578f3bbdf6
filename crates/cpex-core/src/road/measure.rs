//! Refuses what is larger than the document lets an operation be.

use apl_core::Denial;
use cpex_sdk::code;

use super::state::{Denied, Identified};
use crate::size::{is_within, own_is_within};

/// Measures what came in on this side, where the document bounds it, before any session is asked for or any plugin or policy
/// looks at it. What is counted is the content: not what surrounds it, which the host states.
pub(crate) fn measure(identified: Identified<'_>) -> Result<Identified<'_>, Denied> {
    let passage = &*identified.passage;
    let Some(limit) = passage.snapshot.settings.max_payload_bytes else { return Ok(identified) };
    if let Some(reads) = passage.reads() {
        reads.note_path(passage.side().slot().name());
    }
    let payload = identified.envelope.payload(passage.side());
    let within = match (&passage.own, payload) {
        (Some(own), _) => own_is_within(own, limit),
        (None, Some(payload)) => is_within(&payload.message.content, limit),
        (None, None) => true,
    };
    if within { Ok(identified) } else { Err(Denial::new(code::REQUEST_TOO_LARGE).into()) }
}
