//! The provider of `tests/idp`, a process of its own that ends with the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value as Json, json};

/// An identity provider on loopback, with keys of its own.
pub(super) struct Provider {
    process: Child,
    /// None once it was told that there is nothing more.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub(super) greeting: Greeting,
}

/// What it says when it listens.
#[derive(Deserialize)]
pub(super) struct Greeting {
    pub(super) issuer: String,
    /// The workload it knows, by its SPIFFE ID.
    pub(super) workload: String,
    /// The public key that the workload's assertions are verified with, a JSON Web Key.
    pub(super) workload_key: Json,
}

impl Provider {
    pub(super) fn start() -> Self {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/idp"));
        assert!(folder.join("node_modules").is_dir(), "the identity provider is not installed: run `make setup`");
        let mut process = Command::new("node")
            .arg(folder.join("server.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("`node` runs: run `make setup`, which says what is missing");
        let (input, output) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        let greeting = Greeting { issuer: String::new(), workload: String::new(), workload_key: Json::Null };
        let mut provider = Self { process, input, output, greeting };
        provider.greeting = serde_json::from_value(provider.line()).unwrap();
        provider
    }

    pub(super) fn issuer(&self) -> &str {
        &self.greeting.issuer
    }

    /// Has it do something, and waits until it is done.
    pub(super) fn told(&mut self, command: &str, how: Json) -> Json {
        let mut line = how;
        line["command"] = command.into();
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = self.line();
        assert!(answer.get("failed").is_none(), "{command}: {}", answer["failed"]);
        answer["done"].take()
    }

    /// A token of Ada, who is in HR and came by the client `assistant`, with these things different.
    pub(super) fn token(&mut self, over: &Json) -> String {
        let mut wanted = json!({
            "client": "assistant", "sub": "ada", "audience": "agents", "scope": "use", "claims": { "roles": ["hr"] },
        });
        wanted.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        self.told("token", wanted).as_str().unwrap().to_owned()
    }

    /// How often a path of it was asked for.
    pub(super) fn asked_for(&mut self, path: &str) -> usize {
        let requests = self.told("requests", json!({}));
        requests.as_array().unwrap().iter().filter(|asked| *asked == path).count()
    }

    /// Lets it hang up on who asks, or answer again.
    pub(super) fn set_up(&mut self, is_up: bool) {
        self.told("up", json!({ "is_up": is_up }));
    }

    fn line(&mut self) -> Json {
        let mut line = String::new();
        if self.output.read_line(&mut line).unwrap() == 0 {
            let mut errors = String::new();
            self.process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
            panic!("the identity provider ended: {errors}");
        }
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}
