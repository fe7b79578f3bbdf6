//! Whom the client believes, and what it shows of itself.

use std::sync::Arc;

use cpex_http::Hyper;
use cpex_sdk::http::{ClientIdentity, Egress, HttpFault, HttpPort as _};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::support::{Peer, answer, client, fault, get};

/// An authority of one test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for that name, and its key.
    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }

    fn server(&self, name: &str, clients: Option<&Self>) -> ServerConfig {
        let (certificate, key) = self.issue(name);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }

    fn believed(&self) -> Egress {
        Egress { allow_private: true, authorities: Some(self.pem()), ..Egress::default() }
    }
}

#[tokio::test]
async fn a_private_authority_is_believed_where_it_is_named_and_nowhere_else() {
    let authority = Authority::new();
    let peer = Peer::secure(answer("200 OK", "", "keys"), authority.server("localhost", None)).await;
    let answered = get(&*client(authority.believed()), &peer.https("/")).await.unwrap();
    assert_eq!(answered.body.as_slice(), b"keys");
    let of_system = client(Egress { allow_private: true, ..Egress::default() });
    let of_another = client(Authority::new().believed());
    for client in [of_system, of_another] {
        let (found, text) = fault(get(&*client, &peer.https("/")).await);
        assert_eq!(found, HttpFault::Unreachable, "{text}");
        assert!(text.contains("no secure connection"), "{text}");
    }
    assert_eq!(peer.heard().len(), 1);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let authority = Authority::new();
    let peer = Peer::secure(answer("200 OK", "", ""), authority.server("elsewhere.example", None)).await;
    let (found, text) = fault(get(&*client(authority.believed()), &peer.https("/")).await);
    assert_eq!(found, HttpFault::Unreachable, "{text}");
    assert!(peer.heard().is_empty());
}

#[tokio::test]
async fn a_peer_that_asks_who_the_client_is_is_shown_its_certificate() {
    let authority = Authority::new();
    let server = || authority.server("localhost", Some(&authority));
    let peer = Peer::secure(answer("200 OK", "", "known"), server()).await;
    let (certificate, key) = authority.issue("client");
    let identity = ClientIdentity { certificates: certificate.pem(), key: key.serialize_pem().into() };
    let known = client(Egress { identity: Some(identity), ..authority.believed() });
    assert_eq!(get(&*known, &peer.https("/")).await.unwrap().body.as_slice(), b"known");
    let nobody = client(authority.believed());
    assert!(get(&*nobody, &peer.https("/")).await.is_err());
    let (certificate, key) = Authority::new().issue("client");
    let identity = ClientIdentity { certificates: certificate.pem(), key: key.serialize_pem().into() };
    let stranger = client(Egress { identity: Some(identity), ..authority.believed() });
    assert!(get(&*stranger, &peer.https("/")).await.is_err());
    assert_eq!(peer.heard().len(), 1);
}

#[test]
fn certificates_and_keys_that_are_none_are_refused_when_the_client_is_opened() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("client");
    let with = |certificates: String, key: String| {
        let identity = Some(ClientIdentity { certificates, key: key.into() });
        Egress { identity, ..authority.believed() }
    };
    let other = KeyPair::generate().unwrap().serialize_pem();
    for egress in [
        Egress { authorities: Some("none".into()), ..Egress::default() },
        Egress { authorities: Some(String::new()), ..Egress::default() },
        with("none".into(), key.serialize_pem()),
        with(certificate.pem(), "planted".into()),
        with(certificate.pem(), other),
    ] {
        let refused = Hyper.client(egress).map(drop).unwrap_err();
        assert_eq!(refused.fault, HttpFault::Refused);
        assert!(!refused.text.contains("planted"), "{refused}");
    }
}
