//! What bytes are read as, and why they are not.

/// How bytes spell the wire form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// JSON (RFC 8259).
    Json,
    /// MessagePack, structures as maps by name.
    #[cfg(feature = "message-pack")]
    MessagePack,
}

/// Why bytes are no wire form. It holds no value of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {what}")]
pub struct WireError {
    /// Where, such as `message.content[2]`; `.` is the whole.
    pub path: String,
    /// What is wrong there.
    pub what: String,
}

pub(super) fn fault(path: &str, what: impl std::fmt::Display) -> WireError {
    WireError { path: path.to_owned(), what: what.to_string() }
}
