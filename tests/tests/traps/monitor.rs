//! A call under a policy, through the facade.

use std::convert::Infallible;

use cpex::cmf::{ContentPart, TextPart};
use cpex::prelude::*;
use serde_json::{Map, Value as Json};

/// What became of a call.
#[derive(Debug, PartialEq)]
pub(super) enum End {
    /// The stable code.
    Denied(String),
    /// What the backend got and the caller gets: the structured answer, then the text parts.
    Allowed(Json, Vec<Json>),
}

/// The tool `t` called by nobody with these arguments; the backend echoes nothing.
pub(super) fn args(policy: &str, args: &Json) -> End {
    call(policy, tool(args), Answer::structured(Json::Null))
}

/// The tool `t` called by nobody, which answers this.
pub(super) fn result(policy: &str, answer: Answer) -> End {
    call(policy, tool(&Json::Null), answer)
}

pub(super) fn tool(args: &Json) -> Operation {
    Operation::tool("t", args.as_object().cloned().unwrap_or_else(Map::new))
}

pub(super) fn call(policy: &str, operation: Operation, answer: Answer) -> End {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let manager = PluginManager::default();
        cpex::install_builtins(&manager);
        manager.load_config_yaml(policy).unwrap_or_else(|refused| panic!("{refused}"));
        manager.initialize().await.unwrap();
        let mut seen = Json::Null;
        let backend = |call: Call| {
            seen = call.arguments().cloned().unwrap_or_default().into();
            async { Ok::<_, Infallible>(answer) }
        };
        let Ok(outcome) = manager.guard(operation, backend).await;
        match outcome.decision {
            Decision::Allow(answer) => {
                let mut parts = vec![answer.content().clone()];
                parts.extend(answer.parts().map(shown));
                End::Allowed(seen, parts)
            }
            Decision::Deny(_) => End::Denied(outcome.report.code.unwrap_or_default().to_owned()),
            Decision::Pending(pending) => panic!("nothing asks a person: {pending:?}"),
        }
    })
}

fn shown(part: &ContentPart) -> Json {
    match part {
        ContentPart::Text(TextPart { text, .. }) => text.as_str().into(),
        other => serde_json::to_value(other).unwrap(),
    }
}

pub(super) fn denied(code: &str) -> End {
    End::Denied(code.to_owned())
}

/// A text part.
pub(super) fn text(text: &str) -> ContentPart {
    ContentPart::text(text)
}

/// The codes of the errors a document is refused with, and where they stand.
pub(super) fn refused(policy: &str) -> Vec<(&'static str, String)> {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    let Err(refused) = manager.load_config_yaml(policy) else { panic!("it loads:\n{policy}") };
    let place = |finding: &cpex::apl::diagnostic::Diagnostic| refused.sources().place(finding.span);
    refused
        .diagnostics()
        .iter()
        .filter(|finding| finding.code.severity == cpex::apl::diagnostic::Severity::Error)
        .map(|finding| (finding.code.name, place(finding).trim_start_matches("<document>:").to_owned()))
        .collect()
}
