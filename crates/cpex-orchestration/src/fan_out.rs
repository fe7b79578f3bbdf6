//! Several futures at once, in an order of priority.

use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::pool::{Place, Pool};

/// Where branches have their places, with all others that share the pool.
#[derive(Clone, Copy, Debug)]
pub struct Room<'p> {
    /// The places.
    pub pool: &'p Pool,
    /// How many there are.
    pub bound: NonZeroUsize,
}

/// Runs the branches together and returns their outcomes in the order given, which is that of priority. Each begins once
/// there is a place for it and keeps that until it ends. Where there is none they run one after another, so that branches
/// within branches never wait for one another's places.
///
/// The outcomes end with the first that is `decisive`: the branches after it are dropped, ended or not, as soon as it is
/// there, while those before it go on, since one of them may yet be the first. So the answer depends on what the branches
/// answer and never on which of them was faster.
///
/// All branches are polled in the caller's task: nothing is spawned, and dropping the future drops them all. They are
/// expected to hold their foreign calls under [`call`](crate::call); a panic of their own is not caught here.
pub async fn fan_out<F: Future>(
    branches: Vec<F>,
    room: Room<'_>,
    decisive: impl Fn(&F::Output) -> bool,
) -> Vec<F::Output> {
    let mut branches: Vec<_> = branches.into_iter().map(Branch::waiting).collect();
    poll_fn(|cx| advance(&mut branches, room, &decisive, cx)).await;
    branches.into_iter().filter_map(Branch::outcome).collect()
}

// INVARIANT: branches begin in order, so that those after one that has not begun have not either.
enum Branch<'p, F: Future> {
    /// Waiting, or begun: in a place, but for the one that may always run.
    Open {
        future: Pin<Box<F>>,
        is_begun: bool,
        place: Option<Place<'p>>,
    },
    Ended(F::Output),
}

impl<F: Future> Branch<'_, F> {
    fn waiting(future: F) -> Self {
        Self::Open { future: Box::pin(future), is_begun: false, place: None }
    }

    fn outcome(self) -> Option<F::Output> {
        match self {
            Self::Open { .. } => None,
            Self::Ended(outcome) => Some(outcome),
        }
    }
}

/// Polls the branches that have begun, and begins those there is room for; one that ends makes room in the same pass.
fn advance<'p, F: Future>(
    branches: &mut Vec<Branch<'p, F>>,
    room: Room<'p>,
    decisive: &impl Fn(&F::Output) -> bool,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let mut running = 0;
    let mut kept = branches.len();
    for (index, branch) in branches.iter_mut().enumerate() {
        let Branch::Open { future, is_begun, place } = branch else { continue };
        if !*is_begun {
            *place = room.pool.take(room.bound);
            if place.is_none() && running > 0 {
                break;
            }
            *is_begun = true;
        }
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
