//! SPIFFE IDs (the SPIFFE-ID standard, section 2): `spiffe://<trust domain>/<path>`.

/// The trust domain of the ID of a workload; none where the text is not one. An ID without a path names a trust domain and
/// no workload in it.
pub(super) fn trust_domain(id: &str) -> Option<&str> {
    let (domain, path) = id.strip_prefix("spiffe://")?.split_once('/')?;
    let fits = id.len() <= 2048 && is_trust_domain(domain) && path.split('/').all(is_segment);
    fits.then_some(domain)
}

fn is_trust_domain(domain: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
    (1..=255).contains(&domain.len()) && domain.bytes().all(known)
}

fn is_segment(segment: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !matches!(segment, "" | "." | "..") && segment.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trust_domain_of_a_workload_is_its_authority() {
        assert_eq!(trust_domain("spiffe://example.org/ns/prod/sa/agent"), Some("example.org"));
        assert_eq!(trust_domain("spiffe://a_b-c.1/x..y"), Some("a_b-c.1"));
    }

    #[test]
    fn what_is_no_id_of_a_workload_has_none() {
        for id in [
            "",
            "alice",
            "spiffe:",
            "spiffe://",
            "spiffe:///a",
            "spiffe://example.org",
            "spiffe://example.org/",
            "spiffe://example.org/a/",
            "spiffe://example.org//a",
            "spiffe://example.org/./a",
            "spiffe://example.org/../a",
            "spiffe://example.org/a?b",
            "spiffe://example.org/a#b",
            "spiffe://example.org/a%2fb",
            "spiffe://example.org:80/a",
            "spiffe://user@example.org/a",
            "spiffe://Example.org/a",
            "SPIFFE://example.org/a",
            "https://example.org/a",
            " spiffe://example.org/a",
        ] {
            assert_eq!(trust_domain(id), None, "{id}");
        }
    }

    #[test]
    fn an_id_has_a_length() {
        let id = |length: usize| format!("spiffe://example.org/{}", "a".repeat(length - "spiffe://example.org/".len()));
        assert!(trust_domain(&id(2048)).is_some());
        assert!(trust_domain(&id(2049)).is_none());
        assert!(trust_domain(&format!("spiffe://{}/a", "a".repeat(255))).is_some());
        assert!(trust_domain(&format!("spiffe://{}/a", "a".repeat(256))).is_none());
    }
}
