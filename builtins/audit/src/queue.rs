//! Records that wait to be written, for a sink that would rather lose some than hold up an operation.
//!
//! A thread of its own writes them in order. The queue is bounded; what does not fit is counted where it is missing, and the
//! log says so in that place.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use crate::format::Entry;

/// What waits to be written.
#[derive(Debug)]
pub(crate) struct Queue {
    shared: Arc<Shared>,
    /// How many records may wait.
    limit: usize,
}

/// Something that was waiting.
#[derive(Debug)]
pub(crate) enum Waiting {
    Record(Entry),
    /// So many records are missing here.
    Missing(u64),
}

/// What became of a record.
#[derive(Debug)]
pub(crate) enum Pushed {
    Waits,
    /// There is no place for it.
    Dropped,
    /// Nobody takes what waits any more.
    Ended(Entry),
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when something waits, or nothing more will.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    records: usize,
    phase: Phase,
    /// Woken when all is written.
    wakers: Vec<Waker>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Nobody takes what waits.
    #[default]
    Ended,
    Runs,
    /// What waits is still taken.
    Closes,
}

/// Whoever writes what waits.
pub(crate) trait Drain: Send + 'static {
    fn write(&mut self, waiting: Waiting);

    /// Nothing more will come.
    fn end(&mut self);
}

impl Queue {
    pub(crate) fn new(limit: usize) -> Self {
        Self { shared: Arc::default(), limit }
    }

    /// Starts the thread that writes, if none runs.
    pub(crate) fn start(&self, mut drain: impl Drain) -> io::Result<()> {
        let mut state = self.shared.lock();
        if state.phase != Phase::Ended {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let run = move || {
            // Told even where writing panicked, so that nobody waits for it.
            let shared = Ending(shared);
            while let Some(waiting) = shared.0.next() {
                drain.write(waiting);
            }
            drain.end();
        };
        thread::Builder::new().name("cpex-audit".to_owned()).spawn(run)?;
        state.phase = Phase::Runs;
        Ok(())
    }

    /// Puts a record at the end.
    pub(crate) fn push(&self, entry: Entry) -> Pushed {
        let mut state = self.shared.lock();
        if state.phase != Phase::Runs {
            return Pushed::Ended(entry);
        }
        let pushed = if state.records < self.limit {
            state.records += 1;
            state.waiting.push_back(Waiting::Record(entry));
            Pushed::Waits
        } else {
            match state.waiting.back_mut() {
                Some(Waiting::Missing(records)) => *records += 1,
                _ => state.waiting.push_back(Waiting::Missing(1)),
            }
            Pushed::Dropped
        };
        self.shared.changed.notify_one();
        pushed
    }

    /// Takes nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.shared.lock();
        if state.phase == Phase::Runs {
            state.phase = Phase::Closes;
            self.shared.changed.notify_one();
        }
    }

    /// Ready once all that waited is written.
    pub(crate) fn drained(&self) -> Drained<'_> {
        Drained { shared: &self.shared }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.close();
    }
}

/// Tells that nobody takes what waits any more.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.ended();
    }
}

/// Ready once all that waited is written.
pub(crate) struct Drained<'q> {
    shared: &'q Shared,
}

impl Future for Drained<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.shared.lock();
        if state.phase == Phase::Ended {
            return Poll::Ready(());
        }
        state.wakers.push(context.waker().clone());
        Poll::Pending
    }
}

impl Shared {
    /// A panic under this lock leaves nothing half-done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next; none once nothing more will come.
    fn next(&self) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            if let Some(waiting) = state.waiting.pop_front() {
                state.records -= usize::from(matches!(waiting, Waiting::Record(_)));
                return Some(waiting);
            }
            if state.phase != Phase::Runs {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn ended(&self) {
        let mut state = self.lock();
        state.phase = Phase::Ended;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use std::sync::mpsc::{Receiver, Sender, channel};

    use cpex_sdk::testing::block_on;

    use super::*;

    /// Tells what it is given, and writes when it is let.
    struct Gated {
        told: Sender<Option<u64>>,
        gate: Receiver<()>,
    }

    impl Drain for Gated {
        fn write(&mut self, waiting: Waiting) {
            let missing = match waiting {
                Waiting::Record(_) => 0,
                Waiting::Missing(records) => records,
            };
            self.told.send(Some(missing)).unwrap();
            self.gate.recv().unwrap();
        }

        fn end(&mut self) {
            self.told.send(None).unwrap();
        }
    }

    fn push(queue: &Queue) -> bool {
        match queue.push(Entry::default()) {
            Pushed::Waits => true,
            Pushed::Dropped => false,
            Pushed::Ended(_) => panic!("nobody takes it"),
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_where_it_is_missing() {
        let (queue, (told, heard), (open, gate)) = (Queue::new(2), channel(), channel());
        queue.start(Gated { told, gate }).unwrap();
        assert!(push(&queue));
        assert_eq!(heard.recv().unwrap(), Some(0));
        // The first was taken and is not written yet: two more may wait.
        assert_eq!([push(&queue), push(&queue), push(&queue), push(&queue)], [true, true, false, false]);
        for _ in 0..3 {
            open.send(()).unwrap();
        }
        let written: Vec<_> = (0..3).map(|_| heard.recv().unwrap()).collect();
        assert_eq!(written, [Some(0), Some(0), Some(2)]);
        assert!(push(&queue));
    }

    #[test]
    fn what_waits_is_written_before_it_ends() {
        let (queue, (told, heard), (open, gate)) = (Queue::new(9), channel(), channel());
        assert!(matches!(queue.push(Entry::default()), Pushed::Ended(_)));
        queue.start(Gated { told, gate }).unwrap();
        assert!(push(&queue) && push(&queue));
        queue.close();
        assert!(matches!(queue.push(Entry::default()), Pushed::Ended(_)));
        open.send(()).unwrap();
        open.send(()).unwrap();
        block_on(queue.drained());
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), [Some(0), Some(0), None]);
    }

    #[test]
    fn a_queue_that_is_let_go_of_ends_its_thread() {
        let (queue, (told, heard), (_open, gate)) = (Queue::new(9), channel(), channel());
        queue.start(Gated { told, gate }).unwrap();
        drop(queue);
        assert_eq!(heard.recv().unwrap(), None);
    }
}
