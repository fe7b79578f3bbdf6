//! What documents say of the peers of a plugin: the same keys wherever one is named.

use std::fs;
use std::sync::Arc;

use crate::config::{ConfigFault, ConfigNode, Key, SecretSource, Shape};
use crate::factory::Host;
use crate::http::{ClientIdentity, Egress, HttpClient};

/// `insecure_http`.
pub const INSECURE_HTTP: Key =
    Key::optional("insecure_http", Shape::Bool, "`true` lets http be spoken to this host itself, for tests.");

/// `allow_private`.
pub const ALLOW_PRIVATE: Key =
    Key::optional("allow_private", Shape::Bool, "`true` lets addresses be dialled that are not public.");

/// `ca_file`.
pub const CA_FILE: Key = Key::optional(
    "ca_file",
    Shape::Text,
    "Path of a file with the certificates believed in place of the system's, in PEM, from the directory of the document.",
);

/// `client_certificate_file`.
pub const CLIENT_CERTIFICATE_FILE: Key = Key::optional(
    "client_certificate_file",
    Shape::Text,
    "Path of a file with the certificate shown to the peer, in PEM; `client_key` is its key.",
);

/// `client_key`.
pub const CLIENT_KEY: Key = Key::optional("client_key", Shape::Secret, "The private key of the certificate, in PEM.");

/// The client for the peer that a config names by the URL `url`, under what it says beside. None where something is wrong
/// with it, which is then among the faults.
pub fn client(
    config: &ConfigNode<'_>,
    url: &ConfigNode<'_>,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Option<Arc<dyn HttpClient>> {
    let before = faults.len();
    let egress = egress(config, host, faults);
    let Some(port) = &host.http else {
        faults.push(url.fault("the host lends no HTTP").help("enable the feature `http` of `cpex`, or lend a port"));
        return None;
    };
    if faults.len() > before {
        return None;
    }
    let opened = port.client(egress).and_then(|client| client.check(url.text().unwrap_or_default()).map(|()| client));
    match opened {
        Ok(client) => Some(client),
        Err(error) => {
            faults.push(url.fault(error.text));
            None
        }
    }
}

/// Whom a plugin believes at a peer, and what it shows of itself there.
#[derive(Debug, Default)]
pub struct Trust {
    /// The authorities believed in place of the system's: certificates in PEM (RFC 7468).
    pub authorities: Option<String>,
    /// What is shown to the peer.
    pub identity: Option<ClientIdentity>,
}

/// What a config says under [`CA_FILE`], [`CLIENT_CERTIFICATE_FILE`] and [`CLIENT_KEY`]. What is wrong with that is added to the
/// faults.
pub fn trust(config: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Trust {
    let authorities = config.get(CA_FILE.name).and_then(|node| file(&node, host, faults));
    let certificates = config.get(CLIENT_CERTIFICATE_FILE.name);
    let key = config.get(CLIENT_KEY.name);
    let identity = match (certificates, key) {
        (Some(certificates), Some(key)) => identity(&certificates, &key, host, faults),
        (Some(alone), None) => {
            faults.push(alone.fault("a certificate needs its key").help("add `client_key`"));
            None
        }
        (None, Some(alone)) => {
            faults.push(alone.fault("a key needs its certificate").help("add `client_certificate_file`"));
            None
        }
        (None, None) => None,
    };
    Trust { authorities, identity }
}

fn egress(config: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Egress {
    let is_set = |key: &Key| config.get(key.name).is_some_and(|node| node.value.as_bool() == Some(true));
    let Trust { authorities, identity } = trust(config, host, faults);
    Egress {
        insecure_http: is_set(&INSECURE_HTTP),
        allow_private: is_set(&ALLOW_PRIVATE),
        authorities,
        identity,
        ..Egress::default()
    }
}

fn identity(
    certificates: &ConfigNode<'_>,
    key: &ConfigNode<'_>,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Option<ClientIdentity> {
    let read = SecretSource::from_config(key.value).ok().map(|source| host.secrets.read(&source));
    let key = match read? {
        Ok(key) => key,
        Err(error) => {
            faults.push(key.fault(error.to_string()));
            return None;
        }
    };
    Some(ClientIdentity { certificates: file(certificates, host, faults)?, key })
}

fn file(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<String> {
    let path = node.text()?;
    match fs::read_to_string(host.directory.join(path)) {
        Ok(text) => Some(text),
        Err(error) => {
            faults.push(node.fault(format!("cannot read `{path}`: {}", error.kind())));
            None
        }
    }
}
