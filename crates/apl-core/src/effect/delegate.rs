//! `delegate(name, target: .., audience: .., permissions: [..], ..)`: mints the credential the operation goes to its
//! backend with.

use std::sync::Arc;

use super::pairs::Pairs;
use crate::call::Call;
use crate::codes;
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;
use crate::node::Entry;

/// Mints a downstream credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegate {
    /// The delegator's name in the document.
    pub delegator: Arc<str>,
    /// Its index among the declared plugins.
    pub index: usize,
    /// The resource the credential is for, where one is named.
    pub target: Option<Arc<str>>,
    /// The audience it is for; the target where none is named.
    pub audience: Arc<str>,
    /// The scopes asked for.
    pub permissions: Box<[Arc<str>]>,
    /// On whose behalf.
    pub subject: Party,
    /// Who acts for the subject.
    pub actor: Option<Party>,
    /// Whether the operation goes on, without a credential, where none can be had.
    pub continues_on_error: bool,
}

/// A party of a delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The verified subject.
    User,
    /// The verified OAuth client.
    Client,
    /// The attested workload that calls.
    CallerWorkload,
    /// The process that enforces.
    ThisWorkload,
}

const FORM: &str = "delegate(name, target: api, permissions: [read])";
const KEYS: [&str; 6] = ["target", "audience", "permissions", "subject", "actor", "on_error"];
const SUBJECTS: [(&str, Party); 4] = [
    ("user", Party::User),
    ("client", Party::Client),
    ("caller_workload", Party::CallerWorkload),
    ("this_workload", Party::ThisWorkload),
];
const ACTORS: [(&str, Party); 3] =
    [("user", Party::User), ("client", Party::Client), ("caller_workload", Party::CallerWorkload)];

/// Compiles the form of one line.
pub(super) fn compile<V, D: Declared>(
    call: &Call<'_>,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Delegate> {
    delegate(&Pairs::of_call(call, &KEYS, FORM, faults)?, context, faults)
}

/// Compiles the form of a map.
pub(super) fn compile_map<V, D: Declared>(
    entry: &Entry,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Delegate> {
    delegate(&Pairs::of_map(entry, "name", &KEYS, faults)?, context, faults)
}

fn delegate<V, D: Declared>(
    pairs: &Pairs,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Delegate> {
    let before = faults.len();
    let index = match context.declared.delegator(&pairs.name.value) {
        Ok(index) => Some(index),
        Err(unresolved) => {
            let fault = Diagnostic::new(codes::UNKNOWN_PLUGIN, pairs.name.span, unresolved.message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
            None
        }
    };
    let mut shared = |key: &str| pairs.text(key, faults).map(|text| Arc::from(text.value.as_str()));
    let target: Option<Arc<str>> = shared("target");
    let audience = shared("audience").or_else(|| target.clone());
    let subject = pairs.word("subject", &SUBJECTS, faults).unwrap_or(Party::User);
    let actor = pairs.word("actor", &ACTORS, faults);
    let on_error = pairs.word("on_error", &[("deny", false), ("continue", true)], faults);
    if audience.is_none() && faults.len() == before {
        let message = "`delegate` does not say whom the credential is for";
        faults.push(Diagnostic::new(codes::ARGUMENT, pairs.name.span, message).help(format!("write `{FORM}`")));
    }
    if faults.len() > before {
        return None;
    }
    Some(Delegate {
        delegator: pairs.name.value.as_str().into(),
        index: index?,
        target,
        audience: audience?,
        permissions: pairs.texts("permissions").iter().map(|text| Arc::from(text.value.as_str())).collect(),
        subject,
        actor,
        continues_on_error: on_error.unwrap_or(false),
    })
}
