//! Reading the text of a file that is no larger than it may be.

use std::io::Read as _;
use std::path::Path;

use apl_core::diagnostic::Code;

use super::codes;
use super::limits::Limits;

/// Why a file has no text to be read: the kind of mistake, and what is wrong.
pub(super) type Refusal = (&'static Code, String);

/// Reads a file.
///
/// # Errors
/// That it cannot be read, is too large, or is not UTF-8.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there are too many, however large the file is.
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
    let unreadable = |message: String| (codes::UNREADABLE, message);
    let file = std::fs::File::open(path).map_err(|error| unreadable(format!("cannot open the file: {error}")))?;
    file.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(format!("cannot read the file: {error}")))?;
    if bytes.len() > limits.bytes {
        return Err((codes::LIMIT, format!("the file is larger than {} bytes", limits.bytes)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unreadable(format!("the file is not UTF-8: byte {at} begins no character"))
    })
}
