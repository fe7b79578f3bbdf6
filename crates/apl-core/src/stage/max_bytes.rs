//! `max_bytes(n)`: the value takes at most n bytes. Those of text are its UTF-8; those of any other value its JSON without
//! blanks.

use std::io::{self, Write};

use serde_json::Value as Json;

use super::bounds;
use super::contract::{Invalid, Stage};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct MaxBytes {
    most: usize,
}

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    let most = bounds::count(written, written.required("max_bytes(64k)")?)?;
    Ok(Box::new(MaxBytes { most }))
}

impl Stage for MaxBytes {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        let fits = match value {
            Json::String(text) => text.len() <= self.most,
            value => serde_json::to_writer(Room { left: self.most }, value).is_ok(),
        };
        if fits { Ok(Edit::Keep) } else { Err(Invalid(format!("at most {} bytes", self.most).into())) }
    }
}

/// Takes so many bytes and no more, and keeps none.
struct Room {
    left: usize,
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
