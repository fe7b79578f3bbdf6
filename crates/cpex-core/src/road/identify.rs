//! Finds out who is calling.

use std::sync::Arc;

use apl_cmf::{Credentials, Identity, Proofs, Standing};
use apl_core::Denial;
use apl_cpex::Authenticator;
use cpex_orchestration::{Fault, call};
use cpex_sdk::audit::Execution;
use cpex_sdk::{AuthFailure, Inbound, Instance, Resolution, Verified, code};
use tracing::Instrument as _;

use super::state::{Denied, Identified, Journey, Known, Matter, Passage, Routed};
use crate::inputs::Reply;
use crate::operation::Caller;
use crate::snapshot::Control;
use crate::spans;

/// Identifies the caller as the plan in force demands.
pub(crate) async fn identify(routed: Routed<'_>) -> Result<Identified<'_>, Denied> {
    let Routed { journey, caller } = routed;
    let (caller, inbound) = match caller {
        Caller::Vouched(identity) => (vouch(&journey.passage, identity)?, Credentials::none()),
        Caller::Credentials(credentials) => (verify(journey, &credentials).await?, credentials),
    };
    journey.identify(caller, inbound);
    journey.identified()
}

fn vouch(passage: &Passage, identity: Box<Identity>) -> Result<Known, Denial> {
    let entries = authenticators(passage);
    if !entries.is_empty() && !entries.iter().any(|entry| matches!(entry, Authenticator::Host { .. })) {
        return Err(Denial::new(code::AUTH_INVALID));
    }
    known(Some(identity), Standing::Vouched, Proofs::none(), entries)
}

async fn verify(journey: &mut Journey, credentials: &Credentials) -> Result<Known, Denied> {
    let Journey { passage, matter, .. } = journey;
    let Matter::Draft(draft) = &*matter else { return Err(Denial::new(code::POLICY_PROTOCOL).into()) };
    let snapshot = Arc::clone(&passage.snapshot);
    let plan = passage.plan;
    let (mut identity, mut proofs) = (None::<Box<Identity>>, Proofs::none());
    for control in plan.into_iter().flat_map(|plan| snapshot.authenticators(plan)) {
        let refused = |code| Denied::by_control(Denial::new(code), Arc::clone(&control.name));
        match resolve(passage, control, Inbound { credentials, draft }).await {
            Resolution::Nothing => {}
            Resolution::Verified(verified) => {
                let Verified { principal, token } = *verified;
                if let Some(token) = token {
                    proofs = proofs.with(principal.kind(), token);
                }
                let held = identity.get_or_insert_default();
                held.establish(principal).map_err(|_| refused(code::AUTH_AMBIGUOUS))?;
            }
            Resolution::Failed(failure) => return Err(refused(failure.code)),
        }
    }
    Ok(known(identity, Standing::Verified, proofs, authenticators(passage))?)
}

/// Calls one resolver. Whatever goes wrong in it is a failed authentication, whatever its `on_error` says.
async fn resolve(passage: &mut Passage, control: &Control, inbound: Inbound<'_>) -> Resolution {
    let clock = &passage.snapshot.host.clock;
    let start = clock.monotonic_ns();
    let span = spans::control(control.callee());
    let answer = match &control.instance {
        Some(Instance::Identity(resolver)) => {
            call(async { resolver.resolve(inbound).await }, control.timeout).instrument(span.clone()).await
        }
        // Load refuses such a document; were one let through, "nothing found" could make the caller anonymous.
        _ => {
            let code = if control.is_gone() { code::PLUGIN_DISABLED } else { code::AUTH_UNAVAILABLE };
            let note = "it verifies nobody".to_owned();
            Ok(Resolution::Failed(AuthFailure { code, note }))
        }
    };
    let duration_us = clock.monotonic_ns().saturating_sub(start) / 1000;
    let resolution = answer.unwrap_or_else(|fault| Resolution::Failed(failure_of(&fault)));
    let (requested, effective, code) = match &resolution {
        Resolution::Verified(_) => ("allow", "allow", None),
        Resolution::Nothing => ("nothing", "allow", None),
        Resolution::Failed(failure) => {
            passage.trail.errors.push(format!("{}: {}: {}", control.name, failure.code, failure.note));
            ("deny", "deny", Some(failure.code))
        }
    };
    spans::answered(&span, requested, Some(effective), code);
    if let Some(inputs) = &mut passage.inputs {
        let yields = match &resolution {
            Resolution::Verified(verified) => Some(verified.principal.kind()),
            Resolution::Nothing | Resolution::Failed(_) => None,
        };
        inputs.note(Reply::of_identity(&control.name, yields, code));
    }
    let name = Arc::clone(&control.name);
    let (mode, metadata) = (control.config.mode.name(), serde_json::Map::new());
    passage.trail.executions.push(Execution { name, mode, requested, effective, code, duration_us, metadata });
    resolution
}

fn failure_of(fault: &Fault) -> AuthFailure {
    match fault {
        Fault::Timeout => AuthFailure { code: code::PLUGIN_TIMEOUT, note: "no answer in time".to_owned() },
        Fault::Panic => AuthFailure { code: code::PLUGIN_PANIC, note: "the plugin panicked".to_owned() },
    }
}

fn known(
    identity: Option<Box<Identity>>,
    standing: Standing,
    proofs: Proofs,
    entries: &[Authenticator],
) -> Result<Known, Denial> {
    if identity.as_ref().is_some_and(|identity| identity.is_authenticated()) {
        return Ok(Known { identity, standing, proofs });
    }
    if entries.iter().all(Authenticator::is_optional) {
        return Ok(Known { identity: None, standing: Standing::Anonymous, proofs });
    }
    Err(Denial::new(code::AUTH_MISSING))
}

fn authenticators(passage: &Passage) -> &[Authenticator] {
    passage.plan().map(|plan| &*plan.authentication).unwrap_or_default()
}
