//! Credentials that a backend sends back: taken out of what it answers before anybody reads that.
//!
//! A credential is looked for as it was sent, without its scheme, and as JSON and URLs spell it. One that is in an encoding
//! of its own, such as base64, is not found.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::{ContentPart, Message, Secret};

/// What stands in the place of a credential.
const REDACTED: &str = "[redacted]";

/// The bytes of the shortest text that is looked for: shorter ones stand in any answer, and protect nothing.
const SHORTEST: usize = 8;

/// The spellings of some credentials.
pub(crate) struct Echoes(Vec<Zeroizing<String>>);

impl Echoes {
    /// Those of the values of headers.
    pub(crate) fn of<'v>(values: impl Iterator<Item = &'v Secret>) -> Self {
        let mut spellings: Vec<Zeroizing<String>> = values.flat_map(|value| spellings(value.expose())).collect();
        // The longest first: what is left of a longer one is found by none.
        spellings.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        spellings.dedup();
        Self(spellings)
    }

    /// The text without any of them.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut redacted = Cow::Borrowed(text);
        for spelling in self.0.iter().filter(|spelling| text.contains(spelling.as_str())) {
            redacted = Cow::Owned(redacted.replace(spelling.as_str(), REDACTED));
        }
        redacted
    }

    /// Takes them out of every text of a message; answers whether there were any. A part that cannot be put together again
    /// is left out whole.
    pub(crate) fn redact_message(&self, message: &mut Message) -> bool {
        let mut found = false;
        message.content.retain_mut(|part| {
            let (changed, kept) = self.redact_part(part);
            found |= changed;
            kept
        });
        found
    }

    /// Whether there were any in the part, and whether it is one still.
    fn redact_part(&self, part: &mut ContentPart) -> (bool, bool) {
        match part {
            ContentPart::Text(text) | ContentPart::Thinking(text) if text.more.is_empty() => {
                (self.redact_text(&mut text.text), true)
            }
            ContentPart::ToolResult(result) if result.more.is_empty() => {
                let texts = [&mut result.tool_call_id, &mut result.tool_name];
                let named = texts.into_iter().fold(false, |found, text| self.redact_text(text) | found);
                (self.redact_json(&mut result.content) | named, true)
            }
            _ => {
                let Ok(mut json) = serde_json::to_value(&*part) else { return (true, false) };
                if !self.redact_json(&mut json) {
                    return (false, true);
                }
                let read = serde_json::from_value(json).map(|redacted| *part = redacted);
                (true, read.is_ok())
            }
        }
    }

    fn redact_json(&self, json: &mut Json) -> bool {
        match json {
            Json::String(text) => self.redact_text(text),
            Json::Array(items) => items.iter_mut().fold(false, |found, item| self.redact_json(item) | found),
            Json::Object(members) => {
                let values = members.values_mut().fold(false, |found, value| self.redact_json(value) | found);
                self.redact_names(members) | values
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => false,
        }
    }

    fn redact_names(&self, members: &mut Map<String, Json>) -> bool {
        let is_found = |name: &String| matches!(self.redact(name), Cow::Owned(_));
        let found = members.keys().any(is_found);
        if found {
            let before = std::mem::take(members);
            *members = before.into_iter().map(|(name, value)| (self.redact(&name).into_owned(), value)).collect();
        }
        found
    }

    fn redact_text(&self, text: &mut String) -> bool {
        let Cow::Owned(redacted) = self.redact(text) else { return false };
        *text = redacted;
        true
    }
}

/// The ways in which the value of a header may be repeated, with its scheme or without.
fn spellings(value: &str) -> Vec<Zeroizing<String>> {
    let token = value.split_once(' ').map(|(_, token)| token.trim());
    let sent = [Some(value), token].into_iter().flatten().filter(|text| text.len() >= SHORTEST);
    let all = sent.flat_map(|text| {
        let json = Json::String(text.to_owned()).to_string();
        let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(text);
        let upper = percent_encoded(text, |byte| format!("%{byte:02X}"));
        let lower = percent_encoded(text, |byte| format!("%{byte:02x}"));
        [text.to_owned(), json.to_owned(), json.replace('/', "\\/"), upper, lower]
    });
    all.map(Zeroizing::new).collect()
}

/// All but unreserved characters by their bytes (RFC 3986, section 2.1).
fn percent_encoded(text: &str, escape: fn(u8) -> String) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&escape(byte)),
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
