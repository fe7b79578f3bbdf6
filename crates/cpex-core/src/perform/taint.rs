//! `taint`: adds a label to the envelope; `settle` stores those of the session.

use std::sync::Arc;

use apl_cmf::{Author, Change, LabelScope};
use apl_core::{Denial, Reply, Rule, Scope, Taint};
use cpex_sdk::code;

use crate::road::state::Identified;

pub(super) fn perform(taint: &Taint, rule: &Rule, identified: &mut Identified<'_>) -> Reply {
    let scope = match taint.scope {
        Scope::Session => LabelScope::Session,
        Scope::Message => LabelScope::Message,
    };
    if scope == LabelScope::Session {
        identified.passage.yields.retain(&taint.label);
    }
    let author = Author::Policy(Arc::clone(&rule.id));
    match identified.envelope.apply(&author, Change::label(Arc::clone(&taint.label), scope)) {
        Ok(_) => Reply::Performed,
        // The envelope takes session labels only once it is bound to a session.
        Err(_) => Reply::Refused(Denial::new(code::SESSION_UNBOUND)),
    }
}
