//! TLS: the authority and the name of the server are believed or it is not used, and it may ask who this process is.

use std::fs;
use std::path::Path;

use cpex_test_peer::store_server::{Kind, StoreServer};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::bench::{append, labels, refused, stores_with};

/// An authority that servers and clients have certificates of, as files.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "the authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.as_ref().pem()).unwrap();
        Self { issuer, folder }
    }

    /// The paths of a certificate of that name and of its key.
    fn issue(&self, name: &str) -> [String; 2] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let [at, of_key] = ["pem", "key"].map(|kind| self.path(&format!("{name}.{kind}")));
        fs::write(&at, certificate.pem()).unwrap();
        fs::write(&of_key, key.serialize_pem()).unwrap();
        [at, of_key]
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).to_str().unwrap().to_owned()
    }

    /// A server of that name.
    fn server(&self, kind: Kind, name: &str, clients: &str) -> StoreServer {
        let [certificate, key] = self.issue(name);
        let authority = self.path("ca.pem");
        let options = ["--tls-cert-file", &certificate, "--tls-key-file", &key, "--tls-ca-cert-file", &authority];
        StoreServer::start(kind, &[&options[..], &["--tls-auth-clients", clients]].concat())
    }

    fn believed(&self) -> Json {
        json!({ "ca_file": self.path("ca.pem") })
    }
}

over_both! {
    async fn a_server_of_the_authority_that_is_named_is_used(kind: Kind) {
        let authority = Authority::new();
        let server = authority.server(kind, "127.0.0.1", "no");
        let stores = stores_with(&server, &json!({ "tls": authority.believed() }));
        assert_eq!(refused(&stores).await, None);
        append(&stores, &["secret"]).await.unwrap();
        assert_eq!(labels(&stores).await.unwrap(), ["secret"]);
    }

    async fn a_server_of_another_authority_or_name_is_refused(kind: Kind) {
        let (authority, other) = (Authority::new(), Authority::new());
        let server = authority.server(kind, "127.0.0.1", "no");
        let system = json!(true);
        for trusted in [other.believed(), system] {
            let refused = refused(&stores_with(&server, &json!({ "tls": trusted }))).await.unwrap();
            assert!(refused.starts_with("the server must not be used: TLS: invalid peer certificate"), "{refused}");
        }
        let named = authority.server(kind, "labels.example", "no");
        let stores = stores_with(&named, &json!({ "tls": authority.believed() }));
        let refused = refused(&stores).await.unwrap();
        assert!(refused.contains("not valid for name"), "{refused}");
        assert_eq!(labels(&stores).await, Err(refused));
    }

    async fn a_server_that_asks_who_is_there_is_shown_a_certificate(kind: Kind) {
        let authority = Authority::new();
        let server = authority.server(kind, "127.0.0.1", "yes");
        let [certificate, key] = authority.issue("cpex");
        let mut tls = authority.believed();
        let nobody = stores_with(&server, &json!({ "tls": tls }));
        assert!(labels(&nobody).await.is_err());
        tls["client_certificate_file"] = certificate.into();
        tls["client_key"] = json!({ "kind": "literal", "secret": fs::read_to_string(Path::new(&key)).unwrap() });
        let stores = stores_with(&server, &json!({ "tls": tls }));
        assert_eq!(refused(&stores).await, None);
        append(&stores, &["secret"]).await.unwrap();
    }

    async fn a_server_that_speaks_tls_is_not_spoken_to_without(kind: Kind) {
        let authority = Authority::new();
        let server = authority.server(kind, "127.0.0.1", "no");
        assert!(labels(&stores_with(&server, &json!({}))).await.is_err());
        let plain = StoreServer::start(kind, &[]);
        let stores = stores_with(&plain, &json!({ "tls": authority.believed() }));
        assert!(labels(&stores).await.is_err());
    }
}
