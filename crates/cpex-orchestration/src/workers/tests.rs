#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::time::Duration;

use super::Workers;
use crate::Fault;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn work_that_blocks_does_not_hold_up_the_caller() {
    let workers = Workers::new(NonZeroUsize::MIN);
    let (go, wait) = mpsc::channel();
    let work = workers.call(async move { wait.recv().unwrap() }, LONG);
    let (answer, ()) = tokio::join!(work, async { go.send(7).unwrap() });
    assert_eq!(answer, Ok(7));
    assert_eq!(workers.lost(), 0);
}

#[tokio::test]
async fn work_that_overruns_is_answered_and_its_thread_counted_lost_until_it_ends() {
    let workers = Workers::new(NonZeroUsize::MIN);
    let (go, wait) = mpsc::channel::<()>();
    let overrun = workers.call(async move { wait.recv().unwrap_or(()) }, Duration::from_millis(1)).await;
    assert_eq!((overrun, workers.lost()), (Err(Fault::Timeout), 1));
    // The one thread is taken: the next finds none in its time.
    assert_eq!(workers.call(async {}, Duration::from_millis(1)).await, Err(Fault::Timeout));
    drop(go);
    assert_eq!(workers.call(async { 1 }, LONG).await, Ok(1));
    assert_eq!(workers.lost(), 0);
}

#[tokio::test]
async fn a_panic_is_a_fault_and_frees_the_thread() {
    let workers = Workers::new(NonZeroUsize::MIN);
    assert_eq!(workers.call(async { panic!("planted") }, LONG).await, Err::<(), _>(Fault::Panic));
    assert_eq!(workers.call(async { 1 }, LONG).await, Ok(1));
}

#[test]
fn without_a_runtime_there_is_no_thread() {
    let workers = Workers::new(NonZeroUsize::MIN);
    let mut work = std::pin::pin!(workers.call(async {}, LONG));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(work.as_mut().poll(&mut context), std::task::Poll::Ready(Err(Fault::Timeout)));
}
