//! Where an unwinding stops.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::Fault;

pin_project! {
    /// A future that ends with [`Fault::Panic`] where the one inside panics, while it is polled or while it is dropped.
    pub(crate) struct Guarded<F> {
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Guarded<F> {
        fn drop(this: Pin<&mut Self>) {
            this.cancel();
        }
    }
}

impl<F> Guarded<F> {
    pub(crate) fn new(future: F) -> Self {
        Self { future: Some(future) }
    }

    /// Drops the future now; a panic of its destructor goes no further.
    pub(crate) fn cancel(self: Pin<&mut Self>) {
        let mut slot = self.project().future;
        let _ = caught(|| slot.set(None));
    }
}

impl<F: Future> Future for Guarded<F> {
    type Output = Result<F::Output, Fault>;

    /// Polled again after its end, it is a [`Fault::Panic`] too: there is no answer to give twice.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.project().future;
        let Some(future) = slot.as_mut().as_pin_mut() else { return Poll::Ready(Err(Fault::Panic)) };
        let polled = match caught(|| future.poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(fault) => Err(fault),
        };
        // The value is out of the closure: were it dropped by the unwinding of a destructor, its own panic would abort.
        let dropped = caught(|| slot.set(None));
        Poll::Ready(match (polled, dropped) {
            (Ok(value), Err(fault)) => caught(|| drop(value)).and(Err(fault)),
            (polled, _) => polled,
        })
    }
}

/// Does the work; a panic is caught and its payload dropped unread.
// Unwind safety is asserted since what a panic may leave half done is dropped by the callers and never used again.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        discard(payload);
        Fault::Panic
    })
}

/// Drops a panic's payload, which is foreign as well. A payload that panics in its turn leaves another, which is leaked:
/// dropping that one could go on for ever.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}
