//! The resolver as a host builds and asks it.

use std::sync::Arc;

use cpex_http::Hyper;
use cpex_identity::{JwtFactory, KIND};
use cpex_sdk::cmf::{Credentials, Draft, Message, Principal, Role};
use cpex_sdk::config::PluginConfig;
use cpex_sdk::testing::{ManualClock, block_on, host};
use cpex_sdk::{AuthFailure, Factory, Host, IdentityResolver, Inbound, Instance, Resolution};
use serde_json::{Value as Json, json};

use super::signer::{AUDIENCE, ISSUER, KEYS};

/// A resolver and the clock it reads.
pub(super) struct Door {
    resolver: Arc<dyn IdentityResolver>,
    pub(super) clock: Arc<ManualClock>,
}

impl Door {
    /// One trusted issuer with a JWK of key id `k1` that serves that algorithm and no other.
    pub(super) fn for_algorithm(algorithm: &str) -> Self {
        Self::new(&json!({"trusted_issuers": [issuer(algorithm)]}))
    }

    pub(super) fn new(config: &Json) -> Self {
        Self::in_host(config, host())
    }

    /// In a host that lends its plugins HTTP.
    pub(super) fn reaching(config: &Json) -> Self {
        Self::in_host(config, Host { http: Some(Arc::new(Hyper)), ..host() })
    }

    fn in_host(config: &Json, host: Host) -> Self {
        let clock = Arc::new(ManualClock::default());
        let host = Host { clock: Arc::clone(&clock) as Arc<_>, ..host };
        let declaration = PluginConfig { config: config.clone(), ..PluginConfig::new("jwt-user", KIND) };
        match JwtFactory.build(&declaration, &host) {
            Ok(Instance::Identity(resolver)) => Self { resolver, clock },
            other => panic!("expected a resolver, found {other:?}"),
        }
    }

    /// What it makes of an `Authorization: Bearer` header.
    pub(super) fn bearer(&self, token: &str) -> Resolution {
        self.ask(&Credentials::bearer(token))
    }

    pub(super) fn ask(&self, credentials: &Credentials) -> Resolution {
        block_on(self.asked(credentials))
    }

    pub(super) async fn asked(&self, credentials: &Credentials) -> Resolution {
        let draft = Draft::new(Message::new(Role::User, Vec::new()));
        self.resolver.resolve(Inbound { credentials, draft: &draft }).await
    }

    /// The principal of a token that must be accepted.
    pub(super) fn accept(&self, token: &str) -> Principal {
        match self.bearer(token) {
            Resolution::Verified(verified) => verified.principal,
            other => panic!("expected to be accepted, found {other:?}"),
        }
    }

    /// The failure of a token that must not be accepted.
    pub(super) fn refuse(&self, token: &str) -> AuthFailure {
        failure(self.bearer(token))
    }
}

/// The config of the trusted issuer, with a key for that algorithm.
pub(super) fn issuer(algorithm: &str) -> Json {
    let mut jwk = KEYS.jwk(algorithm);
    jwk["kid"] = "k1".into();
    json!({
        "issuer": ISSUER, "audiences": ["others", AUDIENCE], "algorithms": [algorithm],
        "decoding_key": {"kind": "jwk", "jwk": jwk},
    })
}

pub(super) fn failure(resolution: Resolution) -> AuthFailure {
    match resolution {
        Resolution::Failed(failure) => failure,
        other => panic!("expected a failure, found {other:?}"),
    }
}
