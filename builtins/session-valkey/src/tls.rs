//! Whom a connection believes and what it shows of itself: rustls over aws-lc-rs, named here and never installed for the
//! process.

use std::sync::{Arc, OnceLock};

use cpex_sdk::http::ClientIdentity;
use cpex_sdk::peer::Trust;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// The TLS of one server (RFC 8446, and RFC 5246 with the suites that rustls has).
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) connector: TlsConnector,
    /// The name or address that its certificate must be for.
    pub(crate) name: ServerName<'static>,
}

impl Tls {
    /// What a config says, for the server of that host; or what is wrong with it.
    pub(crate) fn new(trust: &Trust, host: &str) -> Result<Self, String> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| format!("no certificate could be for `{host}`"))?;
        let config = config(trust)?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }
}

fn config(trust: &Trust) -> Result<ClientConfig, String> {
    let roots = match &trust.authorities {
        Some(pem) => Arc::new(authorities(pem)?),
        None => Arc::clone(system()),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots);
    let Some(ClientIdentity { certificates, key }) = &trust.identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates_of(certificates, "the certificate of the client")?;
    let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
        .map_err(|_| "the key of the client is no private key in PEM")?;
    let config = builder.with_client_auth_cert(chain, key);
    config.map_err(|_| "the key of the client does not belong to its certificate".to_owned())
}

/// The authorities the system believes; read once. Certificates among them that cannot be read are left out.
fn system() -> &'static Arc<RootCertStore> {
    static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    })
}

fn authorities(pem: &str) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of(pem, "the authority")? {
        roots.add(certificate).map_err(|_| "the authority is no certificate that can sign")?;
    }
    Ok(roots)
}

fn certificates_of(pem: &str, whose: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(format!("{whose} is no certificate in PEM")),
    }
}
