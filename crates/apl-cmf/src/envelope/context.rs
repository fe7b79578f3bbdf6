//! The context of an operation, read from its envelope.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Envelope;
use crate::{AgentContext, DataPolicy, Delegation, HttpContext, Meta, ObjectProfile, RequestContext, Workload};

impl Envelope {
    /// The chain of delegation that led to the caller.
    #[must_use]
    pub fn delegation(&self) -> &Delegation {
        self.slots.delegation()
    }

    /// The request it belongs to.
    #[must_use]
    pub fn request_context(&self) -> &RequestContext {
        self.slots.request()
    }

    /// The agent that acts.
    #[must_use]
    pub fn agent(&self) -> &AgentContext {
        self.slots.agent()
    }

    /// The HTTP request that carried it, to be shared; none where nothing is known of it.
    #[must_use]
    pub fn shared_http(&self) -> Option<Arc<HttpContext>> {
        self.slots.http.clone()
    }

    /// What the host attached, to be shared; none where it attached nothing.
    #[must_use]
    pub fn shared_custom(&self) -> Option<Arc<Map<String, Json>>> {
        self.slots.custom.clone()
    }

    /// The HTTP request that carried it.
    #[must_use]
    pub fn http(&self) -> &HttpContext {
        self.slots.http()
    }

    /// Profiles of the objects it touches, by their names.
    #[must_use]
    pub fn objects(&self) -> &BTreeMap<String, ObjectProfile> {
        self.slots.objects()
    }

    /// What holds for the data it gives out, by their names.
    #[must_use]
    pub fn data(&self) -> &BTreeMap<String, DataPolicy> {
        self.slots.data()
    }

    /// What the host knows of the entity.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.slots.meta()
    }

    /// The MCP context.
    #[must_use]
    pub fn mcp(&self) -> &Map<String, Json> {
        self.slots.mcp()
    }

    /// The inference context.
    #[must_use]
    pub fn llm(&self) -> &Map<String, Json> {
        self.slots.llm()
    }

    /// The completion context.
    #[must_use]
    pub fn completion(&self) -> &Map<String, Json> {
        self.slots.completion()
    }

    /// Where its content came from.
    #[must_use]
    pub fn provenance(&self) -> &Map<String, Json> {
        self.slots.provenance()
    }

    /// The agent framework's context.
    #[must_use]
    pub fn framework(&self) -> &Map<String, Json> {
        self.slots.framework()
    }

    /// The workload this process is.
    #[must_use]
    pub fn this_workload(&self) -> Option<&Workload> {
        self.slots.this_workload.as_deref()
    }

    /// What the host attached.
    #[must_use]
    pub fn custom(&self) -> &Map<String, Json> {
        self.slots.custom()
    }
}
