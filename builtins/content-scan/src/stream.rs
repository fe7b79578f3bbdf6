//! Redaction of a plain text that comes in pieces.
//!
//! None of the kinds describes what goes across a comma, a semicolon, an exclamation or question mark, or the end of a line, in
//! disguise or not: what stands before such a sign is searched apart from what stands after it, with the same result. So the
//! text is held back to the latest of them.

use crate::pii::PiiScanner;
use crate::redaction::masked;

/// The signs that nothing goes across.
const SEAMS: [char; 5] = [',', ';', '!', '?', '\n'];

/// A plain text that comes in pieces, without what is found in it.
#[derive(Debug)]
pub struct RedactionStream {
    scanner: PiiScanner,
    max_held: usize,
    /// What came after the latest seam.
    held: String,
    found: bool,
}

/// More of the text would be held back than may be: it cannot be redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldTooLong;

impl PiiScanner {
    /// Begins a text that comes in pieces, of which at most so many bytes are held back; none where the scanner has patterns
    /// of others, of which nobody knows what they go across. The whole text is then to be redacted.
    #[must_use]
    pub fn redact_pieces(&self, max_held: usize) -> Option<RedactionStream> {
        let stream = || RedactionStream { scanner: self.clone(), max_held, held: String::new(), found: false };
        self.is_of_kinds().then(stream)
    }
}

impl RedactionStream {
    /// Takes the next piece, and adds to `released` what may be passed on: `[REDACTED]` over all that is found.
    ///
    /// # Errors
    /// When more would have to be held back than may be. Nothing more may be passed on.
    pub fn push(&mut self, piece: &str, released: &mut String) -> Result<(), HeldTooLong> {
        match piece.rfind(SEAMS).and_then(|seam| piece.split_at_checked(seam + 1)) {
            Some((decided, rest)) => {
                self.held.push_str(decided);
                self.release(released);
                self.held.push_str(rest);
            }
            None => self.held.push_str(piece),
        }
        if self.held.len() > self.max_held { Err(HeldTooLong) } else { Ok(()) }
    }

    /// Ends the text, and adds to `released` what was held back of it. Whether anything was found in all of it.
    pub fn finish(mut self, released: &mut String) -> bool {
        self.release(released);
        self.found
    }

    /// Whether anything was found so far.
    #[must_use]
    pub const fn found(&self) -> bool {
        self.found
    }

    fn release(&mut self, released: &mut String) {
        match masked(&self.scanner, &self.held) {
            Some(masked) => {
                released.push_str(&masked);
                self.found = true;
            }
            None => released.push_str(&self.held),
        }
        self.held.clear();
    }
}

impl std::fmt::Display for HeldTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the text goes on for too long without a sign that nothing personal goes across")
    }
}

impl std::error::Error for HeldTooLong {}
