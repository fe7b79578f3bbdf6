//! `cpex lsp`: a language server for policies, over standard input and output (LSP 3.17).
//!
//! It finds what `cpex check` finds and lays out as `cpex fmt` does; what it completes and explains comes from the tables
//! the compiler reads. It answers one message after the other and keeps no more than the open documents.
//!
//! Messages are JSON as it comes: the libraries there are end a conversation at the first message that is none, where the
//! protocol wants an answer.

mod asked;
mod buffer;
mod cursor;
mod entry;
mod findings;
mod frame;
mod known;
mod line;
mod lines;
mod message;
mod place;
mod server;
mod uri;

use std::io::BufReader;

use serde_json::Value as Json;

use self::frame::Frame;
use self::message::{Fault, answer, parse};
use self::server::{Reaction, Server};
use crate::streams::Streams;

/// Serves until the client says that it is over, or is gone. Exits 0 after a shutdown, else 1.
pub(crate) fn run(streams: &mut Streams<'_>) -> u8 {
    let mut input = BufReader::new(&mut *streams.input);
    let mut server = Server::new();
    loop {
        let refuse = |fault| Reaction { messages: vec![answer(&Json::Null, Err(fault))], exit: None };
        let reaction = match frame::read(&mut input) {
            Ok(Frame::Message(bytes)) => match parse(&bytes) {
                Ok(message) => server.react(&message),
                Err(refused) => Reaction { messages: vec![refused], exit: None },
            },
            Ok(Frame::TooLarge) => {
                refuse(Fault::invalid_request(format!("a message has more than {} bytes", frame::MAX_BYTES)))
            }
            Ok(Frame::Headless) => {
                let fault =
                    Fault::parse("the headers do not give a `Content-Length`, so nothing after them can be read");
                Reaction { exit: Some(1), ..refuse(fault) }
            }
            Ok(Frame::End) | Err(_) => return 1,
        };
        for message in &reaction.messages {
            if frame::write(streams.output, message).is_err() {
                return 1;
            }
        }
        if let Some(status) = reaction.exit {
            return status;
        }
    }
}
