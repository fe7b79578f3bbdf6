//! The `cpex` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut input, mut output, mut errors) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let mut streams = cpex_cli::Streams { input: &mut input, output: &mut output, errors: &mut errors };
    ExitCode::from(cpex_cli::run(std::env::args_os(), &mut streams))
}
