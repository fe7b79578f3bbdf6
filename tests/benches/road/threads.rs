//! m. Many tasks on one thread and on two: what a call takes of the time, and how long the slowest of a hundred takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cpex::prelude::*;
use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::Bench;
use super::monitor::{manager, operation};

const TASKS: usize = 64;
const CALLS: usize = 500;

pub(crate) fn all(bench: &mut Bench) {
    let manager = Arc::new(manager(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"] } ] }"#));
    for (name, threads) in [("m-one-thread", 1), ("m-two-threads", 2)] {
        bench.timed(name, || {
            let (all, mut calls) = measure(&manager, threads);
            calls.sort_unstable();
            let at = |hundredths: usize| calls[calls.len() * hundredths / 100].as_nanos();
            (all / u32::try_from(calls.len()).unwrap(), format!("p50 {} ns, p99 {} ns", at(50), at(99)))
        });
    }
}

/// The time of all calls together, and that of each.
fn measure(manager: &Arc<PluginManager>, threads: usize) -> (Duration, Vec<Duration>) {
    let runtime = Builder::new_multi_thread().worker_threads(threads).build().unwrap();
    let operations: Vec<Vec<Operation>> = (0..TASKS).map(|_| (0..CALLS).map(|_| operation("hr")).collect()).collect();
    runtime.block_on(async {
        let begun = Instant::now();
        let tasks: Vec<_> =
            operations.into_iter().map(|operations| tokio::spawn(calls(Arc::clone(manager), operations))).collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await.unwrap());
        }
        (begun.elapsed(), times)
    })
}

async fn calls(manager: Arc<PluginManager>, operations: Vec<Operation>) -> Vec<Duration> {
    let mut times = Vec::with_capacity(operations.len());
    for operation in operations {
        let begun = Instant::now();
        let outcome = manager.authorize(operation).await;
        times.push(begun.elapsed());
        drop(outcome);
        yield_now().await;
    }
    times
}
