//! Public keys in PEM (RFC 7468, section 13; RFC 8017, appendix A.1.1, for RSA).

use jsonwebtoken::DecodingKey;

/// The one public key in the text. No error repeats any of it.
pub(super) fn read(text: &str) -> Result<DecodingKey, &'static str> {
    let mut labels = text.split("-----BEGIN ").skip(1).filter_map(|rest| rest.split("-----").next());
    match (labels.next(), labels.next()) {
        (None, _) => return Err("expected a PEM text, which begins with `-----BEGIN PUBLIC KEY-----`"),
        (Some(_), Some(_)) => return Err("expected one key, found several"),
        (Some("PUBLIC KEY" | "RSA PUBLIC KEY"), None) => {}
        (Some("CERTIFICATE"), None) => return Err("expected a public key, found a certificate"),
        (Some(label), None) if label.ends_with("PRIVATE KEY") => {
            return Err("expected a public key, found a private key");
        }
        (Some(_), None) => return Err("expected a public key, found a PEM text of something else"),
    }
    DecodingKey::from_rsa_pem(text.as_bytes())
        .or_else(|_| DecodingKey::from_ec_pem(text.as_bytes()))
        .or_else(|_| DecodingKey::from_ed_pem(text.as_bytes()))
        .map_err(|_| "the PEM text holds no readable RSA, EC or Ed25519 key")
}
