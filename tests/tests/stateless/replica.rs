//! A process that does the calls it is given, one line of JSON for each batch of them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use super::worker::{Answered, Asked, call_all, document, runtime};

/// Where the process finds the server.
const ENDPOINT: &str = "CPEX_TEST_ENDPOINT";

pub(super) struct Replica {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Replica {
    pub(super) fn start(endpoint: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "stateless::replica::the_process_that_others_start", "--ignored", "--nocapture"])
            .env(ENDPOINT, endpoint)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, input, output }
    }

    pub(super) fn tell(&mut self, asked: &[Asked]) {
        writeln!(self.input, "{}", serde_json::to_string(asked).unwrap()).unwrap();
    }

    pub(super) fn answers(&mut self) -> Vec<Answered> {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the process ended");
            // The harness says things of its own, before it on the same line too.
            if let Some((_, answers)) = line.split_once("answers: ") {
                return serde_json::from_str(answers).unwrap();
            }
        }
    }

    pub(super) fn call(&mut self, asked: &[Asked]) -> Vec<Answered> {
        self.tell(asked);
        self.answers()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "other tests start it"]
#[expect(clippy::print_stdout, reason = "the test that started it reads what it prints")]
fn the_process_that_others_start() {
    let Ok(endpoint) = std::env::var(ENDPOINT) else { return };
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let manager = Arc::new(tokio.block_on(runtime(&document(&endpoint))));
    for line in std::io::stdin().lines() {
        let asked = serde_json::from_str(&line.unwrap()).unwrap();
        let answers = tokio.block_on(call_all(&manager, asked));
        println!("answers: {}", serde_json::to_string(&answers).unwrap());
    }
}
