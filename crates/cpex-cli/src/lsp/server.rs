//! The server: which message is answered when, and how.

use std::collections::BTreeMap;

use cpex::PluginManager;
use serde_json::{Value as Json, json};

use super::asked::{self, Client};
use super::buffer::Buffer;
use super::findings;
use super::lines::{Encoding, Position};
use super::message::{Fault, Message, answer, notification};
use crate::fmt;

/// What a client is told and what it told.
pub(super) struct Server {
    state: State,
    client: Client,
    /// The open documents, by URI.
    buffers: BTreeMap<String, Buffer>,
    manager: PluginManager,
}

/// How far the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Running,
    ShutDown,
}

/// What follows from a message.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reaction {
    /// What is sent, in order.
    pub(super) messages: Vec<Json>,
    /// The exit status, once the conversation is over.
    pub(super) exit: Option<u8>,
}

impl Server {
    pub(super) fn new() -> Self {
        let manager = PluginManager::default();
        cpex::install_builtins(&manager);
        Self { state: State::New, client: Client::default(), buffers: BTreeMap::new(), manager }
    }

    pub(super) fn react(&mut self, message: &Message) -> Reaction {
        match message {
            Message::Request { id, method, params } => {
                let outcome = self.request(method, params);
                Reaction { messages: vec![answer(id, outcome)], exit: None }
            }
            Message::Notification { method, .. } if method == "exit" => {
                Reaction { exit: Some(u8::from(self.state != State::ShutDown)), ..Reaction::default() }
            }
            Message::Notification { method, params } if self.state == State::Running => {
                Reaction { messages: self.notified(method, params), exit: None }
            }
            // Answers to nothing, and what comes before the first request or after the last.
            Message::Notification { .. } | Message::Response => Reaction::default(),
        }
    }

    fn request(&mut self, method: &str, params: &Json) -> Result<Json, Fault> {
        match (self.state, method) {
            (State::New, "initialize") => Ok(self.initialize(params)),
            (State::New, _) => Err(Fault::not_initialized()),
            (State::Running, "initialize") => Err(Fault::invalid_request("the server is initialized already")),
            (State::ShutDown, _) => Err(Fault::invalid_request("the server was shut down")),
            (State::Running, "shutdown") => {
                self.state = State::ShutDown;
                Ok(Json::Null)
            }
            (State::Running, "textDocument/hover") => {
                let (buffer, position) = self.asked(params)?;
                Ok(buffer.and_then(|buffer| asked::hover(buffer, position, self.client)).into())
            }
            (State::Running, "textDocument/completion") => {
                let (buffer, position) = self.asked(params)?;
                Ok(buffer.map(|buffer| asked::completion(buffer, position, self.client)).unwrap_or_default().into())
            }
            (State::Running, "textDocument/definition") => {
                let (buffer, position) = self.asked(params)?;
                Ok(buffer.and_then(|buffer| asked::definition(buffer, position, self.client)).into())
            }
            (State::Running, "textDocument/formatting") => Ok(self.format(text(params, "/textDocument/uri")?)),
            (State::Running, _) => Err(Fault::method_not_found(method)),
        }
    }

    fn initialize(&mut self, params: &Json) -> Json {
        let capabilities = params.get("capabilities").unwrap_or(&Json::Null);
        let snippets = "/textDocument/completion/completionItem/snippetSupport";
        self.client = Client {
            encoding: Encoding::negotiate(capabilities),
            has_snippets: capabilities.pointer(snippets).and_then(Json::as_bool).unwrap_or(false),
        };
        self.state = State::Running;
        json!({
            "capabilities": {
                "positionEncoding": self.client.encoding.name(),
                // Changes are taken as parts of the text.
                "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
                "hoverProvider": true,
                "completionProvider": { "triggerCharacters": [".", ":", "|", "(", "\"", "'"] },
                "definitionProvider": true,
                "documentFormattingProvider": true,
            },
            "serverInfo": { "name": "cpex", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// What is sent because of a notification. One that is malformed has no answer, and is passed over.
    fn notified(&mut self, method: &str, params: &Json) -> Vec<Json> {
        let Ok(uri) = text(params, "/textDocument/uri") else { return Vec::new() };
        let version = params.pointer("/textDocument/version").and_then(Json::as_i64);
        match method {
            "textDocument/didOpen" => {
                let Ok(written) = text(params, "/textDocument/text") else { return Vec::new() };
                self.buffers.insert(uri.to_owned(), Buffer::open(uri.to_owned(), version, written));
                self.publish(uri).into_iter().collect()
            }
            "textDocument/didChange" => {
                let Some(changes) = params.get("contentChanges").and_then(Json::as_array) else { return Vec::new() };
                let Some(buffer) = self.buffers.get_mut(uri) else { return Vec::new() };
                match buffer.change(version, changes, self.client.encoding) {
                    Ok(()) => self.publish(uri).into_iter().collect(),
                    Err(()) => Vec::new(),
                }
            }
            "textDocument/didSave" => {
                // What was saved may be a file of facts that others read.
                let open: Vec<String> = self.buffers.keys().cloned().collect();
                open.iter().filter_map(|uri| self.publish(uri)).collect()
            }
            "textDocument/didClose" => {
                let closed = self.buffers.remove(uri);
                closed.map(|_| diagnostics(&findings::cleared(uri))).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn publish(&mut self, uri: &str) -> Option<Json> {
        let buffer = self.buffers.get_mut(uri)?;
        let found = buffer.check(&self.manager);
        Some(diagnostics(&findings::published(buffer, &found, self.client.encoding)))
    }

    /// The document and position a request is about; no document where it is not open.
    fn asked(&self, params: &Json) -> Result<(Option<&Buffer>, Position), Fault> {
        let uri = text(params, "/textDocument/uri")?;
        let position = params.get("position").and_then(Position::read);
        Ok((self.buffers.get(uri), position.ok_or_else(|| Fault::invalid_params("position"))?))
    }

    /// The one edit that lays a document out; null where it is refused, which its findings say already.
    fn format(&self, uri: &str) -> Json {
        let Some(lines) = self.buffers.get(uri).map(|buffer| &buffer.lines) else { return Json::Null };
        match fmt::layout(uri, lines.text()) {
            Ok(written) if written == lines.text() => json!([]),
            Ok(written) => {
                let range = lines.range(0..lines.text().len(), self.client.encoding);
                json!([{ "range": range, "newText": written }])
            }
            Err(_) => Json::Null,
        }
    }
}

fn diagnostics(params: &Json) -> Json {
    notification("textDocument/publishDiagnostics", params)
}

fn text<'p>(params: &'p Json, pointer: &str) -> Result<&'p str, Fault> {
    params.pointer(pointer).and_then(Json::as_str).ok_or_else(|| Fault::invalid_params(pointer.trim_start_matches('/')))
}

#[cfg(test)]
mod tests;
