//! Messages on a stream: headers, a blank line, and as many bytes as a header says (LSP 3.17, "Base Protocol").

use std::io::{self, BufRead, Read as _, Write};

use serde_json::Value as Json;

/// What came next on the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The bytes of a message.
    Message(Vec<u8>),
    /// A message of more than [`MAX_BYTES`]; it was passed over.
    TooLarge,
    /// Headers that do not say where the message ends, so that nothing after them can be read.
    Headless,
    /// Nothing: the stream ended, possibly within a message.
    End,
}

/// How large a message may be. Documents are limited far below.
pub(super) const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// How large the headers of a message may be.
const MAX_HEADER_BYTES: u64 = 8 * 1024;

/// Reads the next message.
///
/// # Errors
/// Those of the stream.
pub(super) fn read(input: &mut dyn BufRead) -> io::Result<Frame> {
    let length = match headers(input)? {
        Headers::Length(length) => length,
        Headers::Broken => return Ok(Frame::Headless),
        Headers::End => return Ok(Frame::End),
    };
    let mut message = input.take(length);
    if length > MAX_BYTES {
        let passed = io::copy(&mut message, &mut io::sink())?;
        return Ok(if passed == length { Frame::TooLarge } else { Frame::End });
    }
    let mut bytes = Vec::new();
    message.read_to_end(&mut bytes)?;
    let is_whole = u64::try_from(bytes.len()).is_ok_and(|read| read == length);
    Ok(if is_whole { Frame::Message(bytes) } else { Frame::End })
}

/// Writes a message.
///
/// # Errors
/// Those of the stream.
pub(super) fn write(output: &mut dyn Write, message: &Json) -> io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

enum Headers {
    Length(u64),
    Broken,
    End,
}

fn headers(input: &mut dyn BufRead) -> io::Result<Headers> {
    let mut input = input.take(MAX_HEADER_BYTES);
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(if input.limit() == 0 { Headers::Broken } else { Headers::End });
        }
        let Some(text) = std::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix('\n')) else {
            return Ok(if line.ends_with(b"\n") || input.limit() == 0 { Headers::Broken } else { Headers::End });
        };
        let text = text.trim_end_matches('\r');
        if text.is_empty() {
            return Ok(length.map_or(Headers::Broken, Headers::Length));
        }
        let Some((name, value)) = text.split_once(':') else { return Ok(Headers::Broken) };
        if name.eq_ignore_ascii_case("content-length") {
            match (value.trim().parse::<u64>(), length) {
                (Ok(written), None) => length = Some(written),
                _ => return Ok(Headers::Broken),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use serde_json::json;

    use super::*;

    fn frames(mut bytes: &[u8]) -> Vec<Frame> {
        let mut frames = vec![read(&mut bytes).unwrap()];
        while !matches!(frames.last(), Some(Frame::End | Frame::Headless)) {
            frames.push(read(&mut bytes).unwrap());
        }
        frames
    }

    fn message(text: &str) -> Frame {
        Frame::Message(text.as_bytes().to_vec())
    }

    #[test]
    fn messages_follow_one_another() {
        let bytes = b"Content-Length: 2\r\n\r\n{}content-type: x\r\nCONTENT-LENGTH:3\r\n\r\n[1]";
        assert_eq!(frames(bytes), [message("{}"), message("[1]"), Frame::End]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        write(&mut bytes, &json!({ "a": "é😀" })).unwrap();
        write(&mut bytes, &json!([])).unwrap();
        assert_eq!(frames(&bytes), [message("{\"a\":\"é😀\"}"), message("[]"), Frame::End]);
    }

    #[test]
    fn a_stream_that_ends_within_a_message_ends() {
        for bytes in [b"Content-Length: 9\r\n\r\n{}".as_slice(), b"Content-Le", b"Content-Length: 2\r\n", b""] {
            assert_eq!(frames(bytes), [Frame::End], "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn headers_that_give_no_length_break_the_stream() {
        let long = [b'x'; 10_000];
        for bytes in [
            b"\r\n{}".as_slice(),
            b"Content-Length: x\r\n\r\n",
            b"Content-Length: -1\r\n\r\n",
            b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
            b"{}\r\n\r\n",
            b"\xff\n",
            &long,
        ] {
            assert_eq!(frames(bytes), [Frame::Headless], "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_passed_over() {
        let length = usize::try_from(MAX_BYTES).unwrap() + 1;
        let mut bytes = format!("Content-Length: {length}\r\n\r\n").into_bytes();
        bytes.resize(bytes.len() + length, b' ');
        bytes.extend_from_slice(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(frames(&bytes), [Frame::TooLarge, message("{}"), Frame::End]);
    }
}
