//! What of a URL can be judged before anything is dialled.

use std::net::Ipv4Addr;

use cpex_sdk::http::{Egress, HttpError, HttpFault};
use http::Uri;
use http::uri::Scheme;

/// What a client may reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) insecure_http: bool,
    pub(crate) allow_private: bool,
}

impl Rules {
    pub(crate) const fn of(egress: &Egress) -> Self {
        Self { insecure_http: egress.insecure_http, allow_private: egress.allow_private }
    }

    /// The target of a URL that may be asked, as far as its text tells.
    pub(crate) fn target(self, url: &str) -> Result<Uri, HttpError> {
        let uri: Uri = url.parse().map_err(|_| refused("it is no URL"))?;
        let authority = uri.authority().ok_or_else(|| refused("it is no absolute URL"))?;
        if authority.as_str().contains('@') {
            return Err(refused("it holds credentials"));
        }
        if url.contains('#') {
            return Err(refused("it has a fragment"));
        }
        if is_number(authority.host()) {
            return Err(refused("its host is a number, which readers take for different addresses"));
        }
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => Ok(uri),
            Some(scheme) if *scheme == Scheme::HTTP && self.insecure_http => Ok(uri),
            Some(scheme) if *scheme == Scheme::HTTP => {
                Err(refused("it is not https; `insecure_http: true` allows http to this host itself"))
            }
            _ => Err(refused("it is not https")),
        }
    }
}

/// Whether a host that is no address ends in a number, so that some readers take it for an address (the URL standard,
/// section 3.5).
fn is_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_number = match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()),
    };
    is_number && host.parse::<Ipv4Addr>().is_err()
}

pub(crate) fn refused(why: &str) -> HttpError {
    HttpError { fault: HttpFault::Refused, text: format!("the URL is refused: {why}") }
}
