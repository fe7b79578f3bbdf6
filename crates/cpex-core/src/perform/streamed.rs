//! What a pipeline made of a result that came in pieces: it leaves the changes and labels that it leaves of a whole one.

use std::sync::Arc;

use apl_cmf::{Author, Change, Side};
use apl_core::{Denial, Reply, Rule, Streamed};
use cpex_sdk::code;

use super::rewrite::denial;
use super::taint;
use crate::road::state::Identified;

/// Notes it on the operation.
///
/// # Errors
/// The denial where the pipeline refuses the text.
pub(crate) fn perform(
    streamed: &Streamed,
    field: &Arc<str>,
    rule: &Rule,
    identified: &mut Identified<'_>,
) -> Result<(), Denial> {
    // Of a text that is refused something may have been edited.
    let is_changed = streamed.is_changed || streamed.fault.is_some();
    let mut edit = |_: &mut [_]| is_changed;
    let change = Change::Edit { side: Side::Result, path: Arc::clone(field), edit: &mut edit };
    if identified.envelope.apply(&Author::Policy(Arc::clone(&rule.id)), change).is_err() {
        return Err(Denial::new(code::POLICY_PROTOCOL));
    }
    for label in &streamed.labels {
        if let Reply::Refused(denial) = taint::perform(label, rule, identified) {
            return Err(denial);
        }
    }
    match &streamed.fault {
        None => Ok(()),
        Some(fault) => Err(denial(Side::Result, field, fault)),
    }
}
