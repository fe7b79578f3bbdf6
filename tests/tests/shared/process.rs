//! A process that decides what a test tells it to, under a document of its own directory.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cpex::prelude::*;
use serde_json::{Value as Json, json};

/// Where the process finds its document.
const FOLDER: &str = "CPEX_TEST_FOLDER";

pub(super) struct Replica {
    process: Child,
    /// None once it was told that there is nothing more.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Replica {
    pub(super) fn start(folder: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "shared::process::the_process_that_others_start", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, input, output }
    }

    /// What becomes of a call: `decision`, `code` and what the caller receives.
    pub(super) fn decide(&mut self, call: &Json) -> Json {
        writeln!(self.input.as_mut().unwrap(), "{call}").unwrap();
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the process ended");
            // The harness says things of its own, before it on the same line too.
            if let Some((_, answer)) = line.split_once("answer: ") {
                return serde_json::from_str(answer).unwrap();
            }
        }
    }

    /// Has it end as a service does that is told to stop.
    pub(super) fn stop(mut self) {
        drop(self.input.take());
        assert!(self.process.wait().unwrap().success());
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
fn the_process_that_others_start() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let manager = PluginManager::from_file(&Path::new(&folder).join("policy.yaml")).await.unwrap();
        for line in std::io::stdin().lines() {
            let answer = decided(&manager, &serde_json::from_str(&line.unwrap()).unwrap()).await;
            println!("answer: {answer}");
        }
        manager.shutdown().await;
    });
}

async fn decided(manager: &PluginManager, call: &Json) -> Json {
    let text = |key: &str| call[key].as_str().unwrap();
    let arguments = call["args"].as_object().unwrap().clone();
    let operation =
        Operation::tool(text("tool"), arguments).caller(Caller::bearer(text("token"))).session(text("session"));
    let backend = |_call| async { Ok::<_, Infallible>(Answer::structured(call["result"].clone())) };
    let Ok(outcome) = manager.guard(operation, backend).await;
    let code = outcome.report.code;
    let result = match &outcome.decision {
        Decision::Allow(answer) => answer.content().clone(),
        Decision::Deny(_) | Decision::Pending(_) => Json::Null,
    };
    json!({ "decision": outcome.report.decision, "code": code, "result": result })
}
