//! The parts of an envelope: who may read each, and what may become of it once the operation is identified.

use crate::Capability;

/// What may become of a slot once the operation is identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    /// Nothing.
    Immutable,
    /// It grows, and nothing is taken away.
    Monotonic,
    /// It changes, as far as no credential can pass for anything else in it.
    Guarded,
    /// It changes.
    Mutable,
    /// Policy states it; no plugin does.
    Output,
    /// Policy edits it, and plugins whose mode lets them.
    Payload,
}

impl Tier {
    /// Its word in documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Immutable => "immutable",
            Self::Monotonic => "monotonic",
            Self::Guarded => "guarded",
            Self::Mutable => "mutable",
            Self::Output => "output",
            Self::Payload => "payload",
        }
    }
}

macro_rules! slots {
    ($($variant:ident $name:literal $tier:ident reads [$($read:ident)*] $(writes $write:ident)? : $doc:literal),+ $(,)?) => {
        /// A part of an envelope.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Slot { $(#[doc = $doc] $variant),+ }

        impl Slot {
            /// Every slot, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its spelling in records.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            /// What may become of it.
            #[must_use]
            pub const fn tier(self) -> Tier {
                match self { $(Self::$variant => Tier::$tier),+ }
            }

            /// The capabilities that show it or some of it to a plugin; where there is none, every plugin sees it, except of
            /// what is [`Tier::Output`].
            #[must_use]
            pub const fn reads(self) -> &'static [Capability] {
                match self { $(Self::$variant => &[$(Capability::$read),*]),+ }
            }

            /// The capability that lets a plugin change it.
            #[must_use]
            pub const fn writes(self) -> Option<Capability> {
                match self {
                    $($(Self::$variant => Some(Capability::$write),)?)+
                    _ => None,
                }
            }
        }
    };
}

slots! {
    Args "args" Payload reads []: "The message that goes to the capability.",
    Result "result" Payload reads []: "The message that came back from it.",
    Request "request" Immutable reads []: "The request the operation belongs to: environment, identifiers, time.",
    Agent "agent" Immutable reads [ReadAgent]: "The agent that acts: its session, conversation, turn and parent.",
    Http "http" Guarded reads [ReadHeaders] writes WriteHeaders:
        "The HTTP request that carried the operation, and the headers of its response; credentials excepted.",
    Subject "security.subject" Immutable reads [ReadSubject ReadRoles ReadPermissions ReadTeams ReadClaims]:
        "The verified subject.",
    Client "security.client" Immutable reads [ReadClient]: "The verified OAuth client.",
    CallerWorkload "security.caller_workload" Immutable reads [ReadWorkload]: "The attested workload that asks.",
    ThisWorkload "security.this_workload" Immutable reads [ReadWorkload]: "The workload this process is.",
    Labels "security.labels" Monotonic reads [ReadLabels] writes AppendLabels:
        "Taint labels of the session and of the operation.",
    Objects "security.objects" Immutable reads [ReadObjects]: "Profiles of the objects the operation touches.",
    Data "security.data" Immutable reads [ReadData]: "What holds for the data it gives out.",
    Delegation "delegation" Monotonic reads [ReadDelegation] writes AppendDelegation:
        "The chain of delegation that led to the caller, and what was granted for the backend.",
    Elicitation "elicitation" Output reads []: "The approval that was asked for.",
    Mcp "mcp" Immutable reads [ReadMcp]: "The MCP context.",
    Llm "llm" Immutable reads [ReadLlm]: "The inference context.",
    Completion "completion" Immutable reads [ReadCompletion]: "The completion context.",
    Provenance "provenance" Immutable reads [ReadProvenance]: "Where content came from.",
    Framework "framework" Immutable reads [ReadFramework]: "The agent framework's context.",
    Meta "meta" Immutable reads [ReadMeta]: "What the host knows of the entity.",
    Custom "custom" Mutable reads [ReadCustom] writes WriteCustom: "What the host attached.",
    RawCredentials "raw_credentials" Guarded reads [ReadInboundCredentials ReadDelegatedTokens] writes WriteDelegatedTokens:
        "The tokens the caller sent, and those that were minted for the backend; part of no encoding.",
    CandidateConstraint "candidate_constraint" Output reads []: "What the host's router may choose from.",
}
