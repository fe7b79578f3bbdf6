//! The labels of an envelope cannot be edited in place.
use apl_cmf::Envelope;

fn read(envelope: &mut Envelope) -> bool {
    envelope.message_labels().remove("secret")
}

fn main() {
    let _ = read;
}
