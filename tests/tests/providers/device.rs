//! The device that Keycloak asks people on: it takes what it is told over HTTP, and the test answers.

use std::net::SocketAddr;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Everybody's device.
pub(super) struct Device {
    pub(super) url: String,
    heard: UnboundedReceiver<Asked>,
}

/// What somebody is asked.
pub(super) struct Asked {
    /// What the answer is to be authorized by.
    pub(super) authorization: String,
    pub(super) what: Json,
}

impl Device {
    pub(super) async fn listen() -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let url = format!("http://{}/ask", listener.local_addr().unwrap());
        let (hears, heard) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                converse(stream, &hears).await;
            }
        });
        Self { url, heard }
    }

    /// What is asked next.
    pub(super) async fn asked(&mut self) -> Asked {
        self.heard.recv().await.unwrap()
    }
}

async fn converse(mut stream: TcpStream, hears: &UnboundedSender<Asked>) {
    let mut request = String::new();
    let mut bytes = [0; 4096];
    let asked = loop {
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => request.push_str(str::from_utf8(&bytes[..count]).unwrap()),
        }
        if let Some(asked) = whole(&request) {
            break asked;
        }
    };
    let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").await;
    let _ = hears.send(asked);
}

/// None while the body is not all there.
fn whole(request: &str) -> Option<Asked> {
    let (head, body) = request.split_once("\r\n\r\n")?;
    let what = serde_json::from_str(body).ok()?;
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let (_, authorization) = headers.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    Some(Asked { authorization: authorization.to_owned(), what })
}
