//! Threads for foreign code that blocks.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::Fault;
use crate::guard::Guarded;

/// A bounded number of threads, taken from those the runtime keeps for blocking work.
#[derive(Debug)]
pub struct Workers {
    free: Arc<Semaphore>,
    lost: Arc<AtomicUsize>,
}

impl Workers {
    /// At most so many at a time.
    #[must_use]
    pub fn new(bound: NonZeroUsize) -> Self {
        Self { free: Arc::new(Semaphore::new(bound.get().min(Semaphore::MAX_PERMITS))), lost: Arc::default() }
    }

    /// How many threads are still busy with work that nobody waits for any more, since it was not done in time.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::Acquire)
    }

    /// Does the work on a thread of its own. `limit` counts from here, the wait for a free thread included; what overruns
    /// it keeps its thread until it ends.
    ///
    /// # Errors
    /// [`Fault::Panic`] if the work panics; [`Fault::Timeout`] if it is over its limit, or where there is no tokio runtime
    /// whose thread it could have.
    pub async fn call<T, F>(&self, work: F, limit: Duration) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let work = Guarded::new(work);
        let Ok(runtime) = Handle::try_current() else { return Err(Fault::Timeout) };
        let free = Arc::clone(&self.free);
        let lost = Arc::clone(&self.lost);
        let done = async move {
            let Ok(permit) = free.acquire_owned().await else { return Err(Fault::Timeout) };
            let thread = Thread { lost, waited_for: Arc::default(), _permit: permit };
            let _waiting = Waiting(Arc::clone(&thread.waited_for), Arc::clone(&thread.lost));
            let on = runtime.clone();
            let task = runtime.spawn_blocking(move || {
                let _thread = thread;
                on.block_on(work)
            });
            task.await.unwrap_or(Err(Fault::Panic))
        };
        timeout(limit, done).await.unwrap_or(Err(Fault::Timeout))
    }
}

/// What the thread holds while it works.
struct Thread {
    lost: Arc<AtomicUsize>,
    waited_for: Arc<AtomicUsize>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Thread {
    fn drop(&mut self) {
        if self.waited_for.swap(DONE, Ordering::AcqRel) == ABANDONED {
            self.lost.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// What the caller holds while it waits.
struct Waiting(Arc<AtomicUsize>, Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let Self(waited_for, lost) = self;
        // Counted first, so that a thread that ends now finds something to take back.
        lost.fetch_add(1, Ordering::AcqRel);
        if waited_for.compare_exchange(WAITED_FOR, ABANDONED, Ordering::AcqRel, Ordering::Acquire).is_err() {
            lost.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

const WAITED_FOR: usize = 0;
const ABANDONED: usize = 1;
const DONE: usize = 2;

#[cfg(test)]
mod tests;
