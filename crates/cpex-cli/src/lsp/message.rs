//! JSON-RPC 2.0 as the protocol uses it: no batches, and parameters by name.

use serde_json::{Value as Json, json};

/// A message of the client.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    /// It wants an answer.
    Request { id: Json, method: String, params: Json },
    /// It wants none.
    Notification { method: String, params: Json },
    /// It answers; this server asks nothing.
    Response,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    code: i32,
    message: String,
}

impl Fault {
    pub(super) fn parse(message: impl Into<String>) -> Self {
        Self { code: -32700, message: message.into() }
    }

    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self { code: -32600, message: message.into() }
    }

    pub(super) fn method_not_found(method: &str) -> Self {
        Self { code: -32601, message: format!("there is no method `{method}`") }
    }

    pub(super) fn invalid_params(missing: &str) -> Self {
        Self { code: -32602, message: format!("`{missing}` is missing or of another shape") }
    }

    pub(super) fn not_initialized() -> Self {
        Self { code: -32002, message: "the first request must be `initialize`".to_owned() }
    }
}

/// Reads a message.
///
/// # Errors
/// The answer to it, where it is none.
pub(super) fn parse(bytes: &[u8]) -> Result<Message, Json> {
    let json: Json =
        serde_json::from_slice(bytes).map_err(|error| answer(&Json::Null, Err(Fault::parse(error.to_string()))))?;
    let id = json.get("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64()).cloned();
    let refuse = |why: &str| answer(id.as_ref().unwrap_or(&Json::Null), Err(Fault::invalid_request(why)));
    if !json.is_object() {
        return Err(refuse("a message is an object; batches are not taken"));
    }
    if json.get("jsonrpc").and_then(Json::as_str) != Some("2.0") {
        return Err(refuse("`jsonrpc` must be \"2.0\""));
    }
    let params = json.get("params").cloned().unwrap_or_default();
    let method = match json.get("method") {
        Some(Json::String(method)) => method.clone(),
        None if json.get("result").is_some() || json.get("error").is_some() => return Ok(Message::Response),
        _ => return Err(refuse("`method` must be a text")),
    };
    match (id, json.get("id")) {
        (Some(id), _) => Ok(Message::Request { id, method, params }),
        (None, None) => Ok(Message::Notification { method, params }),
        (None, Some(_)) => Err(answer(&Json::Null, Err(Fault::invalid_request("`id` must be a number or a text")))),
    }
}

/// The answer to the request of that id.
pub(super) fn answer(id: &Json, outcome: Result<Json, Fault>) -> Json {
    match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Fault { code, message }) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
        }
    }
}

/// A message that wants no answer.
pub(super) fn notification(method: &str, params: &Json) -> Json {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

    use super::*;

    fn refused(text: &str) -> (Json, Json) {
        match parse(text.as_bytes()) {
            Err(mut answer) => (answer["id"].take(), answer["error"]["code"].take()),
            Ok(message) => (json!(format!("{message:?}")), Json::Null),
        }
    }

    #[test]
    fn messages_are_told_apart() {
        let request = Message::Request { id: json!(1), method: "m".to_owned(), params: json!({}) };
        assert_eq!(parse(br#"{"jsonrpc":"2.0","id":1,"method":"m","params":{}}"#), Ok(request));
        let notification = Message::Notification { method: "m".to_owned(), params: Json::Null };
        assert_eq!(parse(br#"{"jsonrpc":"2.0","method":"m"}"#), Ok(notification));
        assert_eq!(parse(br#"{"jsonrpc":"2.0","id":"a","result":null}"#), Ok(Message::Response));
    }

    #[test]
    fn what_is_no_message_is_answered() {
        assert_eq!(refused("{"), (Json::Null, json!(-32700)));
        assert_eq!(refused("\"\\ud800\""), (Json::Null, json!(-32700)));
        assert_eq!(refused(&"[".repeat(100_000)), (Json::Null, json!(-32700)));
        assert_eq!(refused("[]"), (Json::Null, json!(-32600)));
        assert_eq!(refused(r#"{"id":7,"method":"m"}"#), (json!(7), json!(-32600)));
        assert_eq!(refused(r#"{"jsonrpc":"2.0","id":7}"#), (json!(7), json!(-32600)));
        assert_eq!(refused(r#"{"jsonrpc":"2.0","id":7,"method":1}"#), (json!(7), json!(-32600)));
        assert_eq!(refused(r#"{"jsonrpc":"2.0","id":null,"method":"m"}"#), (Json::Null, json!(-32600)));
        assert_eq!(refused(r#"{"jsonrpc":"2.0","id":1.5,"method":"m"}"#), (Json::Null, json!(-32600)));
    }
}
