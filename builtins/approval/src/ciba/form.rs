//! What is posted to the provider.

use std::borrow::Cow;

use cpex_sdk::elicitation::Ask;
use cpex_sdk::oauth;
use serde_json::json;
use zeroize::Zeroizing;

use super::config::Settings;

/// What a person is asked by (CIBA Core 1.0, section 7.1).
pub(super) fn asking(ask: &Ask<'_>, settings: &Settings) -> Zeroizing<String> {
    let message = ask.purpose.map(|purpose| binding_message(purpose, settings.binding_message_length));
    let expiry = settings.expiry.map_or(ask.timeout, |expiry| expiry.min(ask.timeout));
    let expiry = expiry.as_secs().max(1).to_string();
    let hint = login_hint(ask.approver, settings.hint_issuer.as_deref());
    let mut pairs = vec![("scope", settings.scope.as_str()), ("login_hint", &hint)];
    if let Some(message) = message.as_deref().filter(|message| !message.is_empty()) {
        pairs.push(("binding_message", message));
    }
    pairs.push(("requested_expiry", &expiry));
    oauth::form(&pairs)
}

/// What the answer is polled by (CIBA Core 1.0, section 10.1).
pub(super) fn polling(request: &str) -> Zeroizing<String> {
    oauth::form(&[("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", request)])
}

/// Whom to ask, as the provider wants it: by a text of its own, or as a subject identifier (RFC 9493, section 3.2.4).
fn login_hint<'a>(approver: &'a str, issuer: Option<&str>) -> Cow<'a, str> {
    match issuer {
        None => approver.into(),
        Some(issuer) => json!({ "format": "iss_sub", "iss": issuer, "sub": approver }).to_string().into(),
    }
}

/// A purpose as every provider takes it. The specification leaves length and characters to the provider; these are the ones
/// that Keycloak, Auth0 and the certified `oidc-provider` have in common. Anything else between two words is one hyphen.
fn binding_message(purpose: &str, length: usize) -> String {
    let words = purpose.split(|letter: char| !is_plain(letter)).filter(|word| !word.is_empty());
    let mut message: String = words.collect::<Vec<_>>().join("-").chars().take(length).collect();
    message.truncate(message.trim_end_matches('-').len());
    message
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._+#".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_the_approver_alone_or_with_the_issuer() {
        assert_eq!(login_hint("bob", None), "bob");
        let named = login_hint("auth0|\"bob\"", Some("https://idp.example/"));
        assert_eq!(named, r#"{"format":"iss_sub","iss":"https://idp.example/","sub":"auth0|\"bob\""}"#);
    }

    #[test]
    fn a_purpose_is_shown_in_characters_that_every_provider_takes() {
        for (purpose, message) in [
            ("Change the salary of an employee", "Change-the-salary-of-an-employee"),
            ("pay #42: 10.50 EUR, now!", "pay-#42-10.50-EUR-now"),
            (" \n\"quoted\"\t<b>&amp;", "quoted-b-amp"),
            ("a-b_c+d", "a-b_c+d"),
            ("Größe ändern", "Gr-e-ndern"),
            ("支払い", ""),
            ("", ""),
        ] {
            assert_eq!(binding_message(purpose, 50), message, "{purpose}");
        }
        for length in [10, 11] {
            assert_eq!(binding_message("Change the salary", length), "Change-the");
        }
        assert_eq!(
            polling("a b&c").as_str(),
            "grant_type=urn%3Aopenid%3Aparams%3Agrant-type%3Aciba&auth_req_id=a+b%26c"
        );
    }
}
