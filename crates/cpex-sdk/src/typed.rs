//! Typed spellings of the hooks of operations, with payloads of their own shape.
//!
//! Each names the same point as its CMF hook: a plugin for either is asked whichever the host invokes. The typed payload is a
//! copy of what it shows of the message; a handler for the CMF hook borrows instead.

mod agent;
mod part;
mod prompt;
mod resource;
mod tool;

use crate::hook::{
    CmfAgentPostInvoke, CmfAgentPreInvoke, CmfPromptPostFetch, CmfPromptPreFetch, CmfResourcePostFetch,
    CmfResourcePreFetch, CmfToolPostInvoke, CmfToolPreInvoke, Hook, HookPoint,
};

pub use agent::{AgentPostInvokePayload, AgentPreInvokePayload};
pub use prompt::{PromptPostFetchPayload, PromptPreFetchPayload};
pub use resource::{ResourcePostFetchPayload, ResourcePreFetchPayload};
pub use tool::{ToolPostInvokePayload, ToolPreInvokePayload};

macro_rules! typed {
    ($($(#[$attribute:meta])* $hook:ident of $cmf:ident => $payload:ident;)+) => {
        $(
            $(#[$attribute])*
            #[derive(Debug)]
            pub struct $hook;

            impl Hook for $hook {
                type Payload = $payload;
                const POINT: &'static HookPoint = $cmf::POINT;
            }
        )+
    };
}

typed! {
    /// Before a tool is called.
    ToolPreInvoke of CmfToolPreInvoke => ToolPreInvokePayload;
    /// After a tool answered.
    ToolPostInvoke of CmfToolPostInvoke => ToolPostInvokePayload;
    /// Before a prompt is rendered.
    PromptPreFetch of CmfPromptPreFetch => PromptPreFetchPayload;
    /// After a prompt was rendered.
    PromptPostFetch of CmfPromptPostFetch => PromptPostFetchPayload;
    /// Before a resource is read.
    ResourcePreFetch of CmfResourcePreFetch => ResourcePreFetchPayload;
    /// After a resource was read.
    ResourcePostFetch of CmfResourcePostFetch => ResourcePostFetchPayload;
    /// Before another agent is called.
    AgentPreInvoke of CmfAgentPreInvoke => AgentPreInvokePayload;
    /// After another agent answered.
    AgentPostInvoke of CmfAgentPostInvoke => AgentPostInvokePayload;
}
