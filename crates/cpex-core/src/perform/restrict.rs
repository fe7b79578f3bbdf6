//! `restrict`: resolves the lists of a restriction; the host gets what all of them leave.

use std::sync::Arc;

use apl_core::{Denial, Reply, Restrict};
use apl_cpex::{Attribute, Facts, Narrowing};

use crate::road::state::Identified;

pub(super) fn perform(restrict: &Restrict<Attribute>, key: Option<&str>, identified: &mut Identified<'_>) -> Reply {
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let facts = Facts::of(identified.envelope, identified.passage.kind(), key, &snapshot.data);
    let facts = facts.noted_in(identified.passage.reads());
    match Narrowing::resolve(restrict, &facts) {
        Ok(narrowing) => {
            identified.passage.yields.narrowings.push(narrowing);
            Reply::Performed
        }
        Err(code) => Reply::Refused(Denial::new(code)),
    }
}
