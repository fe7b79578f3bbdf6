//! `declassify`: notes that the session loses a label; `settle` removes it once the operation is allowed to its end.

use std::sync::Arc;

use apl_core::{Declassify, Denial, Reply, Rule};
use cpex_sdk::audit::RecordDeclassification;
use cpex_sdk::code;

use crate::road::state::Identified;

pub(super) fn perform(declassify: &Declassify, rule: &Rule, identified: &mut Identified<'_>) -> Reply {
    if identified.session.is_none() {
        return Reply::Refused(Denial::new(code::SESSION_UNBOUND));
    }
    let Declassify { label, reason } = declassify;
    let passage = &mut *identified.passage;
    passage.yields.declassified.push(Arc::clone(label));
    passage.trail.declassified.push(RecordDeclassification {
        label: Arc::clone(label),
        reason: Arc::clone(reason),
        rule: Arc::clone(&rule.id),
    });
    Reply::Performed
}
