//! An envelope takes no second identity.
use apl_cmf::{Draft, Envelope, Identity, Standing};

fn identify(draft: Draft, first: Identity, second: Identity) -> Envelope {
    let envelope = draft.identify(first, Standing::Verified, 0);
    let envelope = envelope.identify(second, Standing::Verified, 0);
    envelope
}

fn main() {
    let _ = identify;
}
