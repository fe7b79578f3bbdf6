#![expect(clippy::panic, reason = "what is guarded panics")]

use std::future::{pending, poll_fn, ready};
use std::panic::panic_any;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use tokio::task::coop::consume_budget;
use tokio::task::yield_now;
use tokio::time::{Instant, advance};

use super::*;

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn a_future_ready_at_once_needs_no_timer() {
    assert_eq!(poll_once(pin!(call(ready(7), LIMIT))), Poll::Ready(Ok(7)));
}

#[test]
fn a_pending_future_without_a_timer_to_bound_it_gets_no_time() {
    assert_eq!(poll_once(pin!(call(pending::<()>(), LIMIT))), Poll::Ready(Err(Fault::Timeout)));
}

#[tokio::test(start_paused = true)]
async fn a_future_that_never_ends_is_dropped_at_its_limit() {
    let dropped = Counter::default();
    let held = Counted(dropped.clone());
    let began = Instant::now();
    let mut calling = pin!(call(
        async move {
            let _held = held;
            pending::<()>().await;
        },
        LIMIT
    ));
    assert_eq!(calling.as_mut().await, Err(Fault::Timeout));
    assert_eq!(began.elapsed().as_secs(), LIMIT.as_secs());
    assert_eq!(dropped.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_future_that_ends_before_its_limit_answers() {
    let slow = async {
        sleep(LIMIT - Duration::from_secs(1)).await;
        7
    };
    assert_eq!(call(slow, LIMIT).await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_zero_still_polls_once() {
    assert_eq!(call(ready(7), Duration::ZERO).await, Ok(7));
    assert_eq!(call(pending::<()>(), Duration::ZERO).await, Err(Fault::Timeout));
}

#[tokio::test(start_paused = true)]
async fn the_longest_limit_there_is_does_not_overflow() {
    let yielding = async {
        yield_now().await;
        7
    };
    assert_eq!(call(yielding, Duration::MAX).await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_future_that_uses_up_the_budget_of_the_task_is_bounded_all_the_same() {
    let greedy = async {
        yield_now().await;
        advance(LIMIT * 2).await;
        for _ in 0..1_000_000 {
            consume_budget().await;
        }
    };
    assert_eq!(call(greedy, LIMIT).await, Err(Fault::Timeout));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_any_poll_is_a_fault() {
    let first = async { panic!("first poll") };
    assert_eq!(call::<_>(typed(first), LIMIT).await, Err(Fault::Panic));
    let later = async {
        yield_now().await;
        panic!("second poll")
    };
    assert_eq!(call(typed(later), LIMIT).await, Err(Fault::Panic));
}

#[test]
fn a_panic_before_there_is_a_future_is_a_fault_inside_a_block() {
    fn make() -> std::future::Ready<u8> {
        panic!("no future")
    }
    assert_eq!(poll_once(pin!(call(async { make().await }, LIMIT))), Poll::Ready(Err(Fault::Panic)));
}

#[test]
fn a_panic_of_the_destructor_after_the_answer_is_a_fault() {
    let bomb = Bomb;
    let answering = poll_fn(move |_| {
        let _held = &bomb;
        Poll::Ready(7)
    });
    assert_eq!(poll_once(pin!(call(answering, LIMIT))), Poll::Ready(Err(Fault::Panic)));
}

#[test]
fn an_answer_that_panics_too_when_the_destructor_did_does_not_abort() {
    let bomb = Bomb;
    let answering = poll_fn(move |_| {
        let _held = &bomb;
        Poll::Ready(Bomb)
    });
    let answer = poll_once(pin!(call(answering, LIMIT)));
    assert!(matches!(answer, Poll::Ready(Err(Fault::Panic))));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_destructor_at_the_limit_does_not_unwind() {
    assert_eq!(call(holding(Bomb), LIMIT).await, Err(Fault::Timeout));
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_never_unwinds() {
    drop(call(holding(Bomb), LIMIT));
    let mut begun = Box::pin(call(holding(Bomb), LIMIT));
    assert_eq!(poll_once(begun.as_mut()), Poll::Pending);
    drop(begun);
}

#[test]
fn a_payload_that_panics_when_dropped_does_not_unwind() {
    assert_eq!(call_sync(|| panic_any(Bomb)), Err::<(), _>(Fault::Panic));
}

#[test]
fn a_call_polled_again_after_its_end_is_a_fault() {
    let mut calling = pin!(call(ready(7), LIMIT));
    assert_eq!(poll_once(calling.as_mut()), Poll::Ready(Ok(7)));
    assert_eq!(poll_once(calling), Poll::Ready(Err(Fault::Panic)));
}

#[test]
fn a_direct_call_answers_or_is_a_fault() {
    assert_eq!(call_sync(|| 7), Ok(7));
    assert_eq!(call_sync(|| panic!("hunter2")), Err::<(), _>(Fault::Panic));
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("destructor");
    }
}

#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Counter {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts when it is dropped.
struct Counted(Counter);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn typed(future: impl Future<Output = u8>) -> impl Future<Output = u8> {
    future
}

async fn holding<T>(value: T) {
    let _held = value;
    pending::<()>().await;
}
