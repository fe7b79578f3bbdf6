//! Names of signature algorithms (RFC 7518, section 3.1).

use std::str::FromStr;

use jsonwebtoken::Algorithm;

/// The algorithm of that name; none where it is not known. Of the curves that `EdDSA` leaves open there is one here, and
/// RFC 9864 (section 2.2) names the algorithm after it.
pub(crate) fn named(name: &str) -> Option<Algorithm> {
    match name {
        "Ed25519" => Some(Algorithm::EdDSA),
        _ => Algorithm::from_str(name).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_found_by_its_very_name() {
        assert_eq!(named("ES256"), Some(Algorithm::ES256));
        assert_eq!((named("EdDSA"), named("Ed25519")), (Some(Algorithm::EdDSA), Some(Algorithm::EdDSA)));
        for unknown in ["none", "", "es256", "ed25519", "Ed448", "ES512", "ESP256", "ES256 "] {
            assert_eq!(named(unknown), None, "{unknown:?}");
        }
    }
}
