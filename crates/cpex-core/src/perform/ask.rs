//! Asking a decision engine.

use std::sync::Arc;

use apl_core::{Ask, Denial, Fact, Facts as _, Reply, Rule, Verdict};
use apl_cpex::{Attribute, Facts};
use cpex_orchestration::{Fault, call};
use cpex_sdk::audit::RecordVerdict;
use cpex_sdk::code;
use cpex_sdk::engine::{AttributeReader, Inquiry};
use serde_json::Value as Json;

use crate::collaborator::Collaborator;
use crate::road::state::Identified;

/// Asks, and answers what the engine decided. What cannot be decided is refused and runs no reaction.
pub(super) async fn perform(
    ask: &Ask<Attribute>,
    rule: &Rule,
    key: Option<&str>,
    identified: &mut Identified<'_>,
) -> Reply {
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let (Some(engine), Some(question)) = (snapshot.engines.get(ask.engine), snapshot.questions.get(ask.question))
    else {
        return Reply::Refused(Denial::new(code::POLICY_PROTOCOL));
    };
    let facts = Facts::of(identified.envelope, identified.passage.kind(), key, &snapshot.data);
    let reads = identified.passage.watched.as_ref().map(|watched| Arc::clone(&watched.reads));
    let facts = facts.noted_in(reads.as_deref());
    let map = match ask.map.fill(&facts) {
        Ok(map) => map,
        Err(fault) => {
            identified.passage.trail.errors.push(format!("{}: a value of the question cannot be had", ask.dialect));
            return Reply::Refused(Denial::new(fault.code));
        }
    };
    let reader = Reader { facts, reads: &question.reads };
    if let Some(code) = reader.unavailable() {
        return Reply::Refused(Denial::new(code));
    }
    let inquiry = Inquiry { map: &map, attributes: &reader };
    let answer = call(async { question.question.ask(&inquiry).await }, engine.timeout);
    let failure = match Collaborator::engine(engine, code::PDP_ERROR).asked(&snapshot.meter, answer).await {
        Ok(Ok(verdict)) => {
            let decided = if verdict.permits { Verdict::Permit } else { Verdict::Deny(denial(ask, &verdict.policies)) };
            note(ask, rule, if verdict.permits { "permit" } else { "deny" }, verdict.policies, identified);
            return Reply::Decided(decided);
        }
        Ok(Err(error)) => error.to_string(),
        Err(Fault::Timeout) => "no answer in time".to_owned(),
        Err(Fault::Panic) => "it panicked".to_owned(),
    };
    note(ask, rule, "error", Vec::new(), identified);
    identified.passage.trail.errors.push(format!("{}: {failure}", ask.dialect));
    Reply::Refused(Denial::new(code::PDP_ERROR))
}

/// Keeps what the engine said for the record, and for the trace where there is one.
fn note(
    ask: &Ask<Attribute>,
    rule: &Rule,
    verdict: &'static str,
    policies: Vec<String>,
    identified: &mut Identified<'_>,
) {
    if let Some(trace) = &mut identified.passage.trace {
        trace.determined_by(&policies);
    }
    let (engine, rule) = (Arc::clone(&ask.dialect), Arc::clone(&rule.id));
    identified.passage.trail.verdicts.push(RecordVerdict { engine, rule, verdict, policies });
}

/// The reason names the engine and its policies, and no value of the request.
fn denial(ask: &Ask<Attribute>, policies: &[String]) -> Denial {
    let denial = Denial::new(code::PDP_DENIED);
    match policies {
        [] => denial.because(format!("denied by `{}`", ask.dialect)),
        policies => denial.because(format!("denied by `{}`: {}", ask.dialect, policies.join(", "))),
    }
}

/// The attributes a question reads.
struct Reader<'e> {
    facts: Facts<'e>,
    reads: &'e [Attribute],
}

impl Reader<'_> {
    /// The code of an attribute that cannot be had, which is not one that is absent: labels of no session.
    fn unavailable(&self) -> Option<&'static str> {
        let mut of_session = self.reads.iter().filter(|attribute| attribute.reads_session());
        of_session.find_map(|attribute| match self.facts.read(attribute) {
            Fact::Unavailable(code) => Some(code),
            _ => None,
        })
    }
}

impl AttributeReader for Reader<'_> {
    fn read(&self, index: usize) -> Option<Json> {
        self.facts.read(self.reads.get(index)?).to_json()
    }
}
