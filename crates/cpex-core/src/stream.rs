//! A result that is judged while it comes.
//!
//! The outcome is that of the whole: as if the pieces had been put together and handed to
//! [`complete`](Permit::complete) as [`Answer::of_text`]. What differs is when the text is handed on. Where pipelines that
//! only change and look are all that is to be done, what no path leads to is released as it comes; everything else is held until
//! it is decided.

mod cut;
mod decoder;
mod flowing;

use std::fmt;

use apl_core::Denial;
use cpex_sdk::code;

use crate::operation::Answer;
use crate::outcome::Outcome;
use crate::permit::Permit;
pub use cut::Cut;
use decoder::Decoder;
use flowing::Flowing;

/// A text that comes back from a capability, in pieces. Dropping it before its end is recorded as `operation.abandoned`.
#[must_use = "a stream that is dropped is recorded as an abandoned operation"]
pub struct ResultStream {
    way: Way,
    decoder: Decoder,
    is_cut: bool,
    /// Whether the pieces were UTF-8 so far.
    is_text: bool,
}

enum Way {
    /// All of it is held until it is decided.
    Held(Permit, String),
    Flowing(Flowing),
}

impl Permit {
    /// Judges a text while it comes. It is judged as the one text part of an answer; whatever else a capability may answer is
    /// for [`complete`](Self::complete).
    pub fn stream(self) -> ResultStream {
        let way = match flowing::can_flow(&self) {
            true => Way::Flowing(Flowing::begin(self.into_first())),
            false => Way::Held(self, String::new()),
        };
        ResultStream { way, decoder: Decoder::default(), is_cut: false, is_text: true }
    }
}

impl ResultStream {
    /// Takes the next bytes, cut anywhere, and gives the text that may be passed on now; it may be empty.
    ///
    /// # Errors
    /// When it is certain that the result is denied. What is pushed after that is read, and nothing of it released.
    pub fn push(&mut self, piece: &[u8]) -> Result<String, Cut> {
        let text = self.decoder.decode(piece).unwrap_or_else(|_| {
            self.is_text = false;
            String::new()
        });
        if !self.is_text {
            return Err(Cut);
        }
        match &mut self.way {
            Way::Flowing(flowing) => flowing.push(&text),
            Way::Held(_, _) if self.is_cut => Err(Cut),
            Way::Held(permit, held) => {
                held.push_str(&text);
                self.is_cut = is_too_large(permit, held);
                if self.is_cut { Err(Cut) } else { Ok(String::new()) }
            }
        }
    }

    /// Whether text may be released before the end.
    #[must_use]
    pub const fn flows(&self) -> bool {
        matches!(self.way, Way::Flowing(_))
    }

    /// Ends the text. The outcome is on the record, and releases what of the answer was not released before: see
    /// [`Answer::text`].
    pub async fn finish(self) -> Outcome<Answer> {
        let is_text = self.is_text && self.decoder.is_whole();
        match self.way {
            Way::Flowing(flowing) => flowing.finish(is_text).await,
            Way::Held(permit, text) if is_text => permit.complete(Answer::of_text(text)).await,
            Way::Held(permit, _) => permit.refuse(Denial::new(code::RESULT_UNREADABLE)).await,
        }
    }
}

/// Whether what is held need not grow: it is past what the document lets a result be.
fn is_too_large(permit: &Permit, held: &str) -> bool {
    permit.max_bytes().is_some_and(|limit| u64::try_from(held.len()).is_ok_and(|length| length > limit))
}

impl fmt::Debug for ResultStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultStream").finish_non_exhaustive()
    }
}
