//! Where in a request a token is looked for.

use apl_cmf::Credentials;
use cpex_sdk::{Accepts, CredentialPlace, TrustedIssuer, code};

use crate::refusal::Refusal;

const AMBIGUOUS: Refusal = Refusal::new(code::AUTH_AMBIGUOUS, "the place of the token holds more than one value");
const EMPTY: Refusal = Refusal::new(code::AUTH_EMPTY, "the place of the token is empty");

const BEARER: &str = "Bearer";

/// Optional white space (RFC 9110, section 5.6.3).
const WHITE_SPACE: [char; 2] = [' ', '\t'];

/// One place of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A header whose value begins with an authentication scheme (RFC 9110, section 11.4). Only that of bearer tokens (RFC
    /// 6750, section 2.1) is ours.
    Scheme { header: String },
    /// A header whose value is the token; the scheme may stand before it.
    Header { name: String },
    /// A cookie whose value is the token (RFC 6265, section 4.2).
    Cookie { name: String },
    /// A parameter of the query whose value is the token (RFC 6750, section 2.3).
    Parameter { name: String },
}

impl Place {
    /// The header of that name.
    pub(crate) fn header(name: &str) -> Self {
        let has_scheme = ["authorization", "proxy-authorization"].iter().any(|known| name.eq_ignore_ascii_case(known));
        if has_scheme { Self::Scheme { header: name.to_owned() } } else { Self::Header { name: name.to_owned() } }
    }

    /// What is accepted there of those issuers.
    pub(crate) fn accepts(&self, issuers: Vec<TrustedIssuer>, has_scopes: bool) -> Accepts {
        let (place, scheme) = match self {
            Self::Scheme { header } => (CredentialPlace::Header(header.clone()), Some(BEARER)),
            Self::Header { name } => (CredentialPlace::Header(name.clone()), None),
            Self::Cookie { name } => (CredentialPlace::Cookie(name.clone()), None),
            // A parameter is that of a bearer token where somebody makes such tokens.
            Self::Parameter { name } => {
                (CredentialPlace::Parameter(name.clone()), (!issuers.is_empty()).then_some(BEARER))
            }
        };
        Accepts { place, scheme: scheme.map(str::to_owned), issuers, has_scopes }
    }

    /// What stands there; none where nothing does, or a credential of another kind.
    pub(crate) fn find<'c>(&'c self, credentials: &'c Credentials) -> Result<Option<&'c str>, Refusal> {
        match self {
            Self::Scheme { header } => only(credentials.values(header))?.map_or(Ok(None), after_scheme),
            Self::Header { name } => only(credentials.values(name))?.map(whole_value).transpose(),
            Self::Cookie { name } => {
                let found = only(credentials.values("cookie").flat_map(|line| cookies(line, name)))?;
                found.map(filled).transpose()
            }
            Self::Parameter { name } => only(credentials.parameters(name))?.map(filled).transpose(),
        }
    }
}

/// A second value is refused even if it is the same: who sent two may have meant another reader to see the other.
fn only<'c>(mut values: impl Iterator<Item = &'c str>) -> Result<Option<&'c str>, Refusal> {
    let first = values.next();
    if values.next().is_some() { Err(AMBIGUOUS) } else { Ok(first) }
}

fn after_scheme(value: &str) -> Result<Option<&str>, Refusal> {
    let value = filled(value)?;
    // Proxies join lines of one header with commas, and no token contains one.
    match bearer(value) {
        Some(_) if value.contains(',') => Err(AMBIGUOUS),
        Some(token) => filled(token).map(Some),
        None if value.split(',').any(|element| bearer(element).is_some()) => Err(AMBIGUOUS),
        None => Ok(None),
    }
}

fn whole_value(value: &str) -> Result<&str, Refusal> {
    let value = filled(value)?;
    if value.contains(',') {
        return Err(AMBIGUOUS);
    }
    filled(bearer(value).unwrap_or(value))
}

/// What follows the scheme, which is read in any case.
fn bearer(value: &str) -> Option<&str> {
    let value = value.trim_matches(WHITE_SPACE);
    let (scheme, token) = value.split_once(WHITE_SPACE).unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case(BEARER).then_some(token)
}

fn cookies<'c>(line: &'c str, name: &str) -> impl Iterator<Item = &'c str> {
    line.split(';').filter_map(move |pair| {
        let (held, value) = pair.split_once('=')?;
        (held.trim_matches(WHITE_SPACE) == name).then(|| unquoted(value.trim_matches(WHITE_SPACE)))
    })
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

fn filled(value: &str) -> Result<&str, Refusal> {
    let value = value.trim_matches(WHITE_SPACE);
    if value.is_empty() { Err(EMPTY) } else { Ok(value) }
}

#[cfg(test)]
mod tests;
