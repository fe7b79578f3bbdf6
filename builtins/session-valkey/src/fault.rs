//! Why the server cannot be asked, or did not do what it was asked. Its own words are not repeated: only the word that its
//! answers begin with is, which is one of the protocol.

use cpex_sdk::StoreError;
use redis::RedisError;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// No connection came about.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server answers, and must not be used.
    #[error("the server must not be used: {0}")]
    Refused(String),
    /// The time was over; what was asked may have been done.
    #[error("no answer in time")]
    Timeout,
    /// The connection was lost; what was asked may have been done.
    #[error("the connection was lost")]
    Lost,
    /// The server did not do it, and says why by this word.
    #[error("the server answers `{word}`{}", meaning(word))]
    Answer {
        /// Such as `OOM`.
        word: String,
    },
    /// The answer has not the shape it should have.
    #[error("the answer cannot be read: {0}")]
    Unreadable(&'static str),
}

impl Fault {
    /// What a failed call says.
    pub(crate) fn of(error: RedisError) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        if error.is_io_error() || error.is_connection_dropped() || error.is_unrecoverable_error() {
            return Self::Lost;
        }
        // A transaction says that it was given up beside the reason.
        let errors = error.into_server_errors().unwrap_or_default();
        match errors.iter().map(|(_, error)| error.code()).find(|word| is_word(word)) {
            Some(word) => Self::Answer { word: word.to_owned() },
            None => Self::Unreadable("it is no answer to what was asked"),
        }
    }

    /// Whether the connection is not to be used again: it is gone, or it leads to a server that serves no more.
    pub(crate) fn ends_connection(&self) -> bool {
        match self {
            Self::Timeout | Self::Lost | Self::Refused(_) | Self::Unreadable(_) => true,
            Self::Answer { word } => ["READONLY", "MASTERDOWN", "NOAUTH"].contains(&word.as_str()),
            Self::Unreachable(_) => false,
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}

/// What the words mean that operators meet.
fn meaning(word: &str) -> &'static str {
    match word {
        "OOM" => ": its memory is full",
        "READONLY" => ": it is a replica",
        "NOAUTH" => ": it wants a password",
        "WRONGPASS" => ": it knows no such user and password",
        "NOPERM" => ": its user may not do that",
        "WRONGTYPE" => ": something else is kept under this key",
        "LOADING" => ": it is starting",
        "MISCONF" => ": it cannot write to its disk",
        "NOREPLICAS" => ": it has too few replicas",
        "MOVED" | "ASK" | "CLUSTERDOWN" => ": it is part of a cluster, which is not served",
        _ => "",
    }
}

/// Whether it is a word of the protocol, and not the beginning of a sentence.
fn is_word(word: &str) -> bool {
    (1..=24).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_not_repeated_beyond_its_first_word() {
        let said = |text: &str| {
            let value = redis::parse_redis_value(format!("-{text}\r\n").as_bytes());
            let error = value.and_then(redis::Value::extract_error).err();
            error.map(|error| Fault::of(error).to_string())
        };
        let full = said("OOM command not allowed when used memory > 'maxmemory' secret");
        assert_eq!(full.as_deref(), Some("the server answers `OOM`: its memory is full"));
        assert_eq!(
            said("WRONGPASS invalid hush").as_deref(),
            Some("the server answers `WRONGPASS`: it knows no such user and password")
        );
        assert!(said("hush hush").is_some_and(|text| !text.contains("hush")));
    }
}
