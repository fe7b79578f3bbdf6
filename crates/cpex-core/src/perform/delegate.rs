//! `delegate`: mints the credential that the operation goes to its backend with.

use std::sync::Arc;

use apl_cmf::{Author, Change, Identity, View};
use apl_core::{Delegate, Denial, Party as Named, Reply, Rule};
use cpex_orchestration::{Fault, call};
use cpex_sdk::delegation::{MintRequest, Minted, Notes, Party};
use cpex_sdk::{Instance, code};

use super::performed::Performed;
use crate::collaborator::Collaborator;
use crate::inputs::Reply as Said;
use crate::outcome::Delegation;
use crate::road::state::Identified;

/// Mints, and keeps the credential for the permit. Without one the operation is denied, unless the step says to go on; it
/// then goes on without any, never with the caller's own.
pub(super) async fn perform(delegate: &Delegate, rule: &Rule, identified: &mut Identified<'_>) -> Performed {
    let notes = Notes::default();
    let minted = mint(delegate, identified, &notes).await;
    let errors = &mut identified.passage.trail.errors;
    errors.extend(notes.into_vec().iter().map(|note| format!("{}: {note}", delegate.delegator)));
    if let Some(inputs) = &mut identified.passage.inputs {
        let granted = minted.as_ref().map_err(|(code, _)| *code);
        inputs.note(Said::of_delegator(&delegate.delegator, (&delegate.audience, &delegate.permissions), granted));
    }
    let minted = match minted {
        Ok(minted) => minted,
        Err((code, cause)) => {
            errors.push(format!("{}: {cause}", delegate.delegator));
            if delegate.continues_on_error {
                return Reply::Performed.into();
            }
            let control = Some(Arc::clone(&delegate.delegator));
            return Performed { reply: Reply::Refused(Denial::new(code)), control };
        }
    };
    let delegation = Delegation {
        delegator: Arc::clone(&delegate.delegator),
        audience: Arc::clone(&minted.audience),
        permissions: minted.permissions.clone(),
        subject: party(delegate.subject).name(),
    };
    let author = Author::Policy(Arc::clone(&rule.id));
    if identified.envelope.apply(&author, Change::Mint(minted)).is_err() {
        return Reply::Refused(Denial::new(code::POLICY_PROTOCOL)).into();
    }
    identified.passage.trail.delegations.push(delegation);
    Reply::Performed.into()
}

/// The credential, or the code of the denial and its cause.
async fn mint(
    delegate: &Delegate,
    identified: &Identified<'_>,
    notes: &Notes,
) -> Result<Minted, (&'static str, String)> {
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let Some(control) = snapshot.control(identified.passage.plan, delegate.index) else {
        return Err((code::POLICY_PROTOCOL, "it is not there".to_owned()));
    };
    if control.is_gone() {
        return Err((code::PLUGIN_DISABLED, "it was unregistered".to_owned()));
    }
    let Some(Instance::Delegator(delegator)) = &control.instance else {
        return Err((code::POLICY_PROTOCOL, "it is no delegator".to_owned()));
    };
    let (subject, actor) = (party(delegate.subject), delegate.actor.map(party));
    for party in [Some(subject), actor].into_iter().flatten() {
        if !is_there(party, identified.envelope.identity()) {
            return Err((code::DELEGATION_FAILED, format!("nobody was identified as `{}`", party.name())));
        }
    }
    let request = MintRequest {
        target: delegate.target.as_deref(),
        audience: &delegate.audience,
        permissions: &delegate.permissions,
        subject,
        actor,
        operation: View::new(identified.envelope, control.config.capabilities),
        notes,
    };
    let minted = call(async { delegator.mint(&request).await }, control.timeout);
    match Collaborator::new(control, code::DELEGATION_FAILED).asked(&snapshot.meter, minted).await {
        Ok(Ok(minted)) if minted.audience != delegate.audience => {
            Err((code::DELEGATION_EGRESS_DENIED, "the credential is meant for another audience".to_owned()))
        }
        Ok(Ok(minted)) if !minted.is_sendable() => {
            Err((code::DELEGATION_FAILED, "the credential cannot be sent as a header".to_owned()))
        }
        Ok(Ok(minted)) => Ok(minted),
        Ok(Err(error)) => Err((code::DELEGATION_FAILED, error.to_string())),
        Err(Fault::Timeout) => Err((code::DELEGATION_FAILED, "no answer in time".to_owned())),
        Err(Fault::Panic) => Err((code::DELEGATION_FAILED, "it panicked".to_owned())),
    }
}

const fn party(named: Named) -> Party {
    match named {
        Named::User => Party::User,
        Named::Client => Party::Client,
        Named::CallerWorkload => Party::CallerWorkload,
        Named::ThisWorkload => Party::ThisWorkload,
    }
}

const fn is_there(party: Party, identity: &Identity) -> bool {
    match party {
        Party::User => identity.subject.is_some(),
        Party::Client => identity.client.is_some(),
        Party::CallerWorkload => identity.caller_workload.is_some(),
        Party::ThisWorkload => true,
    }
}
