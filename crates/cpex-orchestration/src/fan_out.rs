//! Several futures at once, in an order of priority.

use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs the branches together, at most `bound` of them begun and not ended at a time, and returns their outcomes in the
/// order given, which is that of priority.
///
/// The outcomes end with the first that is `decisive`: the branches after it are dropped, ended or not, as soon as it is
/// there, while those before it go on, since one of them may yet be the first. So the answer depends on what the branches
/// answer and never on which of them was faster.
///
/// All branches are polled in the caller's task: nothing is spawned, and dropping the future drops them all. They are
/// expected to hold their foreign calls under [`call`](crate::call); a panic of their own is not caught here.
pub async fn fan_out<F: Future>(
    branches: Vec<F>,
    bound: NonZeroUsize,
    decisive: impl Fn(&F::Output) -> bool,
) -> Vec<F::Output> {
    let mut branches: Vec<_> = branches.into_iter().map(|branch| Branch::Running(Box::pin(branch))).collect();
    poll_fn(|cx| advance(&mut branches, bound, &decisive, cx)).await;
    branches.into_iter().filter_map(Branch::outcome).collect()
}

enum Branch<F: Future> {
    /// Begun or waiting for its turn.
    Running(Pin<Box<F>>),
    Ended(F::Output),
}

impl<F: Future> Branch<F> {
    fn outcome(self) -> Option<F::Output> {
        match self {
            Self::Running(_) => None,
            Self::Ended(outcome) => Some(outcome),
        }
    }
}

/// Polls the first `bound` branches that have not ended; one that ends makes room for the next in the same pass.
fn advance<F: Future>(
    branches: &mut Vec<Branch<F>>,
    bound: NonZeroUsize,
    decisive: &impl Fn(&F::Output) -> bool,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let mut running = 0;
    let mut kept = branches.len();
    for (index, branch) in branches.iter_mut().enumerate() {
        if running == bound.get() {
            break;
        }
        let Branch::Running(future) = branch else { continue };
        let Poll::Ready(outcome) = future.as_mut().poll(cx) else {
            running += 1;
            continue;
        };
        let last = decisive(&outcome);
        *branch = Branch::Ended(outcome);
        if last {
            kept = index + 1;
            break;
        }
    }
    branches.truncate(kept);
    if running == 0 { Poll::Ready(()) } else { Poll::Pending }
}

#[cfg(test)]
mod tests;
