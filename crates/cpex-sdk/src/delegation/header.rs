//! The header that a minted token is sent in.

use apl_cmf::{Secret, is_http_token};

use crate::config::{ConfigFault, ConfigNode, Key, Shape};

/// The header that a minted token is sent in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundHeader(String);

impl OutboundHeader {
    /// The key of configs that names it.
    pub const KEY: Key = Key::optional(
        "default_outbound_header",
        Shape::Text,
        "The header the minted token is sent in: `Authorization` with the scheme Bearer by default.",
    );

    /// What a config names: `Authorization` by default.
    #[must_use]
    pub fn read(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Self {
        let Some(node) = root.get(Self::KEY.name) else { return Self("Authorization".to_owned()) };
        let name = node.text().unwrap_or_default();
        if node.text().is_some() && !is_http_token(name) {
            faults.push(node.fault(format!("`{name}` is not the name of a header")));
        }
        Self(name.to_owned())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What stands in it for a token: the token after the scheme `Bearer` (RFC 6750, section 2.1) where its values begin with
    /// one (RFC 9110, section 11.4), else alone.
    #[must_use]
    pub fn value(&self, token: &Secret) -> Secret {
        let has_scheme =
            ["authorization", "proxy-authorization"].iter().any(|known| self.0.eq_ignore_ascii_case(known));
        if has_scheme { Secret::new(format!("Bearer {}", token.expose())) } else { token.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_stands_before_a_token_only_where_headers_have_one() {
        let token = Secret::from("t0k.en");
        assert_eq!(OutboundHeader("proxy-Authorization".to_owned()).value(&token).expose(), "Bearer t0k.en");
        assert_eq!(OutboundHeader("X-Token".to_owned()).value(&token).expose(), "t0k.en");
    }
}
