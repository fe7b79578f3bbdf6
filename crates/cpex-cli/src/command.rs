//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::streams::Streams;
use crate::{audit, check, demo, eval, explain, fmt, lsp, replay, test};

/// A policy enforcement runtime for AI agents.
#[derive(Debug, Parser)]
#[command(name = "cpex", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check policies: print every mistake with its place. Exits 0 if none is refused, 1 if one is, 2 if one cannot be read
    Check {
        /// Policies, or directories to look for *.yaml in
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// How findings are printed
        #[arg(long, value_enum, default_value_t = check::Format::Text)]
        format: check::Format,
        /// Refuse what is only warned about
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Lay policies and policy tests out in canonical form. Exits 0, or 1 if `--check` finds one that is not, 2 if one is
    /// refused
    Fmt {
        /// Files, or directories to look for *.yaml in; `-` lays out standard input
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Change nothing, name the files that would change
        #[arg(long)]
        check: bool,
    },
    /// Run policy tests. Exits 0 if all pass, 1 if a case fails or too little is covered, 2 if a file does not load
    Test(test::Options),
    /// Decide one request and print a JSON object. Exits 0 for allow, 3 for deny, 4 for pending, 2 on an error
    Eval {
        /// The policy
        policy: PathBuf,
        /// The request, in the form of a test case; `-` reads it from standard input
        request: PathBuf,
        /// Add how it was decided, as `explain` shows it to whoever runs the policy
        #[arg(long)]
        trace: bool,
    },
    /// Decide one request and show how: rules, predicates, the values they read. Exits like `eval`
    Explain {
        /// The policy
        policy: PathBuf,
        /// The request, in the form of a test case; `-` reads it from standard input
        request: PathBuf,
        /// Whom it is for
        #[arg(long, value_enum, default_value_t = explain::View::Admin)]
        view: explain::View,
        /// How it is printed
        #[arg(long, value_enum, default_value_t = explain::Format::Text)]
        format: explain::Format,
    },
    /// Show audit logs, verify them, and make keys that sign them
    #[command(subcommand)]
    Audit(audit::Command),
    /// Decide the operations of audit logs anew, and say what a policy changes. Exits 0 if nothing, 1 if something changes or
    /// diverges, 2 if a file cannot be read, 3 with `--strict` if something cannot be decided
    Replay(replay::Options),
    /// Serve an editor over standard input and output, by the Language Server Protocol
    Lsp {
        /// What is done anyway; some editors say it
        #[arg(long)]
        stdio: bool,
    },
    /// Show three callers and three operations under one policy
    Demo {
        /// Another policy in place of the shipped one
        #[arg(long)]
        policy: Option<PathBuf>,
    },
}

/// Runs a command line, the name of the program first, and gives its exit status.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            streams.complain(error.render().to_string().trim_end());
            return 2;
        }
        Err(help) => {
            streams.say(help.render().to_string().trim_end());
            return 0;
        }
    };
    match arguments.command {
        Command::Check { paths, format, deny_warnings } => check::run(&paths, format, deny_warnings, streams),
        Command::Fmt { paths, check } => {
            let mode = if check { fmt::Mode::Check } else { fmt::Mode::Write };
            fmt::run(&paths, mode, streams)
        }
        Command::Test(options) => test::run(&options, streams),
        Command::Eval { policy, request, trace } => {
            let trace = if trace { eval::Trace::Shown } else { eval::Trace::LeftOut };
            eval::run(&policy, &request, trace, streams)
        }
        Command::Explain { policy, request, view, format } => explain::run(&policy, &request, view, format, streams),
        Command::Audit(command) => audit::run(&command, streams),
        Command::Replay(options) => replay::run(&options, streams),
        Command::Lsp { stdio: _ } => lsp::run(streams),
        Command::Demo { policy } => demo::command(policy.as_deref(), streams),
    }
}
