//! Work that goes on after the answer.

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Fault;
use crate::guard::Guarded;

/// A bounded set of tasks that nobody awaits. Dropping it aborts them.
#[derive(Debug)]
pub struct Background {
    /// Absent once draining has begun.
    tasks: Mutex<Option<JoinSet<Result<(), Fault>>>>,
    running: Arc<Running>,
}

/// How many tasks have not ended, and who waits for the last.
#[derive(Debug, Default)]
struct Running {
    count: AtomicUsize,
    none: Notify,
}

/// Held by a task until it has ended or was dropped.
struct Counted(Arc<Running>);

impl Counted {
    fn of(running: &Arc<Running>) -> Self {
        running.count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(running))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.none.notify_waiters();
        }
    }
}

/// Why a task was not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// As many tasks as the bound allows are running.
    Full,
    /// The set is drained, or is being drained.
    Closed,
    /// The caller is not inside a tokio runtime.
    NoRuntime,
}

impl Background {
    /// Starts a task on the current runtime, as one of `bound` at most. It never waits for room, since it stands before an answer. A panic ends the
    /// task and nothing else; time is bounded by [`call`](crate::call) inside it.
    ///
    /// # Errors
    /// The task is refused, and dropped.
    pub fn spawn<F>(&self, task: F, bound: NonZeroUsize) -> Result<(), Refused>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // Declared before the lock, so that a refused task is dropped after it is free: its destructor may spawn again.
        let task = Guarded::new(task);
        let runtime = Handle::try_current().map_err(|_| Refused::NoRuntime)?;
        let mut set = self.lock();
        let Some(tasks) = set.as_mut() else { return Err(Refused::Closed) };
        reap(tasks);
        if tasks.len() >= bound.get() {
            return Err(Refused::Full);
        }
        let counted = Counted::of(&self.running);
        let counted_task = async move {
            let ended = task.await;
            drop(counted);
            ended
        };
        tasks.spawn_on(counted_task, &runtime);
        Ok(())
    }

    /// Waits until no task is running. Others may be started meanwhile, and are waited for too.
    pub async fn ended(&self) {
        let mut none = pin!(self.running.none.notified());
        // Listening begins before the count is read, so that the end of the last task is not missed.
        none.as_mut().enable();
        while self.running.count.load(Ordering::Acquire) > 0 {
            none.as_mut().await;
            none.set(self.running.none.notified());
            none.as_mut().enable();
        }
    }

    /// Refuses further tasks, waits until those running have ended, for at most `limit`, and aborts the rest; returns how
    /// many it aborted. It does not wait for the aborted, which may block. A second call has nothing to wait for. Must be
    /// awaited inside a tokio runtime with time enabled; dropped before it ends, it aborts all that is left.
    pub async fn drain(&self, limit: Duration) -> usize {
        let Some(mut tasks) = self.lock().take() else { return 0 };
        let ended = async { while tasks.join_next().await.is_some() {} };
        if timeout(limit, ended).await.is_ok() {
            return 0;
        }
        reap(&mut tasks);
        tasks.len()
    }

    fn lock(&self) -> MutexGuard<'_, Option<JoinSet<Result<(), Fault>>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Background {
    fn default() -> Self {
        Self { tasks: Mutex::new(Some(JoinSet::new())), running: Arc::default() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "too many background tasks are running; try again later or raise the bound",
            Self::Closed => "no background task can be started during or after shutdown",
            Self::NoRuntime => "background tasks need a tokio runtime; start them from inside one",
        })
    }
}

impl Error for Refused {}

/// Forgets the tasks that have ended.
fn reap(tasks: &mut JoinSet<Result<(), Fault>>) {
    while tasks.try_join_next().is_some() {}
}

#[cfg(test)]
mod tests;
