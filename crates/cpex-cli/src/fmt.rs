//! `cpex fmt`: lays policies and policy tests out in the one canonical way.

mod block;
mod flow;
mod gap;
mod json;
mod layout;
mod read;
mod replace;
mod rules;
mod scalar;
mod tree;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use cpex::document::Document;

use crate::paths;
use crate::streams::Streams;
pub(crate) use layout::layout;
use replace::replace;

/// What is done with what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is written.
    Write,
    /// It is named.
    Check,
}

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    AsItWas,
    Differs,
    Refused,
}

/// Lays out the files that paths lead to; `-` is standard input, laid out on standard output.
pub(crate) fn run(paths: &[PathBuf], mode: Mode, streams: &mut Streams<'_>) -> u8 {
    if matches!(paths, [path] if path.as_os_str() == "-") {
        return status(input(mode, streams), mode);
    }
    let files = match paths::collect(paths, |name| name.ends_with(".yaml") || name.ends_with(".yml")) {
        Ok(files) => files,
        Err(lost) => {
            streams.complain(lost);
            return 2;
        }
    };
    if files.is_empty() {
        streams.complain("there is no *.yaml to lay out");
        return 2;
    }
    let ends = files.iter().map(|path| file(path, mode, streams));
    status(ends.fold(End::AsItWas, End::max), mode)
}

fn status(end: End, mode: Mode) -> u8 {
    match (end, mode) {
        (End::Refused, _) => 2,
        (End::Differs, Mode::Check) => 1,
        (End::Differs, Mode::Write) | (End::AsItWas, _) => 0,
    }
}

fn input(mode: Mode, streams: &mut Streams<'_>) -> End {
    const NAME: &str = "<stdin>";
    let mut text = String::new();
    if let Err(error) = streams.input.read_to_string(&mut text) {
        streams.complain(format!("cannot read standard input: {error}"));
        return End::Refused;
    }
    let written = match layout(NAME, &text) {
        Ok(written) => written,
        Err(refused) => return refuse(refused, streams),
    };
    let end = if written == text { End::AsItWas } else { End::Differs };
    match (mode, end) {
        (Mode::Write, _) => {
            // A reader that went away is no fault of the command.
            let _ = streams.output.write_all(written.as_bytes());
        }
        (Mode::Check, End::Differs) => streams.say(NAME),
        (Mode::Check, _) => {}
    }
    end
}

fn file(path: &Path, mode: Mode, streams: &mut Streams<'_>) -> End {
    // Read as every command reads it, so that what cannot be read is refused in the same words.
    if let Err(refused) = Document::read_alone(path) {
        return refuse(refused, streams);
    }
    let shown = path.display().to_string();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return refuse(format!("cannot read `{shown}`: {error}"), streams),
    };
    let written = match layout(&shown, &text) {
        Ok(written) => written,
        Err(refused) => return refuse(refused, streams),
    };
    if written == text {
        return End::AsItWas;
    }
    if mode == Mode::Write
        && let Err(error) = replace(path, &written)
    {
        return refuse(format!("cannot write `{shown}`: {error}"), streams);
    }
    streams.say(shown);
    End::Differs
}

fn refuse(why: impl std::fmt::Display, streams: &mut Streams<'_>) -> End {
    streams.complain(why);
    End::Refused
}

#[cfg(test)]
mod tests;
