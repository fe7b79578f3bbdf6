//! Whom a client believes and what it shows of itself: rustls over aws-lc-rs, named here and never installed for the process.

use std::sync::{Arc, OnceLock};

use cpex_sdk::http::{ClientIdentity, Egress, HttpError, HttpFault};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// The TLS of a client (RFC 8446, and RFC 5246 with the suites that rustls has).
pub(crate) fn config(egress: &Egress) -> Result<ClientConfig, HttpError> {
    let roots = match &egress.authorities {
        Some(pem) => Arc::new(authorities(pem)?),
        None => Arc::clone(system()),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(&format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots);
    match &egress.identity {
        None => Ok(builder.with_no_client_auth()),
        Some(ClientIdentity { certificates, key }) => {
            let chain = certificates_of(certificates, "the certificate of the client")?;
            let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
                .map_err(|_| refused("the key of the client is no private key in PEM"))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|_| refused("the key of the client does not belong to its certificate"))
        }
    }
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

fn authorities(pem: &str) -> Result<RootCertStore, HttpError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of(pem, "the authority")? {
        roots.add(certificate).map_err(|_| refused("the authority is no certificate that can sign"))?;
    }
    Ok(roots)
}

fn certificates_of(pem: &str, whose: &str) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(refused(&format!("{whose} is no certificate in PEM"))),
    }
}

fn refused(text: &str) -> HttpError {
    HttpError { fault: HttpFault::Refused, text: text.to_owned() }
}
