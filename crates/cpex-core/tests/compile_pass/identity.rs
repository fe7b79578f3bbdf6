//! An identity is stated once, and the draft is gone.
use apl_cmf::{Draft, Envelope, Identity, Standing};

fn identify(draft: Draft, first: Identity, second: Identity) -> Envelope {
    let envelope = draft.identify(first, Standing::Verified, 0);
    drop(second);
    envelope
}

fn main() {
    let _ = identify;
}
