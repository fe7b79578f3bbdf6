//! Members of recorded replies.

use serde_json::Value as Json;

/// Whether a member is that text.
pub(super) fn is(reply: &Json, name: &str, text: &str) -> bool {
    word(reply, name) == Some(text)
}

/// A member that is text.
pub(super) fn word<'r>(reply: &'r Json, name: &str) -> Option<&'r str> {
    reply.get(name)?.as_str()
}

/// A member that is a list of texts.
pub(super) fn words<'r>(reply: &'r Json, name: &str) -> Vec<&'r str> {
    let list = reply.get(name).and_then(Json::as_array);
    list.into_iter().flatten().filter_map(Json::as_str).collect()
}
