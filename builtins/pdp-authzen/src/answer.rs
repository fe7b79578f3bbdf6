//! What a decision point answers. The errors are texts of this program and never repeat it.

use cpex_sdk::engine::EngineError;
use cpex_sdk::http::OutboundResponse;
use cpex_sdk::json;
use serde_json::{Map, Value as Json};

use crate::request::{Asks, REQUEST_ID, Semantic};

/// Whether an answer permits all that was asked for, in the request of that identifier.
pub(crate) fn read(response: &OutboundResponse, asks: Asks, id: &str) -> Result<bool, EngineError> {
    if response.status != 200 {
        return Err(failed(format!("the decision point answered with status {}", response.status)));
    }
    let echoed = response.header(&REQUEST_ID.to_ascii_lowercase());
    if echoed.is_some_and(|echoed| echoed != id) {
        return Err(failed("the answer of the decision point is to another request"));
    }
    let answer = json::object(&response.body)
        .map_err(|unreadable| failed(format!("the answer of the decision point {}", unreadable.text())))?;
    match asks {
        Asks::One => decision(&answer),
        Asks::All(count, semantic) => decisions(&answer, count, semantic),
    }
}

fn decision(evaluation: &Map<String, Json>) -> Result<bool, EngineError> {
    let decision = evaluation.get("decision").and_then(Json::as_bool);
    decision.ok_or_else(|| failed("the answer of the decision point has no `decision` that is a boolean"))
}

/// A decision point that was told so may stop at the first denial. Nothing else makes an answer shorter than the request.
fn decisions(answer: &Map<String, Json>, count: usize, semantic: Semantic) -> Result<bool, EngineError> {
    let evaluations = answer.get("evaluations").and_then(Json::as_array);
    let evaluations =
        evaluations.ok_or_else(|| failed("the answer of the decision point has no list `evaluations`"))?;
    let mut permits = Vec::with_capacity(evaluations.len());
    for evaluation in evaluations {
        let evaluation = evaluation.as_object();
        permits.push(decision(evaluation.ok_or_else(|| failed("an evaluation of the decision point is no object"))?)?);
    }
    let stopped = semantic == Semantic::DenyOnFirstDeny && permits.len() < count && permits.last() == Some(&false);
    if stopped || permits.len() == count {
        return Ok(permits.into_iter().all(|permits| permits));
    }
    Err(failed(format!("the decision point answered {} of {count} evaluations", permits.len())))
}

fn failed(text: impl Into<String>) -> EngineError {
    EngineError(text.into())
}

#[cfg(test)]
mod tests;
