//! What one plugin sees of an envelope: a borrow filtered by what its declaration grants.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::{
    AgentContext, Capabilities, Capability, Client, Credentials, DataPolicy, Delegation, Entity, EntityKind, Envelope,
    Grant, HttpContext, Meta, Minted, NameSet, ObjectProfile, PrincipalKind, RequestContext, Workload,
};

/// An envelope through the capabilities of a plugin. What a capability is missing for reads as absent.
#[derive(Clone, Copy, Debug)]
pub struct View<'e> {
    envelope: &'e Envelope,
    capabilities: Capabilities,
}

impl<'e> View<'e> {
    /// The view those capabilities give.
    #[must_use]
    pub const fn new(envelope: &'e Envelope, capabilities: Capabilities) -> Self {
        Self { envelope, capabilities }
    }

    /// The request the operation belongs to; always visible.
    #[must_use]
    pub fn request(&self) -> &'e RequestContext {
        self.envelope.request_context()
    }

    /// The subject's identifier (`read_subject`).
    #[must_use]
    pub fn subject_id(&self) -> Option<&'e str> {
        self.subject(Capability::ReadSubject).map(|subject| subject.id.as_str())
    }

    /// The subject's tenant (`read_subject`).
    #[must_use]
    pub fn tenant(&self) -> Option<&'e str> {
        self.subject(Capability::ReadSubject).and_then(|subject| subject.tenant.as_deref())
    }

    /// The subject's roles (`read_roles`).
    #[must_use]
    pub fn roles(&self) -> Option<&'e NameSet> {
        self.subject(Capability::ReadRoles).map(|subject| &subject.roles)
    }

    /// The subject's permissions (`read_permissions`).
    #[must_use]
    pub fn permissions(&self) -> Option<&'e NameSet> {
        self.subject(Capability::ReadPermissions).map(|subject| &subject.permissions)
    }

    /// The subject's teams (`read_teams`).
    #[must_use]
    pub fn teams(&self) -> Option<&'e NameSet> {
        self.subject(Capability::ReadTeams).map(|subject| &subject.teams)
    }

    /// The claims of the subject's token (`read_claims`).
    #[must_use]
    pub fn claims(&self) -> Option<&'e Map<String, Json>> {
        self.subject(Capability::ReadClaims).map(|subject| &subject.claims)
    }

    /// The OAuth client (`read_client`).
    #[must_use]
    pub fn client(&self) -> Option<&'e Client> {
        self.granted(Capability::ReadClient).and_then(|envelope| envelope.identity().client.as_ref())
    }

    /// The attested workload that asks (`read_workload`).
    #[must_use]
    pub fn caller_workload(&self) -> Option<&'e Workload> {
        self.granted(Capability::ReadWorkload).and_then(|envelope| envelope.identity().caller_workload.as_ref())
    }

    /// The entity that the operation is about; it names nothing the payload does not.
    #[must_use]
    pub fn entity(&self, kind: EntityKind) -> Option<Entity<'e>> {
        self.envelope.entity(kind)
    }

    /// The arguments of the operation; always visible.
    #[must_use]
    pub fn arguments(&self) -> Option<&'e Map<String, Json>> {
        self.envelope.arguments()
    }

    /// The workload this process is (`read_workload`).
    #[must_use]
    pub fn this_workload(&self) -> Option<&'e Workload> {
        self.granted(Capability::ReadWorkload).and_then(Envelope::this_workload)
    }

    /// Labels of the session (`read_labels`).
    #[must_use]
    pub fn session_labels(&self) -> Option<&'e NameSet> {
        self.granted(Capability::ReadLabels).and_then(Envelope::session_labels)
    }

    /// Labels of this operation (`read_labels`).
    #[must_use]
    pub fn message_labels(&self) -> Option<&'e NameSet> {
        self.granted(Capability::ReadLabels).map(Envelope::message_labels)
    }

    /// The agent that acts (`read_agent`).
    #[must_use]
    pub fn agent(&self) -> Option<&'e AgentContext> {
        self.granted(Capability::ReadAgent).map(Envelope::agent)
    }

    /// Request headers by lower-case name, credentials excepted (`read_headers`).
    #[must_use]
    pub fn request_headers(&self) -> Option<&'e BTreeMap<String, String>> {
        self.granted(Capability::ReadHeaders).map(|envelope| &envelope.http().request_headers)
    }

    /// The HTTP request that carried the operation, or is it; credentials excepted (`read_headers`).
    #[must_use]
    pub fn http(&self) -> Option<&'e HttpContext> {
        self.granted(Capability::ReadHeaders).map(Envelope::http)
    }

    /// The MCP context (`read_mcp`).
    #[must_use]
    pub fn mcp(&self) -> Option<&'e Map<String, Json>> {
        self.granted(Capability::ReadMcp).map(Envelope::mcp)
    }

    /// The chain of delegation that led to the caller (`read_delegation`).
    #[must_use]
    pub fn delegation(&self) -> Option<&'e Delegation> {
        self.granted(Capability::ReadDelegation).map(Envelope::delegation)
    }

    /// The latest credential that was minted in the phases of this side, without the credential (`read_delegation`).
    #[must_use]
    pub fn grant(&self) -> Option<&'e Grant> {
        self.granted(Capability::ReadDelegation).and_then(Envelope::grant)
    }

    /// Profiles of the objects it touches (`read_objects`).
    #[must_use]
    pub fn objects(&self) -> Option<&'e BTreeMap<String, ObjectProfile>> {
        self.granted(Capability::ReadObjects).map(Envelope::objects)
    }

    /// What holds for the data it gives out (`read_data`).
    #[must_use]
    pub fn data(&self) -> Option<&'e BTreeMap<String, DataPolicy>> {
        self.granted(Capability::ReadData).map(Envelope::data)
    }

    /// What the host knows of the entity (`read_meta`).
    #[must_use]
    pub fn meta(&self) -> Option<&'e Meta> {
        self.granted(Capability::ReadMeta).map(Envelope::meta)
    }

    /// The inference context (`read_llm`).
    #[must_use]
    pub fn llm(&self) -> Option<&'e Map<String, Json>> {
        self.granted(Capability::ReadLlm).map(Envelope::llm)
    }

    /// The completion context (`read_completion`).
    #[must_use]
    pub fn completion(&self) -> Option<&'e Map<String, Json>> {
        self.granted(Capability::ReadCompletion).map(Envelope::completion)
    }

    /// Where its content came from (`read_provenance`).
    #[must_use]
    pub fn provenance(&self) -> Option<&'e Map<String, Json>> {
        self.granted(Capability::ReadProvenance).map(Envelope::provenance)
    }

    /// The agent framework's context (`read_framework`).
    #[must_use]
    pub fn framework(&self) -> Option<&'e Map<String, Json>> {
        self.granted(Capability::ReadFramework).map(Envelope::framework)
    }

    /// What the host attached (`read_custom`).
    #[must_use]
    pub fn custom(&self) -> Option<&'e Map<String, Json>> {
        self.granted(Capability::ReadCustom).map(Envelope::custom)
    }

    /// The tokens the caller sent (`read_inbound_credentials`); none where it sent none.
    #[must_use]
    pub fn inbound_credentials(&self) -> Option<&'e Credentials> {
        self.granted(Capability::ReadInboundCredentials).and_then(Envelope::inbound)
    }

    /// The token a principal was identified by (`read_inbound_credentials`); none of one that a host vouches for, or that was
    /// identified by what is no token, such as a key.
    #[must_use]
    pub fn token_of(&self, principal: PrincipalKind) -> Option<&'e str> {
        self.granted(Capability::ReadInboundCredentials).and_then(Envelope::proofs)?.token(principal)
    }

    /// The credentials that were minted for the backend so far (`read_delegated_tokens`).
    pub fn delegated_tokens(&self) -> impl Iterator<Item = &'e Minted> + use<'e> {
        self.granted(Capability::ReadDelegatedTokens).into_iter().flat_map(Envelope::minted)
    }

    fn granted(&self, capability: Capability) -> Option<&'e Envelope> {
        self.capabilities.has(capability).then_some(self.envelope)
    }

    fn subject(&self, capability: Capability) -> Option<&'e crate::Subject> {
        self.granted(capability).and_then(|envelope| envelope.identity().subject.as_ref())
    }
}
