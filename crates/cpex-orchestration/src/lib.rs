//! Calling foreign code: timeout, panic guard, bounded fan-out, background tasks.
//!
//! Plugins, stores, engines and sinks are written by others. They may panic, never end, or panic while they are dropped,
//! and none of it may unwind into the runtime or hold up an answer. So every foreign call goes through [`call`] (or
//! [`call_sync`], for what is no future), and [`fan_out`] and [`Background`] run futures that do.
//!
//! ```
//! # use std::time::Duration;
//! use cpex_orchestration::{Fault, call};
//!
//! # trait Plugin { async fn handle(&self) -> bool; }
//! async fn ask(plugin: &impl Plugin, limit: Duration) -> Result<bool, Fault> {
//!     // The block puts the making of the future under the guard as well.
//!     call(async { plugin.handle().await }, limit).await
//! }
//! ```
//!
//! What is left out on purpose. A timeout bounds what yields: a future that blocks its thread is not interrupted, unless it
//! has a thread of its own from [`Workers`]. A guard
//! needs unwinding: a host built with `panic = "abort"` has none, and a panic in a destructor that runs because of a
//! panic aborts everywhere. The text of a panic may hold secrets, so that it is dropped and not part of [`Fault`]; what the
//! process's panic hook prints is the host's to decide.

mod background;
mod call;
mod fan_out;
mod fault;
mod guard;
mod pool;
mod workers;

pub use background::{Background, Refused};
pub use call::{Call, call, call_sync};
pub use fan_out::{Room, fan_out};
pub use fault::Fault;
pub use pool::{Place, Pool};
pub use workers::Workers;
