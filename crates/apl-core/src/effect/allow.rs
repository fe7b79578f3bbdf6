//! `allow`: nothing. It goes on with the next step and exempts from nothing.

use crate::call::Call;
use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// Checks that nothing is asked of it.
pub(super) fn compile<V, D>(call: &Call<'_>, _: &Context<'_, V, D>, faults: &mut Vec<Diagnostic>) -> Option<()> {
    call.positional(0, 0, "allow", faults).map(|_| ())
}
