//! The wire form of an operation: a message and its context, in JSON or MessagePack with the same field names.
//!
//! Bytes are read into a tree first, under limits that the reader gives; what is nested too deeply, stands twice or is no
//! number is refused there, before anything is made of it. Credentials have no form at all.

mod extensions;
mod form;
mod tree;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{Draft, Message};
use form::fault;

pub use extensions::{Extensions, Security};
pub use form::{Encoding, WireError};

/// The version of the wire form.
pub const VERSION: u32 = 1;

/// What a reader takes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The length of the encoding.
    pub bytes: usize,
    /// How deeply maps and lists stand in one another; more than 120 counts as 120.
    pub depth: usize,
    /// The content parts of the message, those of nested messages among them.
    pub parts: usize,
}

/// One operation as it stands on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The message.
    pub message: Message,
    /// Its context.
    pub extensions: Extensions,
}

#[derive(Serialize)]
struct Written<'f> {
    wire: u32,
    message: &'f Message,
    #[serde(skip_serializing_if = "Extensions::is_empty")]
    extensions: &'f Extensions,
}

impl Frame {
    /// The bytes of it.
    ///
    /// # Errors
    /// It has no such form.
    pub fn encode(&self, encoding: Encoding) -> Result<Vec<u8>, WireError> {
        let written = Written { wire: VERSION, message: &self.message, extensions: &self.extensions };
        match encoding {
            Encoding::Json => serde_json::to_vec(&written).map_err(|error| fault(".", error)),
            #[cfg(feature = "message-pack")]
            Encoding::MessagePack => rmp_serde::to_vec_named(&written).map_err(|error| fault(".", error)),
        }
    }

    /// Reads bytes that hold one, and nothing after it.
    ///
    /// # Errors
    /// They pass a limit or are no such form.
    pub fn decode(bytes: &[u8], encoding: Encoding, limits: Limits) -> Result<Self, WireError> {
        if bytes.len() > limits.bytes {
            return Err(fault(".", format_args!("it is longer than {} bytes", limits.bytes)));
        }
        let mut members = match tree::read(bytes, encoding, limits.depth)? {
            Json::Object(members) => members,
            _ => return Err(fault(".", "it is no map")),
        };
        match members.remove("wire") {
            Some(version) if version == VERSION => {}
            Some(_) => return Err(fault("wire", format_args!("this version reads {VERSION}"))),
            None => return Err(fault("wire", "it is missing")),
        }
        let message = message(members.remove("message").ok_or_else(|| fault("message", "it is missing"))?)?;
        let extensions = members.remove("extensions").map_or_else(|| Ok(Extensions::default()), extensions)?;
        if let Some(name) = members.keys().next() {
            return Err(fault(name, "it is not expected here"));
        }
        if message.parts() > limits.parts {
            return Err(fault("message.content", format_args!("it has more than {} parts", limits.parts)));
        }
        Ok(Self { message, extensions })
    }

    /// What a host hands in. Nobody states an identity or labels that way: those are verified or vouched for, these are the
    /// runtime's.
    ///
    /// # Errors
    /// The frame states an identity or labels.
    pub fn into_draft(self) -> Result<Draft, WireError> {
        let Self { message, extensions } = self;
        match extensions.stated_identity() {
            Some(slot) => Err(fault(&format!("extensions.security.{slot}"), "this is not stated with a message")),
            None => Ok(extensions.attach(Draft::new(message))),
        }
    }
}

fn message(tree: Json) -> Result<Message, WireError> {
    let parts = tree.get("content").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let wrong = parts.iter().enumerate().find_map(|(at, part)| {
        let error = crate::ContentPart::deserialize(part).err()?;
        Some(fault(&format!("message.content[{at}]"), without_value(&error.to_string())))
    });
    match wrong {
        Some(wrong) => Err(wrong),
        None => typed("message", tree),
    }
}

fn extensions(tree: Json) -> Result<Extensions, WireError> {
    let slots = tree.as_object().into_iter().flatten();
    for (slot, value) in slots {
        let alone = Json::Object(Map::from_iter([(slot.clone(), value.clone())]));
        typed::<Extensions>(&format!("extensions.{slot}"), alone)?;
    }
    typed("extensions", tree)
}

fn typed<T: DeserializeOwned>(path: &str, tree: Json) -> Result<T, WireError> {
    serde_json::from_value(tree).map_err(|error| fault(path, without_value(&error.to_string())))
}

/// What a reader says, without the value it read.
fn without_value(said: &str) -> String {
    match said.rsplit_once(", expected ") {
        Some((before, expected)) if before.contains("invalid ") => format!("expected {expected}"),
        _ => said.to_owned(),
    }
}
