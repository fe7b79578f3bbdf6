//! The labels of an envelope can be read.
use apl_cmf::Envelope;

fn read(envelope: &mut Envelope) -> bool {
    envelope.message_labels().contains("secret")
}

fn main() {
    let _ = read;
}
