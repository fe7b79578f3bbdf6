//! The primitives that publication stands on: those of the process, or those of a model that tries every order in which
//! threads may meet (`make loom`).
//!
//! A model has no asynchronous lock and no swap without one. What a lock promises, that one holds it at a time, and what a
//! swap promises, that a reader has the one or the other whole, their stand-ins promise too.

#[cfg(not(loom))]
pub(crate) use {arc_swap::ArcSwapOption as Swap, std::sync::Mutex, tokio::sync::Mutex as AsyncMutex};

#[cfg(loom)]
pub(crate) use {loom::sync::Mutex, model::AsyncMutex, model::Swap};

#[cfg(not(loom))]
pub(crate) type AsyncGuard<'a, T> = tokio::sync::MutexGuard<'a, T>;

#[cfg(loom)]
pub(crate) type AsyncGuard<'a, T> = loom::sync::MutexGuard<'a, T>;

#[cfg(loom)]
mod model {
    use std::sync::{Arc, PoisonError};

    use loom::sync::{Mutex, MutexGuard};

    /// A lock that is awaited: here, one that is waited for.
    pub(crate) struct AsyncMutex<T>(Mutex<T>);

    impl<T> AsyncMutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(Mutex::new(value))
        }

        pub(crate) async fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// What is read whole and swapped whole.
    pub(crate) struct Swap<T>(Mutex<Option<Arc<T>>>);

    impl<T> Swap<T> {
        pub(crate) fn empty() -> Self {
            Self(Mutex::new(None))
        }

        pub(crate) fn load_full(&self) -> Option<Arc<T>> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }

        pub(crate) fn swap(&self, new: Option<Arc<T>>) -> Option<Arc<T>> {
            std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), new)
        }
    }
}
