//! The tokens that callers sent.

use apl_cmf::Credentials;
use cpex_sdk::delegation::{MintError, Party};

/// The headers that the tokens of the parties are in.
pub(crate) struct Places {
    pub(crate) user: String,
    pub(crate) client: String,
    pub(crate) caller_workload: String,
}

impl Places {
    /// The header of a party; none of this process, which sends nothing to itself.
    pub(crate) fn header(&self, party: Party) -> Option<&str> {
        match party {
            Party::User => Some(&self.user),
            Party::Client => Some(&self.client),
            Party::CallerWorkload => Some(&self.caller_workload),
            Party::ThisWorkload => None,
        }
    }
}

/// The one token in a header. A second value is refused even if it is the same, and so is a list: who sent two may have
/// been identified by the other.
pub(crate) fn token<'c>(credentials: &'c Credentials, header: &'c str) -> Result<&'c str, MintError> {
    let failed = |what: &str| MintError(format!("`{header}` {what}"));
    let mut values = credentials.values(header);
    let value = values.next().ok_or_else(|| failed("was not sent"))?;
    if values.next().is_some() || value.contains(',') {
        return Err(failed("holds more than one value"));
    }
    let token = match bearer(value) {
        Some(token) => token,
        None if has_scheme(header) => return Err(failed("holds no bearer token")),
        None => value.trim_matches(WHITE_SPACE),
    };
    let is_one = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_one.then_some(token).ok_or_else(|| failed("holds no token"))
}

/// Whether the values of a header begin with an authentication scheme (RFC 9110, section 11.4).
pub(crate) fn has_scheme(header: &str) -> bool {
    ["authorization", "proxy-authorization"].iter().any(|known| header.eq_ignore_ascii_case(known))
}

/// Optional white space (RFC 9110, section 5.6.3).
const WHITE_SPACE: [char; 2] = [' ', '\t'];

/// What follows the scheme of bearer tokens (RFC 6750, section 2.1), which is read in any case.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim_matches(WHITE_SPACE).split_once(WHITE_SPACE)?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(WHITE_SPACE))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn sent(header: &str, value: &str) -> Credentials {
        Credentials::none().with(header, value)
    }

    #[test]
    fn a_token_follows_its_scheme_or_stands_alone_where_there_is_none() {
        for value in ["Bearer t0k.en", "bearer   t0k.en", " BEARER\tt0k.en "] {
            assert_eq!(token(&sent("Authorization", value), "authorization").unwrap(), "t0k.en", "{value}");
            assert_eq!(token(&sent("X-Token", value), "X-Token").unwrap(), "t0k.en", "{value}");
        }
        assert_eq!(token(&sent("x-token", " t0k.en "), "X-Token").unwrap(), "t0k.en");
    }

    #[test]
    fn what_is_not_one_token_is_refused_and_not_repeated() {
        let none = "`Authorization` holds no bearer token";
        let planted = [
            ("Basic planted", none),
            ("planted", none),
            ("Bearer", none),
            ("Bearer planted, Bearer planted", "`Authorization` holds more than one value"),
            ("Bearer planted planted", "`Authorization` holds no token"),
            ("Bearer plänted", "`Authorization` holds no token"),
        ];
        for (value, text) in planted {
            assert_eq!(token(&sent("authorization", value), "Authorization").unwrap_err().0, text, "{value}");
        }
        let twice = sent("authorization", "Bearer planted").with("Authorization", "Bearer planted");
        assert_eq!(token(&twice, "Authorization").unwrap_err().0, "`Authorization` holds more than one value");
        assert_eq!(token(&twice, "X-Token").unwrap_err().0, "`X-Token` was not sent");
        assert_eq!(token(&sent("x-token", " "), "X-Token").unwrap_err().0, "`X-Token` holds no token");
    }
}
