//! The connection that everything is asked over: made when it is first needed, and anew when it was lost, by whoever needs it
//! then. No task of a runtime that is gone is waited for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{Pipeline, Value};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::dial::{Live, Target};
use crate::fault::Fault;

/// How long things may take.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// Until a connection may be used.
    pub(crate) connect: Duration,
    /// Until an answer is there.
    pub(crate) command: Duration,
}

/// Whether a question may be asked a second time when its connection is lost before the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Asked twice it does the same.
    Once,
    /// It may have been done already.
    Never,
}

/// The connection to one server.
pub(crate) struct Link {
    target: Target,
    times: Times,
    current: Mutex<Arc<Slot>>,
}

/// A connection, or the place of the one that is being made: all who need it wait for one.
#[derive(Default)]
struct Slot(OnceCell<Live>);

impl Link {
    pub(crate) fn new(target: Target, times: Times) -> Self {
        Self { target, times, current: Mutex::default() }
    }

    /// Makes the connection, if there is none.
    pub(crate) async fn connect(&self) -> Result<(), Fault> {
        let slot = self.slot();
        self.live(&slot).await.map(|_| ())
    }

    /// What the server answers, once all of it is there.
    pub(crate) async fn ask(&self, pipeline: &Pipeline, repeat: Repeat) -> Result<Vec<Value>, Fault> {
        let mut slot = self.slot();
        if slot.0.get().is_some_and(Live::is_over) {
            slot = self.renewed(&slot);
        }
        match self.ask_once(&slot, pipeline).await {
            Err(Fault::Lost) if repeat == Repeat::Once => self.ask_once(&self.slot(), pipeline).await,
            answered => answered,
        }
    }

    async fn ask_once(&self, slot: &Arc<Slot>, pipeline: &Pipeline) -> Result<Vec<Value>, Fault> {
        let live = self.live(slot).await?;
        let answer = timeout(self.times.command, live.ask(pipeline)).await.unwrap_or(Err(Fault::Timeout));
        if answer.as_ref().is_err_and(Fault::ends_connection) {
            self.renewed(slot);
        }
        answer
    }

    async fn live<'s>(&self, slot: &'s Slot) -> Result<&'s Live, Fault> {
        let dialled = timeout(self.times.connect, slot.0.get_or_try_init(|| Live::dial(&self.target)));
        dialled.await.unwrap_or_else(|_| Err(Fault::Unreachable("no answer in time".to_owned())))
    }

    /// Uses another connection from now on.
    pub(crate) fn forget(&self) {
        self.renewed(&self.slot());
    }

    fn slot(&self) -> Arc<Slot> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The slot after that one, which is not used again. Who is still asking over it goes on.
    fn renewed(&self, before: &Arc<Slot>) -> Arc<Slot> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&current, before) {
            *current = Arc::default();
        }
        Arc::clone(&current)
    }
}
