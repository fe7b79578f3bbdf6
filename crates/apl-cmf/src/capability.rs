//! What a plugin may read and write of an envelope, as declared in the document.

/// A set of [`Capability`], made once at load. What a capability implies is part of the set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u32);

impl Capabilities {
    /// No capability: only what is always visible.
    pub const NONE: Self = Self(0);

    /// The same set with one more, and what that one implies.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        let own = 1 << capability as u32;
        let implied = match capability.implies() {
            Some(implied) => 1 << implied as u32,
            None => 0,
        };
        Self(self.0 | own | implied)
    }

    /// Whether the set holds it.
    #[must_use]
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u32) != 0
    }

    /// What both sets hold: an override may only shrink what the declaration grants.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities.into_iter().fold(Self::NONE, Self::with)
    }
}

macro_rules! capabilities {
    ($($variant:ident $name:literal $(implies $implied:ident)? : $doc:literal),+ $(,)?) => {
        /// One permission of a plugin.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Capability { $(#[doc = $doc] $variant),+ }

        impl Capability {
            /// Every capability, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The spelling of documents.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            /// The capability that this one brings with it.
            #[must_use]
            pub const fn implies(self) -> Option<Self> {
                match self {
                    $($(Self::$variant => Some(Self::$implied),)?)+
                    _ => None,
                }
            }
        }
    };
}

capabilities! {
    ReadSubject "read_subject": "Who the caller is: id, type, issuer, tenant.",
    ReadRoles "read_roles" implies ReadSubject: "The caller's roles.",
    ReadPermissions "read_permissions" implies ReadSubject: "The caller's permissions.",
    ReadTeams "read_teams" implies ReadSubject: "The caller's teams.",
    ReadClaims "read_claims" implies ReadSubject: "The claims of the caller's token.",
    ReadClient "read_client": "The verified OAuth client.",
    ReadWorkload "read_workload": "The attested workloads.",
    ReadDelegation "read_delegation": "The delegation chain.",
    AppendDelegation "append_delegation": "Add a hop to the delegation chain.",
    ReadLabels "read_labels": "Taint labels of the session and of the message.",
    AppendLabels "append_labels": "Add taint labels.",
    ReadObjects "read_objects": "Object profiles.",
    ReadData "read_data": "Data policies.",
    ReadAgent "read_agent": "The agent's session, conversation and turn.",
    ReadHeaders "read_headers": "The HTTP request and its headers, credentials excepted.",
    WriteHeaders "write_headers" implies ReadHeaders: "Set HTTP headers.",
    ReadMcp "read_mcp": "The MCP context.",
    ReadLlm "read_llm": "The inference context.",
    ReadCompletion "read_completion": "The completion context.",
    ReadProvenance "read_provenance": "Where content came from.",
    ReadFramework "read_framework": "The agent framework's context.",
    ReadMeta "read_meta": "Type, name, tags and properties of the entity.",
    ReadCustom "read_custom": "What the host attached.",
    WriteCustom "write_custom": "Change what the host attached.",
    ReadInboundCredentials "read_inbound_credentials": "The tokens the caller sent.",
    ReadDelegatedTokens "read_delegated_tokens": "Minted downstream tokens.",
    WriteDelegatedTokens "write_delegated_tokens": "Add a minted downstream token.",
}

impl Capability {
    /// The capability of that spelling.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|capability| capability.name() == name)
    }
}
