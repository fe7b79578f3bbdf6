//! The one loop that runs compiled policy: what it asks for is performed, what it forks runs side by side.

use std::pin::Pin;
use std::sync::Arc;

use apl_cmf::{Change, Envelope, LabelScope, Slot};
use apl_core::{Decision, Fork, Joined, Reply, Run, Step};
use apl_cpex::{Attribute, Facts};
use cpex_orchestration::fan_out;

use crate::perform::{Performed, perform};
use crate::road::state::{Identified, Passage};

/// How a run ended.
pub(crate) struct Driven {
    pub(crate) decision: Decision,
    /// The plugin that denied, if one did.
    pub(crate) control: Option<Arc<str>>,
}

/// A branch of a fork: the operation as it was at the fork, and what the branch made of it.
struct Branch {
    envelope: Envelope,
    passage: Passage,
    driven: Driven,
    steps: u32,
}

/// Runs policy to its end.
pub(crate) async fn drive(run: &mut Run<'_, Attribute>, key: Option<&str>, identified: &mut Identified<'_>) -> Driven {
    let mut reply = Reply::Begin;
    let mut control = None;
    loop {
        let data = &identified.passage.snapshot.data;
        let facts = Facts::of(identified.envelope, identified.passage.kind(), key, data);
        let facts = facts.noted_in(identified.passage.watched.as_ref().map(|watched| &*watched.reads));
        let step = match &mut identified.passage.trace {
            None => run.resume(&facts, reply),
            Some(trace) => run.resume_traced(&facts, reply, &mut **trace),
        };
        match step {
            Step::Done(decision) => return Driven { decision, control },
            Step::Perform(effect) => {
                let changes = identified.envelope.ledger().entries().len();
                let performed = perform(effect, run.rule(), key, identified).await;
                let Performed { reply: answer, control: refusing } = performed;
                if let Some(trace) = &mut identified.passage.trace {
                    trace.replied(&answer, identified.envelope.ledger().entries().len() > changes);
                }
                (reply, control) = (answer, refusing);
            }
            Step::Fork(branches) => {
                let joined;
                (joined, control) = fork(&branches, key, identified).await;
                reply = Reply::Joined(joined);
            }
        }
    }
}

/// Runs the branches side by side, each on the operation as it is now. The effects of those up to the first that denies,
/// in written order, are merged in written order; the others leave nothing.
async fn fork(
    fork: &Fork<'_, Attribute>,
    key: Option<&str>,
    identified: &mut Identified<'_>,
) -> (Joined, Option<Arc<str>>) {
    let branches = fork.runs().map(|run| branch(run, key, identified)).collect();
    let snapshot = Arc::clone(&identified.passage.snapshot);
    let ended =
        fan_out(branches, snapshot.room(), |branch: &Branch| !matches!(branch.driven.decision, Decision::Allow)).await;
    let (mut joined, mut control) = (Joined { denied: None, steps: 0 }, None);
    for branch in ended {
        joined.steps = joined.steps.saturating_add(branch.steps);
        let driven = merge(branch, identified);
        if let Decision::Deny(denied) = driven.decision {
            (joined.denied, control) = (Some(denied), driven.control);
        }
    }
    (joined, control)
}

/// A branch, boxed because a branch may fork again.
fn branch<'b>(
    mut run: Run<'b, Attribute>,
    key: Option<&'b str>,
    identified: &Identified<'_>,
) -> Pin<Box<dyn Future<Output = Branch> + Send + 'b>> {
    let mut envelope = identified.envelope.clone();
    envelope.begin_ledger();
    let mut passage = identified.passage.branch();
    let mut session = *identified.session;
    Box::pin(async move {
        let mut inner = Identified { passage: &mut passage, envelope: &mut envelope, session: &mut session };
        let driven = drive(&mut run, key, &mut inner).await;
        Branch { envelope, passage, driven, steps: run.steps() }
    })
}

/// Brings what a branch did into the operation. A branch adds labels and changes nothing else of the envelope: steps that
/// would are refused in it at load.
fn merge(branch: Branch, identified: &mut Identified<'_>) -> Driven {
    let Branch { mut envelope, passage, driven, steps: _ } = branch;
    for entry in envelope.begin_ledger().entries().iter().filter(|entry| entry.slot == Slot::Labels) {
        let label = &entry.path;
        if envelope.message_labels().contains(label) {
            let _ = identified.envelope.apply(&entry.author, Change::label(Arc::clone(label), LabelScope::Message));
        }
        if envelope.session_labels().is_some_and(|labels| labels.contains(label)) {
            let _ = identified.envelope.apply(&entry.author, Change::label(Arc::clone(label), LabelScope::Session));
        }
    }
    identified.passage.merge(passage);
    driven
}
