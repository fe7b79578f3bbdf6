//! Work that goes on after the answer.

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Fault;
use crate::guard::Guarded;

/// A bounded set of tasks that nobody awaits. Dropping it aborts them.
#[derive(Debug)]
pub struct Background {
    /// Absent once draining has begun.
    tasks: Mutex<Option<JoinSet<Result<(), Fault>>>>,
    bound: NonZeroUsize,
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
    /// A set of at most `bound` tasks at a time.
    #[must_use]
    pub fn new(bound: NonZeroUsize) -> Self {
        Self { tasks: Mutex::new(Some(JoinSet::new())), bound }
    }

    /// Starts a task on the current runtime. It never waits for room, since it stands before an answer. A panic ends the
    /// task and nothing else; time is bounded by [`call`](crate::call) inside it.
    ///
    /// # Errors
    /// The task is refused, and dropped.
    pub fn spawn<F>(&self, task: F) -> Result<(), Refused>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // Declared before the lock, so that a refused task is dropped after it is free: its destructor may spawn again.
        let task = Guarded::new(task);
        let runtime = Handle::try_current().map_err(|_| Refused::NoRuntime)?;
        let mut set = self.lock();
        let Some(tasks) = set.as_mut() else { return Err(Refused::Closed) };
        reap(tasks);
        if tasks.len() >= self.bound.get() {
            return Err(Refused::Full);
        }
        tasks.spawn_on(task, &runtime);
        Ok(())
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
