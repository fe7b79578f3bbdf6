//! CPEX, a policy enforcement runtime for AI agents: a deterministic reference monitor between an untrusted model and every
//! capability it invokes.
//!
//! This crate is the one door for Rust hosts. It re-exports the runtime and, behind features, the builtin plugins:
//! `jwt`, `oauth`, `audit`, or `builtins` for all of them; `watch` reloads the document when its files change. Without features it is
//! the engine alone.
//!
//! ```
//! use std::sync::Arc;
//! use cpex::PluginManager;
//!
//! let mgr = Arc::new(PluginManager::default());
//! // Registers the factory of every builtin that is compiled in.
//! cpex::install_builtins(&mgr);
//! ```
//!
//! A host asks before every operation, and what its caller gets is what policy left:
//!
//! ```
//! use cpex::prelude::*;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let manager = PluginManager::from_yaml(
//!     r#"
//! routes:
//!   - tool: get_compensation
//!     policy: [ "require(role.hr)" ]
//!     result: { ssn: "str | redact(!perm.view_ssn)" }
//! "#,
//! )
//! .await?;
//!
//! let eve = Subject { id: "eve".into(), roles: NameSet::from_iter(["hr"]), ..Subject::default() };
//! let caller = Caller::vouched(Identity { subject: Some(eve), ..Identity::default() });
//! let operation = Operation::tool("get_compensation", serde_json::Map::new()).caller(caller);
//!
//! let outcome = manager
//!     .guard(operation, |_call| async {
//!         Ok::<_, std::convert::Infallible>(Answer::structured(json!({ "ssn": "555-12-3456", "salary": 95000 })))
//!     })
//!     .await?;
//! match outcome.decision {
//!     Decision::Allow(answer) => assert_eq!(answer.content(), &json!({ "ssn": "[REDACTED]", "salary": 95000 })),
//!     Decision::Deny(violation) => panic!("{}: {}", violation.code, violation.reason),
//!     Decision::Pending(pending) => panic!("waiting for {}", pending.elicitation),
//! }
//! # Ok(())
//! # }
//! ```

mod from_yaml;
pub mod prelude;

pub use apl_cmf as cmf;
pub use apl_core as apl;
pub use apl_cpex as policy;
pub use cpex_core::spans;
pub use cpex_core::{
    Advice, Answer, Call, Caller, Challenge, ConsultError, Consulted, Contexts, Cut, Decision, Delegation, Explanation,
    HookPayloadPolicy, HookTaken, InForce, Inbox, InitializeError, Invoked, InvokedOwn, ManagerConfig,
    MemoryElicitations, MemoryStore, Operation, Outcome, OwnRequest, Passed, Pending, Permit, PluginManager,
    PluginState, PluginStatus, ProcessSecrets, ProtectedResource, RandomIds, Refused, Replayed, Report, Request,
    ResourceUrl, ResourceUrlError, ResultStream, StartError, Status, SystemClock, UnregisterError, Viewer, Violation,
    Warnings, WatcherStatus, document,
};
#[cfg(feature = "watch")]
pub use cpex_core::{WatchConfig, WatchError};
pub use cpex_sdk as sdk;

pub use from_yaml::FromYaml;

/// Registers the factory of every builtin that is compiled in, and the scanners, and lends plugins the outbound client.
pub fn install_builtins(manager: &PluginManager) {
    #[cfg(feature = "cpex-builtins")]
    for builtin in cpex_builtins::BUILTINS {
        manager.register_factory(builtin.kind, (builtin.factory)());
    }
    #[cfg(feature = "cpex-builtins")]
    for (scan, scanner) in cpex_builtins::SCANNERS {
        manager.register_scanner(*scan, scanner());
    }
    if let Some(client) = outbound_client() {
        manager.lend_http(client);
    }
}

/// The outbound client that plugins are lent, for a host that puts something in front of it; none where it is not compiled in.
#[must_use]
pub fn outbound_client() -> Option<std::sync::Arc<dyn sdk::http::HttpPort>> {
    #[cfg(feature = "http")]
    let client: Option<std::sync::Arc<dyn sdk::http::HttpPort>> = Some(std::sync::Arc::new(cpex_http::Hyper));
    #[cfg(not(feature = "http"))]
    let client = None;
    client
}

/// The factory of a builtin kind; none where the kind is not compiled in.
#[must_use]
pub fn builtin_factory(kind: &str) -> Option<std::sync::Arc<dyn sdk::Factory>> {
    #[cfg(feature = "cpex-builtins")]
    let found = cpex_builtins::BUILTINS.iter().find(|builtin| builtin.kind == kind).map(|builtin| (builtin.factory)());
    #[cfg(not(feature = "cpex-builtins"))]
    let found = {
        let _ = kind;
        None
    };
    found
}
