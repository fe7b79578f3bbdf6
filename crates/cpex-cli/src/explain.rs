//! `cpex explain`: decides one request and shows how the decision came about.

mod text;

use std::path::Path;

use clap::ValueEnum;
use cpex::Viewer;

use crate::case::Explained;
use crate::decide::{decide, status};
use crate::streams::Streams;

/// How an explanation is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// An indented tree.
    Text,
    /// One object.
    Json,
}

/// Whom an explanation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// Whoever runs the policy: rules, predicates and the values they read.
    Admin,
    /// The caller: what a denied caller is told, and nothing else.
    Agent,
}

/// Decides the request and prints the explanation.
pub(crate) fn run(policy: &Path, request: &Path, view: View, format: Format, streams: &mut Streams<'_>) -> u8 {
    let Some(Explained { explanation, .. }) = decide(policy, request, streams) else { return 2 };
    let viewer = match view {
        View::Admin => Viewer::Admin,
        View::Agent => Viewer::Agent,
    };
    let json = explanation.to_json(viewer);
    match format {
        Format::Text => streams.say(text::tree(&json)),
        Format::Json => streams.say(json),
    }
    status(explanation.decision())
}
