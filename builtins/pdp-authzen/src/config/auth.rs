//! How this process authenticates to the decision point: a header with a secret.

use apl_cmf::{Secret, is_http_token};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, SecretSource, Shape};
use zeroize::Zeroizing;

use crate::point::{AuthHeader, OWN_HEADERS};

/// What may be said of it; [`KINDS`] says what belongs to which kind.
pub(super) const KEYS: &[Key] = &[
    Key::required(
        "kind",
        Shape::Word(&["bearer", "basic", "api_key"]),
        "By what: `bearer`, a token; `basic`, a name and a password; `api_key`, a key in a header of its own.",
    ),
    Key::optional("token", Shape::Secret, "The token of `bearer` (RFC 6750, section 2.1)."),
    Key::optional("username", Shape::Text, "The name of `basic` (RFC 7617)."),
    Key::optional("password", Shape::Secret, "The password of `basic`."),
    Key::optional("header", Shape::Text, "The header of `api_key`, such as `X-API-Key`."),
    Key::optional("key", Shape::Secret, "The key of `api_key`."),
];

/// The kinds, each with the keys that it must have.
const KINDS: [(&str, &[&str]); 3] =
    [("bearer", &["token"]), ("basic", &["username", "password"]), ("api_key", &["header", "key"])];

/// Reads it; none where something is wrong with it, which is then among the faults.
pub(super) fn read(node: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<AuthHeader> {
    let kind = node.get("kind")?;
    let (kind, own) = KINDS.into_iter().find(|(name, _)| kind.text() == Some(name))?;
    for (name, value) in node.keys().filter_map(|key| Some((key, node.get(key)?))) {
        if name != "kind" && !own.contains(&name) && KEYS.iter().any(|key| key.name == name) {
            faults.push(value.fault(format!("`{name}` is not read for `{kind}`")));
        }
    }
    for missing in own.iter().filter(|key| node.get(key).is_none()) {
        faults.push(node.fault(format!("the key `{missing}` is missing")));
    }
    match kind {
        "bearer" => bearer(&node.get("token")?, host, faults),
        "basic" => basic(&node.get("username")?, &node.get("password")?, host, faults),
        _ => api_key(&node.get("header")?, &node.get("key")?, host, faults),
    }
}

fn bearer(token: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<AuthHeader> {
    let token = sendable(token, host, faults)?;
    Some(AuthHeader::authorization(Secret::new(format!("Bearer {}", token.expose()))))
}

fn basic(
    username: &ConfigNode<'_>,
    password: &ConfigNode<'_>,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Option<AuthHeader> {
    let name = username.text()?;
    if name.contains(':') || name.chars().any(char::is_control) {
        faults.push(username.fault("a name of `basic` has neither a colon nor a control character"));
    }
    let password = secret(password, host, faults)?;
    let joined = Zeroizing::new(format!("{name}:{}", password.expose()));
    let encoded = Zeroizing::new(STANDARD.encode(joined.as_bytes()));
    Some(AuthHeader::authorization(Secret::new(format!("Basic {}", *encoded))))
}

fn api_key(
    header: &ConfigNode<'_>,
    key: &ConfigNode<'_>,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Option<AuthHeader> {
    let name = header.text()?;
    if !is_http_token(name) {
        faults.push(header.fault(format!("`{name}` is not the name of a header")));
    } else if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        faults.push(header.fault(format!("the header `{name}` says something else of the request")));
    }
    Some(AuthHeader { name: name.to_owned(), value: sendable(key, host, faults)? })
}

/// A secret that may stand in a header as it is.
fn sendable(source: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Secret> {
    let secret = secret(source, host, faults)?;
    if secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(secret);
    }
    faults.push(source.fault("the secret cannot be sent in a header: it is more than visible ASCII"));
    None
}

fn secret(source: &ConfigNode<'_>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Secret> {
    match host.secrets.read(&SecretSource::from_config(source.value).ok()?) {
        Ok(secret) if secret.expose().is_empty() => faults.push(source.fault("the secret is empty")),
        Ok(secret) => return Some(secret),
        Err(error) => faults.push(source.fault(error.to_string())),
    }
    None
}
