//! The shelf list: which builtin kinds are compiled in, and the factory of each.
//!
//! Each kind sits behind a feature named in the table. The kinds themselves, with the features that bring them, are known
//! to the document reader, so that a document which names one that is not compiled in is told which feature to enable.

use std::sync::Arc;

use cpex_sdk::Factory;
use cpex_sdk::scan::{ContentScanner, Scan};

/// One builtin kind that is compiled in.
pub struct Builtin {
    /// The kind, as documents name it.
    pub kind: &'static str,
    /// The cargo feature that brings it.
    pub feature: &'static str,
    /// Makes its factory.
    pub factory: fn() -> Arc<dyn Factory>,
}

/// Every builtin kind that is compiled in.
pub const BUILTINS: &[Builtin] = &[
    #[cfg(feature = "jwt")]
    Builtin { kind: cpex_identity::KIND, feature: "jwt", factory: || Arc::new(cpex_identity::JwtFactory) },
    #[cfg(feature = "api-key")]
    Builtin {
        kind: cpex_identity::API_KEY_KIND,
        feature: "api-key",
        factory: || Arc::new(cpex_identity::ApiKeyFactory),
    },
    #[cfg(feature = "oauth")]
    Builtin {
        kind: cpex_delegator_oauth::KIND,
        feature: "oauth",
        factory: || Arc::new(cpex_delegator_oauth::OAuthFactory),
    },
    #[cfg(feature = "biscuit")]
    Builtin {
        kind: cpex_delegator_biscuit::KIND,
        feature: "biscuit",
        factory: || Arc::new(cpex_delegator_biscuit::BiscuitFactory),
    },
    #[cfg(feature = "ciba")]
    Builtin { kind: cpex_approval::CIBA_KIND, feature: "ciba", factory: || Arc::new(cpex_approval::CibaFactory) },
    #[cfg(feature = "inbox")]
    Builtin { kind: cpex_approval::INBOX_KIND, feature: "inbox", factory: || Arc::new(cpex_approval::InboxFactory) },
    #[cfg(feature = "pii")]
    Builtin { kind: cpex_content_scan::PII_KIND, feature: "pii", factory: || Arc::new(cpex_content_scan::PiiFactory) },
    #[cfg(feature = "injection")]
    Builtin {
        kind: cpex_content_scan::INJECTION_KIND,
        feature: "injection",
        factory: || Arc::new(cpex_content_scan::InjectionFactory),
    },
    #[cfg(feature = "cel")]
    Builtin { kind: cpex_pdp_cel::KIND, feature: "cel", factory: || Arc::new(cpex_pdp_cel::CelFactory) },
    #[cfg(feature = "valkey")]
    Builtin {
        kind: cpex_session_valkey::KIND,
        feature: "valkey",
        factory: || Arc::new(cpex_session_valkey::ValkeyFactory),
    },
    #[cfg(feature = "audit")]
    Builtin { kind: cpex_audit::KIND, feature: "audit", factory: || Arc::<cpex_audit::LoggerFactory>::default() },
    #[cfg(feature = "authzen")]
    Builtin {
        kind: cpex_pdp_authzen::KIND,
        feature: "authzen",
        factory: || Arc::new(cpex_pdp_authzen::AuthZenFactory),
    },
    #[cfg(feature = "cedar")]
    Builtin { kind: cpex_pdp_cedar::KIND, feature: "cedar", factory: || Arc::new(cpex_pdp_cedar::CedarFactory) },
    #[cfg(feature = "opa")]
    Builtin { kind: cpex_pdp_opa::KIND, feature: "opa", factory: || Arc::new(cpex_pdp_opa::OpaFactory) },
];

/// What a scanner looks for, and what makes it.
pub type MakeScanner = (Scan, fn() -> Arc<dyn ContentScanner>);

/// Every scanner that is compiled in, for the stages of field pipelines that ask one.
pub const SCANNERS: &[MakeScanner] = &[
    #[cfg(feature = "pii")]
    (Scan::Pii, || Arc::new(cpex_content_scan::PiiScanner::default())),
    #[cfg(feature = "injection")]
    (Scan::Injection, || Arc::new(cpex_content_scan::InjectionScanner::default())),
];

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builtin").field("kind", &self.kind).field("feature", &self.feature).finish_non_exhaustive()
    }
}
