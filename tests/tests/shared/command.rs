//! The `cpex` command, run in this process.

use std::ffi::OsString;

/// How a command ended, and what it printed.
pub(super) struct Ended {
    pub(super) status: u8,
    pub(super) output: String,
    pub(super) errors: String,
}

pub(super) fn cpex<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Ended {
    let (mut input, mut output, mut errors) = (std::io::empty(), Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut input, output: &mut output, errors: &mut errors };
    let arguments = std::iter::once("cpex".into()).chain(arguments.into_iter().map(Into::into));
    let status = cpex_cli::run(arguments.collect::<Vec<OsString>>(), &mut streams);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { status, output: text(output), errors: text(errors) }
}
