//! What the author of a CPEX plugin needs, and no more.
//!
//! A plugin implements [`Plugin`] and, for each hook it runs on, [`HookHandler`]. A [`Factory`] makes it from the config
//! of its declaration. Collaborators of other sorts implement a port: [`IdentityResolver`], [`AuditSink`],
//! [`engine::DecisionEngine`], [`delegation::Delegator`], [`elicitation::ElicitationChannel`], [`SessionStore`], [`Clock`],
//! [`IdSource`], [`SecretReader`], [`metrics::Metrics`]. This crate stands below the engine: depending on it brings
//! no YAML, no grammar and no runtime.

pub mod audit;
pub mod code;
pub mod config;
pub mod delegation;
pub mod elicitation;
pub mod engine;
mod factory;
mod field;
mod hook;
pub mod http;
mod http_auth;
mod identity;
mod instance;
pub mod json;
pub mod metrics;
pub mod oauth;
mod own;
mod payload;
pub mod peer;
mod plugin;
mod process;
pub mod scan;
mod session;
mod stores;
pub mod testing;
mod typed;

pub use apl_cmf as cmf;
pub use apl_cmf::View;
pub use async_trait::async_trait;

pub use audit::{AuditSink, Record, SinkError};
pub use factory::{Factory, Host, Instance, Uses};
pub use field::{Field, FieldPayload};
pub use hook::{
    CmfAgentPostInvoke, CmfAgentPreInvoke, CmfLlmInput, CmfLlmOutput, CmfPromptPostFetch, CmfPromptPreFetch,
    CmfResourcePostFetch, CmfResourcePreFetch, CmfToolPostInvoke, CmfToolPreInvoke, Hook, HookPoint, HookSide,
    HttpPostRequest, HttpPreRequest,
};
pub use http_auth::{HttpAuthCheckPermission, HttpAuthResolveUser, PermissionPayload, UserPayload};
pub use identity::{
    Accepts, AuthFailure, CredentialPlace, IdentityResolver, Inbound, Resolution, TrustedIssuer, Verified,
};
pub use instance::{PluginBuilder, PluginInstance};
pub use own::{HookDefinition, OwnHook, OwnPayload};
pub use payload::{HookPayload, PayloadFault};
pub use plugin::{
    GlobalContext, HookHandler, Plugin, PluginContext, PluginError, PluginResult, PluginViolation, Verdict,
};
pub use process::{Clock, FileError, FileReader, IdSource, SecretError, SecretReader};
pub use session::{Declassification, SessionKey, SessionStore, StoreError};
pub use stores::Stores;
pub use typed::{
    AgentPostInvoke, AgentPostInvokePayload, AgentPreInvoke, AgentPreInvokePayload, PromptPostFetch,
    PromptPostFetchPayload, PromptPreFetch, PromptPreFetchPayload, ResourcePostFetch, ResourcePostFetchPayload,
    ResourcePreFetch, ResourcePreFetchPayload, ToolPostInvoke, ToolPostInvokePayload, ToolPreInvoke,
    ToolPreInvokePayload,
};
