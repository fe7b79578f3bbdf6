//! The road of one invocation: the document, the registry of plugins, the stages an operation passes, and the
//! [`PluginManager`] that a host holds.
//!
//! Begin reading in `invoke.rs`: it is the road and nothing else. Each stage is a file under `road/`, consumes its input
//! and calls nothing above it. What an operation is decided under is one immutable snapshot, compiled from a document and
//! swapped whole: `reload.rs` puts documents in force, `registration.rs` plugins, and `status.rs` says how that went. With the
//! feature `watch`, documents are reloaded when their files change.

mod background;
mod challenge;
mod collaborator;
mod conditions;
mod consult;
mod context;
mod control;
mod derive;
pub mod document;
mod drive;
mod elicitation;
mod end_session;
mod explain;
mod hooks;
mod inbox;
mod inputs;
mod invocation;
mod invoke;
mod life;
mod lifecycle;
mod line;
mod load;
mod manager;
mod meter;
mod operation;
mod outcome;
mod outline;
mod own;
mod own_hook;
mod payload_policy;
mod perform;
mod permit;
mod ports;
mod process;
mod protected;
mod publication;
mod record;
mod registration;
mod registry;
mod reload;
mod replay;
mod resource_url;
mod road;
mod session;
mod several;
mod shares;
mod size;
mod snapshot;
pub mod spans;
mod status;
mod stored;
mod stream;
mod sync;
mod trace;
mod underway;
#[cfg(feature = "watch")]
mod watch;
mod watched;
#[cfg(feature = "watch")]
mod watching;

pub use challenge::Challenge;
pub use consult::{Advice, ConsultError, Consulted, Passed};
pub use elicitation::MemoryElicitations;
pub use explain::{Explanation, Viewer};
pub use hooks::{Contexts, Invoked, Request};
pub use inbox::Inbox;
pub use lifecycle::{InitializeError, StartError};
pub use load::Warnings;
pub use manager::PluginManager;
pub use operation::{Answer, Call, Caller, Operation};
pub use outcome::{Decision, Delegation, Outcome, Pending, Report, Violation};
pub use own::HookTaken;
pub use own_hook::{InvokedOwn, OwnRequest};
pub use payload_policy::HookPayloadPolicy;
pub use permit::Permit;
pub use ports::ManagerConfig;
pub use process::{ProcessSecrets, RandomIds, SystemClock};
pub use protected::ProtectedResource;
pub use registration::UnregisterError;
pub use replay::Replayed;
pub use resource_url::{ResourceUrl, ResourceUrlError};
pub use session::MemoryStore;
pub use status::{InForce, PluginState, PluginStatus, Refused, Status, WatcherStatus};
pub use stream::{Cut, ResultStream};
#[cfg(feature = "watch")]
pub use watch::{WatchConfig, WatchError};
