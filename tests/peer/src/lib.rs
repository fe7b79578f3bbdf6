//! An HTTP peer that says what it is told to and keeps what it heard, for the tests of plugins that reach a provider.
//!
//! It is written over sockets, since no server says on request what a broken one says: it hangs up, and holds its answers until
//! it is let go.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "it serves tests, which fail by panicking"
)]

pub mod store_server;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};

/// One request as it came.
#[derive(Clone)]
pub struct Heard {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Heard {
    /// The target of the request line.
    #[must_use]
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(held, value)| held.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The form, in the order of the wire.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

#[derive(Default)]
struct State {
    answers: Mutex<VecDeque<String>>,
    heard: Mutex<Vec<Heard>>,
    something: Notify,
}

/// The peer, on loopback. Where it was told nothing, it hangs up on who asks.
pub struct Peer {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
    /// An answer leaves for each permit of it.
    gate: Arc<Semaphore>,
}

impl Peer {
    /// A peer that was told nothing yet.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, gate) = (Arc::<State>::default(), Arc::new(Semaphore::new(1000)));
        let (states, gates) = (Arc::clone(&state), Arc::clone(&gate));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&states), Arc::clone(&gates)));
            }
        });
        Self { address, state, gate }
    }

    /// What it says to the next request that it has nothing to say to yet: a status line, further head lines and a body.
    pub fn say(&self, status: &str, head: &str, body: &str) {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}");
        self.state.answers.lock().unwrap().push_back(answer);
    }

    /// The same with a body of JSON.
    pub fn say_json(&self, status: &str, body: &Json) {
        self.say(status, "Content-Type: application/json\r\n", &body.to_string());
    }

    /// Hangs up on the next request that it has nothing to say to yet.
    pub fn hang_up(&self) {
        self.state.answers.lock().unwrap().push_back(String::new());
    }

    /// What was asked so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.state.heard.lock().unwrap().clone()
    }

    /// Answers nothing until it is let go.
    pub fn hold(&self) {
        self.gate.forget_permits(1000);
    }

    /// Waits for a request that it holds.
    pub async fn is_asked(&self) {
        self.state.something.notified().await;
    }

    /// Answers again, what it holds first.
    pub fn let_go(&self) {
        self.gate.add_permits(1000);
    }
}

async fn converse(mut stream: TcpStream, state: Arc<State>, gate: Arc<Semaphore>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend(&bytes[..count]),
        }
    }
    let text = String::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    state.heard.lock().unwrap().push(Heard { head: head.to_owned(), body: body.to_owned() });
    state.something.notify_one();
    gate.acquire().await.unwrap().forget();
    let answer = state.answers.lock().unwrap().pop_front();
    if let Some(answer) = answer {
        let _ = stream.write_all(answer.as_bytes()).await;
    }
    let _ = stream.shutdown().await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
