//! Text from bytes that are cut anywhere.

/// Holds back what is the beginning of a character: three bytes at most.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    begun: Vec<u8>,
}

/// The bytes are no UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotText;

impl Decoder {
    /// The text that is whole by these bytes.
    pub(super) fn decode(&mut self, piece: &[u8]) -> Result<String, NotText> {
        let mut bytes = std::mem::take(&mut self.begun);
        bytes.extend_from_slice(piece);
        let whole = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(fault) if fault.error_len().is_none() => fault.valid_up_to(),
            Err(_) => return Err(NotText),
        };
        self.begun = bytes.split_off(whole);
        String::from_utf8(bytes).map_err(|_| NotText)
    }

    /// Whether the bytes end with a whole character.
    pub(super) fn is_whole(&self) -> bool {
        self.begun.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn bytes_cut_anywhere_are_the_text_they_are_together() {
        let text = "aé€😀\u{0}";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let (mut decoder, mut read) = (Decoder::default(), String::new());
                for piece in [&text.as_bytes()[..first], &text.as_bytes()[first..second], &text.as_bytes()[second..]] {
                    read.push_str(&decoder.decode(piece).unwrap_or_default());
                }
                assert_eq!(read, text, "{first} {second}");
                assert!(decoder.is_whole());
            }
        }
    }

    #[test]
    fn what_is_no_text_is_refused_and_what_may_become_one_is_held() {
        for bytes in [&b"a\xff"[..], b"\xc3(", b"\xed\xa0\x80", b"\xf8"] {
            assert_eq!(Decoder::default().decode(bytes), Err(NotText), "{bytes:?}");
        }
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"a\xe2\x82"), Ok("a".to_owned()));
        assert!(!decoder.is_whole());
        assert_eq!(decoder.decode(b"("), Err(NotText));
    }
}
