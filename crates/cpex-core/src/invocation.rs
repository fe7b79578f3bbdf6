//! The span of one side of an operation.

use apl_cmf::{ContentPart, EntityKind};
use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::road::settle::Settled;
use crate::road::state::Journey;
use crate::spans::TARGET;

/// What `error.type` says of an answer that the capability itself flags as an error.
const TOOL_ERROR: &str = "tool_error";

/// Begins the span. Of what the operation is on it holds the name of a tool, a prompt, a model or an agent, and of nothing
/// else: the URI of a resource and the path of a request may hold what are arguments elsewhere.
pub(crate) fn begin(journey: &Journey) -> Span {
    let passage = &journey.passage;
    info_span!(
        target: TARGET,
        "cpex.invocation",
        cpex.hook = passage.point.name,
        cpex.phase = passage.phase(),
        cpex.operation = %passage.operation,
        gen_ai.operation.name = operation_name(passage.kind()),
        gen_ai.tool.name = named(journey, EntityKind::Tool),
        gen_ai.prompt.name = named(journey, EntityKind::Prompt),
        gen_ai.request.model = named(journey, EntityKind::Llm),
        gen_ai.agent.name = named(journey, EntityKind::Agent),
        cpex.route = Empty,
        cpex.record = Empty,
        cpex.decision = Empty,
        cpex.code = Empty,
        "error.type" = Empty,
    )
}

/// Says how the side ended.
pub(crate) fn end<G>(span: &Span, journey: &Journey, settled: &Settled<G>) {
    if span.is_disabled() {
        return;
    }
    let failed = is_flagged_as_error(journey).then_some(TOOL_ERROR);
    span.record("cpex.route", journey.passage.route().map(|route| &*route.key));
    span.record("cpex.record", tracing::field::display(settled.record));
    span.record("cpex.decision", settled.decision());
    span.record("cpex.code", settled.code());
    span.record("error.type", settled.code().or(failed));
}

/// The operation in the words of OpenTelemetry, where these have one for it.
const fn operation_name(kind: Option<EntityKind>) -> Option<&'static str> {
    match kind {
        Some(EntityKind::Tool) => Some("execute_tool"),
        Some(EntityKind::Llm) => Some("chat"),
        Some(EntityKind::Agent) => Some("invoke_agent"),
        Some(EntityKind::Prompt | EntityKind::Resource | EntityKind::Http) | None => None,
    }
}

fn named(journey: &Journey, kind: EntityKind) -> Option<&str> {
    journey.entity().filter(|entity| entity.kind == kind).map(|entity| entity.name)
}

fn is_flagged_as_error(journey: &Journey) -> bool {
    let passage = &journey.passage;
    let answer = journey.envelope().and_then(|envelope| envelope.payload(passage.side()));
    answer.is_some_and(|answer| {
        answer.message.content.iter().any(|part| match part {
            ContentPart::ToolResult(result) => result.is_error,
            ContentPart::PromptResult(result) => result.is_error,
            _ => false,
        })
    })
}
