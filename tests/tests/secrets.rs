//! No secret is in anything that is printed, recorded or traced. Types that hold one are found in the sources, so that a new
//! one is formatted here too.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod secrets {
    mod capture;
    mod engine;
    mod road;
    mod source;
    mod values;

    /// What every secret here holds, in any case and in no encoding.
    const PLANTED: &str = "planted";

    /// Fails where a text holds something of a secret.
    fn expect_none(shown: &str, of: &str) {
        assert!(!shown.to_lowercase().contains(PLANTED), "{of}: {shown}");
    }

    #[test]
    #[should_panic(expected = "a token: Bearer Planted")]
    fn what_is_planted_is_seen_in_any_case() {
        expect_none("Bearer Planted", "a token");
    }
}
