//! The road of one invocation, walked through the public API with scripted collaborators that enter as real ones do.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod approval;
mod changes;
mod consult;
mod doing;
mod endings;
mod engines;
mod entities;
mod executor;
mod explain;
mod faults;
mod hashes;
mod hooks;
mod http;
mod identity;
mod inference;
mod kept;
mod layers;
mod lifecycle;
mod listing;
mod masks;
mod matrix;
mod metrics;
mod named_files;
mod outline;
mod overrides;
mod own_hooks;
mod plugin_dirs;
mod plugins;
mod pools;
mod registration;
mod reload;
mod replicas;
mod several;
mod size;
mod stores;
mod streaming;
mod stress;
mod support;
mod typed_hooks;
mod unregister;
#[cfg(all(feature = "watch", unix))]
mod watch;
