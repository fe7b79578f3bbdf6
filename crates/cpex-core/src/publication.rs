//! Publication: what is staged, what is in force, what was registered in code, and who may change it.
//!
//! Readers never wait: what is in force is one pointer, read whole and swapped whole. Writers are serialised by a lock that
//! only they take, so that none builds on what another is about to replace. Once closed, nothing comes into force again.

use std::sync::{Arc, PoisonError};

use crate::sync::{AsyncGuard, AsyncMutex, Mutex, Swap};

/// What is in force (`S`), what waits to be (`D`), and what was registered in code and outlives both (`R`).
pub(crate) struct Publication<D, R, S> {
    /// None until something was published, and once closed.
    current: Swap<S>,
    staged: Mutex<Option<D>>,
    /// Changed by a publisher only.
    registered: Mutex<Vec<R>>,
    /// Held by the one who publishes; false once closed.
    open: AsyncMutex<bool>,
}

/// The one who may publish, as long as it lives.
pub(crate) struct Publisher<'p, D, R, S> {
    publication: &'p Publication<D, R, S>,
    _open: AsyncGuard<'p, bool>,
}

impl<D, R: Clone, S> Publication<D, R, S> {
    pub(crate) fn new() -> Self {
        Self {
            current: Swap::empty(),
            staged: Mutex::new(None),
            registered: Mutex::new(Vec::new()),
            open: AsyncMutex::new(true),
        }
    }

    /// What is in force.
    pub(crate) fn current(&self) -> Option<Arc<S>> {
        self.current.load_full()
    }

    /// Keeps something until a publisher takes it. What was staged before is let go of.
    pub(crate) fn stage(&self, staged: D) {
        let before = self.staged.lock().unwrap_or_else(PoisonError::into_inner).replace(staged);
        // Its destructors are foreign code: they run when the lock is free.
        drop(before);
    }

    /// What was registered so far.
    pub(crate) fn registered(&self) -> Vec<R> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits to be the one who may publish; none once closed.
    pub(crate) async fn publisher(&self) -> Option<Publisher<'_, D, R, S>> {
        let open = self.open.lock().await;
        open.then_some(Publisher { publication: self, _open: open })
    }

    /// Takes out of force what is, for good. The first to close gets it.
    pub(crate) async fn close(&self) -> Option<Arc<S>> {
        let mut open = self.open.lock().await;
        *open = false;
        self.current.swap(None)
    }
}

impl<D, R: Clone, S> Publisher<'_, D, R, S> {
    /// What is in force, and stays so until this publisher says otherwise.
    pub(crate) fn current(&self) -> Option<Arc<S>> {
        self.publication.current()
    }

    /// Takes what was staged last.
    pub(crate) fn take_staged(&self) -> Option<D> {
        self.publication.staged.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What was registered so far, and stays so until this publisher says otherwise.
    pub(crate) fn registered(&self) -> Vec<R> {
        self.publication.registered()
    }

    /// Replaces what was registered.
    pub(crate) fn register(&self, registered: Vec<R>) {
        let mut kept = self.publication.registered.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *kept, registered);
        drop(kept);
        drop(before);
    }

    /// Puts something in force; operations that began before keep what they began with.
    pub(crate) fn publish(&self, new: S) {
        drop(self.publication.current.swap(Some(Arc::new(new))));
    }
}

#[cfg(all(test, loom))]
mod model;
