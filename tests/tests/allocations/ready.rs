//! Running what waits for nothing, without a runtime: a timer or a task of tokio's could not be had here.

use std::task::{Context, Poll, Waker};

/// Runs a future that nothing foreign holds up to its end in one poll.
pub(super) fn ready<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a decision that asks nothing foreign waits for nothing"),
    }
}

/// What it gives, and how many allocations it made.
pub(super) fn counted<F: Future>(future: F) -> (F::Output, u64) {
    let mut output = None;
    let counted = allocation_counter::measure(|| output = Some(ready(future)));
    (output.unwrap(), counted.count_total)
}
