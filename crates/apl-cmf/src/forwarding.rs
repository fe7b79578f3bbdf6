//! The headers that a request goes to its backend with.

use crate::context::is_sensitive_header;
use crate::credential::{is_header_value, is_http_token};
use crate::{Minted, Secret};

/// The headers that a request goes to its backend with: those that were received, without those that hold credentials of the
/// caller, and each minted credential in its own, in place of any of that name in any case.
///
/// Left out are the headers that commonly hold credentials, such as `Authorization` and `Cookie`, those in `read`, which were
/// [asked for](crate::Credentials::read_headers) as such, and what is no header at all (RFC 9110, section 5.5).
pub fn forwarded<N, V>(
    received: impl IntoIterator<Item = (N, V)>,
    read: &[impl AsRef<str>],
    minted: &[Minted],
) -> Vec<(String, Secret)>
where
    N: Into<String>,
    V: Into<Secret>,
{
    let stays = |(name, value): &(String, Secret)| {
        is_http_token(name)
            && is_header_value(value.expose())
            && !is_sensitive_header(name)
            && !read.iter().any(|read| read.as_ref().eq_ignore_ascii_case(name))
            && !minted.iter().any(|minted| minted.is_for(name))
    };
    let received = received.into_iter().map(|(name, value)| (name.into(), value.into()));
    let minted = minted.iter().filter(|minted| minted.is_sendable());
    let minted = minted.map(|minted| (minted.header.clone(), minted.value.clone()));
    received.filter(stays).chain(minted).collect()
}
