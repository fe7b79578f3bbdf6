//! One foreign call under the guard and within its time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::{Unconstrained, unconstrained};
use tokio::time::{Sleep, sleep};

use crate::Fault;
use crate::guard::{Guarded, caught};

/// Calls foreign code that answers with a future.
///
/// The future is polled once before any timer exists: one that is ready at once costs no timer, no task and no
/// allocation. Otherwise `limit` counts from there, and a future still pending after it is dropped. Whatever the future
/// does, polling or dropping the [`Call`] does not unwind; that includes one which is dropped before it was polled.
///
/// Code that runs before there is a future is not guarded by this; write `call(async { plugin.handle().await }, limit)`.
///
/// # Errors
/// [`Fault::Panic`] if the future panics, in its destructor too, even with its answer given; [`Fault::Timeout`] if it is
/// over its limit, or is not ready at once where tokio has no timer to bound it.
pub fn call<F: Future>(future: F, limit: Duration) -> Call<F> {
    Call { guarded: Guarded::new(future), timer: None, limit }
}

/// Calls foreign code that answers directly. It cannot be bounded in time.
///
/// # Errors
/// [`Fault::Panic`] if it panics.
pub fn call_sync<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    caught(work)
}

pin_project! {
    /// What [`call`] returns.
    #[must_use = "a call does nothing unless it is awaited"]
    pub struct Call<F> {
        #[pin]
        guarded: Guarded<F>,
        // Unconstrained, since a future that uses up the task's budget on every poll would otherwise keep the timer from
        // ever firing.
        #[pin]
        timer: Option<Unconstrained<Sleep>>,
        limit: Duration,
    }
}

impl<F: Future> Future for Call<F> {
    type Output = Result<F::Output, Fault>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(answer) = this.guarded.as_mut().poll(cx) {
            return Poll::Ready(answer);
        }
        if is_over(this.timer, *this.limit, cx) {
            this.guarded.cancel();
            return Poll::Ready(Err(Fault::Timeout));
        }
        Poll::Pending
    }
}

/// Arms the timer if it is not yet. Tokio panics where it has no timer to give; what cannot be bounded gets no time.
fn is_over(mut timer: Pin<&mut Option<Unconstrained<Sleep>>>, limit: Duration, cx: &mut Context<'_>) -> bool {
    let over = caught(|| {
        if timer.is_none() {
            timer.set(Some(unconstrained(sleep(limit))));
        }
        timer.as_pin_mut().is_none_or(|timer| timer.poll(cx).is_ready())
    });
    over.unwrap_or(true)
}

#[cfg(test)]
mod tests;
