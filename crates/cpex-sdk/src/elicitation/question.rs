//! What a question is called by: to channels, approvers and stores.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A question of a suspended operation: a digest of all that is asked, keyed by the operation's identifier. The client resumes by
/// the identifier itself, which therefore no channel, approver or store is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct QuestionId(pub [u8; 32]);

/// The text names no question: expected 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 lower-case hexadecimal digits")]
pub struct NotAQuestion;

impl fmt::Display for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QuestionId({self})")
    }
}

impl Serialize for QuestionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for QuestionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl FromStr for QuestionId {
    type Err = NotAQuestion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAQuestion);
        }
        let mut id = [0; 32];
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = *pair else { return Err(NotAQuestion) };
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Ok(Self(id))
    }
}

fn digit(byte: u8) -> Result<u8, NotAQuestion> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(NotAQuestion),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_it_is_written_and_in_no_other_spelling() {
        let question = QuestionId(std::array::from_fn(|at| u8::try_from(at * 8).unwrap_or_default()));
        let text = question.to_string();
        assert_eq!(text.parse(), Ok(question));
        for other in [text.to_uppercase(), format!(" {text}"), text.replace('0', "g"), text.chars().skip(1).collect()] {
            assert_eq!(other.parse::<QuestionId>(), Err(NotAQuestion), "{other}");
        }
    }
}
