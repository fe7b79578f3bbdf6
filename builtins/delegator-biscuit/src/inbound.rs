//! The Biscuits of parties: which is read, and whose it must be.
//!
//! A party that was identified by a Biscuit has that one attenuated. One that was identified by something else may send a
//! Biscuit in a header that the config names; it must then state who it is about, or somebody judged as one could act as
//! another.

use apl_cmf::{Credentials, is_http_token};
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape};
use cpex_sdk::delegation::{MintError, MintRequest, Party};
use serde_json::Value as Json;

/// The headers that Biscuits are in, of parties that were identified by something else.
pub(crate) struct InboundHeaders {
    user: Option<String>,
    client: Option<String>,
    caller_workload: Option<String>,
}

/// A Biscuit, not verified.
pub(crate) struct Inbound<'m> {
    pub(crate) text: &'m str,
    /// What its first block must state; none where the party was identified by it.
    pub(crate) owner: Option<Owner<'m>>,
}

/// The fact that says whom a Biscuit is about.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'m> {
    pub(crate) fact: &'static str,
    pub(crate) id: &'m str,
}

impl InboundHeaders {
    pub(crate) const KEY: Key = Key::optional(
        "inbound_headers",
        Shape::Section(PARTIES),
        "The headers of Biscuits, of parties that are identified by something else.",
    );

    pub(crate) fn read(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Self {
        let section = root.get(Self::KEY.name).unwrap_or_else(|| ConfigNode::root(&Json::Null));
        let mut header = |party: Party| header(&section, party.name(), faults);
        Self {
            user: header(Party::User),
            client: header(Party::Client),
            caller_workload: header(Party::CallerWorkload),
        }
    }

    /// The Biscuit of the subject of a step.
    pub(crate) fn find<'m>(&'m self, request: &MintRequest<'m>) -> Result<Inbound<'m>, MintError> {
        let (party, operation) = (request.subject, request.operation);
        let named = |why: String| MintError(format!("the token of `{}`: {why}", party.name()));
        let (header, fact, id) = match party {
            Party::User => (&self.user, "user", operation.subject_id()),
            Party::Client => (&self.client, "client", operation.client().map(|client| client.id.as_str())),
            Party::CallerWorkload => {
                let workload = operation.caller_workload().map(|workload| workload.spiffe_id.as_str());
                (&self.caller_workload, "workload", workload)
            }
            Party::ThisWorkload => {
                return Err(MintError("this process has no Biscuit: name a `subject` that sends one".to_owned()));
            }
        };
        let Some(header) = header else {
            let text = party.principal().and_then(|principal| operation.token_of(principal));
            let text = text.ok_or_else(|| named(format!("it was identified by none, or {NOT_GRANTED}")))?;
            return Ok(Inbound { text, owner: None });
        };
        let id = id.ok_or_else(|| named(format!("the plugin may not read whom it is about: {}", capability(party))))?;
        let credentials = operation.inbound_credentials();
        let credentials = credentials.ok_or_else(|| named(format!("no credentials were sent, or {NOT_GRANTED}")))?;
        let text = one_token(credentials, header).map_err(|why| named(format!("`{header}` {why}")))?;
        Ok(Inbound { text, owner: Some(Owner { fact, id }) })
    }
}

const PARTIES: &[Key] = &[
    Key::optional("user", Shape::Text, "The header of the user's Biscuit, which must state `user(\"<id>\")`."),
    Key::optional("client", Shape::Text, "The header of the client's Biscuit, which must state `client(\"<id>\")`."),
    Key::optional(
        "caller_workload",
        Shape::Text,
        "The header of the workload's Biscuit, which must state `workload(\"<SPIFFE ID>\")`.",
    ),
];

const NOT_GRANTED: &str = "the plugin lacks the capability `read_inbound_credentials`";

/// Optional white space (RFC 9110, section 5.6.3).
const WHITE_SPACE: [char; 2] = [' ', '\t'];

const fn capability(party: Party) -> &'static str {
    match party {
        Party::User => "grant `read_subject`",
        Party::Client => "grant `read_client`",
        Party::CallerWorkload | Party::ThisWorkload => "grant `read_workload`",
    }
}

fn header(section: &ConfigNode<'_>, key: &str, faults: &mut Vec<ConfigFault>) -> Option<String> {
    let node = section.get(key)?;
    let name = node.text()?;
    if !is_http_token(name) {
        faults.push(node.fault(format!("`{name}` is not the name of a header")));
    }
    Some(name.to_owned())
}

/// The one token in a header, with or without the scheme of bearer tokens. A second value is refused even if it is the same,
/// and so is a list.
fn one_token<'c>(credentials: &'c Credentials, header: &'c str) -> Result<&'c str, &'static str> {
    let mut values = credentials.values(header);
    let value = values.next().ok_or("was not sent")?.trim_matches(WHITE_SPACE);
    if values.next().is_some() || value.contains(',') {
        return Err("holds more than one value");
    }
    let token = match value.split_once(WHITE_SPACE) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_matches(WHITE_SPACE),
        _ => value,
    };
    let is_one = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_one.then_some(token).ok_or("holds no token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_follows_its_scheme_or_stands_alone() {
        for value in ["Bearer t0k.en", "bearer   t0k.en", " BEARER\tt0k.en ", "t0k.en", " t0k.en\t"] {
            assert_eq!(one_token(&Credentials::none().with("x-token", value), "X-Token"), Ok("t0k.en"), "{value}");
        }
    }

    #[test]
    fn what_is_not_one_token_is_refused() {
        let (two, none) = ("holds more than one value", "holds no token");
        for (value, why) in [("a, a", two), ("Bearer a b", none), ("Basic a", none), ("ä", none), ("", none)] {
            assert_eq!(one_token(&Credentials::none().with("X-Token", value), "x-token"), Err(why), "{value}");
        }
        let twice = Credentials::none().with("X-Token", "a").with("x-token", "a");
        assert_eq!(one_token(&twice, "X-Token"), Err(two));
        assert_eq!(one_token(&twice, "X-Other"), Err("was not sent"));
    }
}
