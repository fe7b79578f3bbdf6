//! Bytes of the wire form, in whichever encoding they are read: what was read is written and read again as it was, in both
//! encodings, and what a host hands in on the wire brings neither an identity nor a credential.

use cpex::cmf::wire::{Encoding, Frame, Limits};
use cpex::cmf::{Identity, Standing, is_sensitive_header};

const LIMITS: Limits = Limits { bytes: 1 << 16, depth: 32, parts: 64 };

/// Longer than any reading is, whatever it is written in: a number of a few bytes may be written with many digits.
const WRITTEN: Limits = Limits { bytes: 1 << 24, ..LIMITS };

pub(super) fn check(input: &[u8]) {
    for encoding in [Encoding::Json, Encoding::MessagePack] {
        match Frame::decode(input, encoding, LIMITS) {
            Ok(frame) => read(frame),
            Err(error) => assert!(!error.path.is_empty() && !error.what.is_empty(), "{error:?}"),
        }
    }
}

fn read(frame: Frame) {
    assert!(frame.message.parts() <= LIMITS.parts, "more parts than the limit: {frame:?}");
    for encoding in [Encoding::Json, Encoding::MessagePack] {
        let bytes = frame.encode(encoding).unwrap_or_else(|error| panic!("{encoding:?}: {error}: {frame:?}"));
        let again = Frame::decode(&bytes, encoding, WRITTEN);
        assert_eq!(again.as_ref(), Ok(&frame), "{encoding:?}");
    }
    let Ok(draft) = frame.into_draft() else { return };
    let http = draft.http_context();
    for name in http.request_headers.keys().chain(http.response_headers.keys()) {
        assert!(!is_sensitive_header(name) && *name == name.to_ascii_lowercase(), "a header is handed in: `{name}`");
    }
    let envelope = draft.identify(Identity::default(), Standing::Anonymous, 0);
    assert!(envelope.message_labels().is_empty() && envelope.session_labels().is_none(), "{envelope:?}");
}
