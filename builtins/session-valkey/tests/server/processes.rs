//! Processes that share one server: each sees what the others keep, and nothing is lost or used twice between them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use cpex_sdk::elicitation::Turn;
use cpex_sdk::testing::host;
use cpex_test_peer::store_server::{Kind, StoreServer};
use serde_json::json;

use crate::bench::{HOUR, append, build, key, labels, stores, waits};

/// Where the process finds the server.
const ENDPOINT: &str = "CPEX_TEST_ENDPOINT";

/// A process that does as it is told, line by line.
struct Replica {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Replica {
    fn start(server: &StoreServer) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::the_process_that_others_start", "--ignored", "--nocapture"])
            .env(ENDPOINT, server.endpoint())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, input, output }
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the process ended");
            // The harness says things of its own, before it on the same line too.
            if let Some((_, answer)) = line.trim_end().split_once("answer: ") {
                return answer.to_owned();
            }
        }
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
    let stores = build(json!({ "endpoint": endpoint }), &host()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let answer = runtime.block_on(async {
            match words.as_slice() {
                ["labels"] => labels(&stores).await.unwrap().join(" "),
                ["append", from, to] => {
                    let tasks = (from.parse::<u32>().unwrap()..to.parse().unwrap()).map(|number| {
                        let stores = stores.clone();
                        tokio::spawn(async move { append(&stores, &[&format!("label-{number}")]).await.unwrap() })
                    });
                    for task in tasks.collect::<Vec<_>>() {
                        task.await.unwrap();
                    }
                    "done".to_owned()
                }
                ["race", number, racers] => {
                    let key = key(number.parse().unwrap());
                    let tasks = (0..racers.parse::<u32>().unwrap()).map(|_| {
                        let store = Arc::clone(&waits(&stores));
                        tokio::spawn(async move { store.take(&key, HOUR).await.unwrap() })
                    });
                    let mut won = 0;
                    for task in tasks.collect::<Vec<_>>() {
                        won += u32::from(task.await.unwrap() == Turn::First);
                    }
                    won.to_string()
                }
                other => panic!("{other:?}"),
            }
        });
        println!("answer: {answer}");
    }
}

over_both! {
    async fn trap_41_a_process_sees_the_labels_of_another(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let mut replica = Replica::start(&server);
        let stores = stores(&server);
        append(&stores, &["secret"]).await.unwrap();
        replica.tell("labels");
        assert_eq!(replica.answer(), "secret");
        replica.tell("append 1 2");
        assert_eq!(replica.answer(), "done");
        assert_eq!(labels(&stores).await.unwrap(), ["label-1", "secret"]);
    }

    async fn labels_that_two_processes_add_at_once_are_all_there(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let mut replicas = [Replica::start(&server), Replica::start(&server)];
        for (replica, numbers) in replicas.iter_mut().zip(["0 200", "100 300"]) {
            replica.tell(&format!("append {numbers}"));
        }
        replicas.iter_mut().for_each(|replica| assert_eq!(replica.answer(), "done"));
        assert_eq!(labels(&stores(&server)).await.unwrap().len(), 300);
    }

    async fn trap_39_of_all_who_take_at_once_in_two_processes_one_is_the_first(kind: Kind) {
        let server = StoreServer::start(kind, &[]);
        let mut replicas = [Replica::start(&server), Replica::start(&server)];
        for round in 0..20 {
            replicas.iter_mut().for_each(|replica| replica.tell(&format!("race {round} 8")));
            let won: u32 = replicas.iter_mut().map(|replica| replica.answer().parse::<u32>().unwrap()).sum();
            assert_eq!(won, 1, "round {round}");
        }
    }
}
