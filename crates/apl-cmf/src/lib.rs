//! The Common Message Format: one protocol-agnostic envelope for every operation that is mediated.
//!
//! A host builds a [`Draft`] from what it received: a [`Message`] and the context around it. A draft has no identity and
//! no way to state one. [`Draft::identify`] consumes it and gives the [`Envelope`] that policy decides; from then on every
//! change goes through [`Envelope::apply`], which holds the tier of each slot and keeps the [`Ledger`].
//! The crate knows no policy language and no runtime.

mod capability;
mod change;
mod content;
mod context;
mod credential;
mod draft;
mod echo;
mod entity;
mod envelope;
mod extension;
mod forwarding;
mod governance;
mod host;
mod identity;
mod message;
mod message_view;
mod name_set;
mod phase;
mod reading;
mod request;
mod secret;
mod several;
mod slot;
mod slots;
mod view;
pub mod wire;

pub use capability::{Capabilities, Capability};
pub use change::{Author, Change, ChangeKind, Entry, ExtensionChange, LabelScope, Ledger, Refused, Side};
pub use content::{Media, MediaSource, More, PromptRequest, Resource, ResourceRef, TextPart, ToolCall, ToolResult};
pub use context::{
    AgentContext, Conversation, Delegation, Hop, HttpContext, Meta, RequestContext, is_sensitive_header,
};
pub use credential::{Credentials, Minted, Proofs, is_http_token};
pub use draft::Draft;
pub use entity::{Entity, EntityKind};
pub use envelope::{Envelope, Standing};
pub use forwarding::forwarded;
pub use governance::{DataPolicy, ObjectProfile, Retention};
pub use host::{Host, InvalidAuthority};
pub use identity::{Client, Identity, Principal, PrincipalKind, Subject, SubjectKind, Workload};
pub use message::{Channel, ContentPart, Message, MessagePayload, PartKind, PromptResult, Role};
pub use message_view::{Action, MessageView};
pub use name_set::NameSet;
pub use phase::{Elicitation, ElicitationStatus, Grant};
pub use request::{AgentRequest, HttpRequest, LlmRequest, agent_of};
pub use secret::Secret;
pub use slot::{Slot, Tier};
pub use view::View;
