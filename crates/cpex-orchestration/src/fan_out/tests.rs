#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::rc::Rc;
use std::task::Waker;

use tokio::sync::{Barrier, oneshot};

use super::*;

#[test]
fn no_branches_have_no_outcomes() {
    let none: Vec<std::future::Ready<u8>> = Vec::new();
    assert_eq!(finished(Box::pin(fan_out(none, at_most(4), |_| true)).as_mut()), Some(Vec::new()));
}

#[tokio::test]
async fn branches_run_at_the_same_time() {
    let barrier = Barrier::new(3);
    let branches = (0..3)
        .map(|index| {
            let barrier = &barrier;
            async move {
                barrier.wait().await;
                index
            }
        })
        .collect();
    assert_eq!(fan_out(branches, at_most(3), |_| false).await, [0, 1, 2]);
}

#[test]
fn the_answer_is_the_same_whichever_branch_is_faster() {
    for decisive in 0..16_u8 {
        let is_decisive = |index: &usize| decisive >> index & 1 == 1;
        let first = (0..4).find(is_decisive).unwrap_or(3);
        let expected: Vec<_> = (0..=first).collect();
        for order in orders(4) {
            for bound in 1..=4 {
                assert_eq!(ended_in(&order, bound, is_decisive), expected, "{decisive:04b} {order:?} {bound}");
            }
        }
    }
}

#[test]
fn a_decisive_outcome_drops_the_branches_after_it_at_once_and_none_before() {
    let (senders, branches) = branches(3);
    let mut running = Box::pin(fan_out(branches, at_most(3), |index| *index == 1));
    assert_eq!(finished(running.as_mut()), None);
    let [first, second, third] = <[_; 3]>::try_from(senders).unwrap();
    second.send(()).unwrap();
    assert_eq!(finished(running.as_mut()), None);
    assert!(third.is_closed());
    assert!(!first.is_closed());
    first.send(()).unwrap();
    assert_eq!(finished(running.as_mut()), Some(vec![0, 1]));
}

#[test]
fn a_branch_after_a_decisive_one_is_not_even_begun() {
    let begun = Rc::new(Cell::new(0));
    let branches = (0..4)
        .map(|index| {
            let begun = Rc::clone(&begun);
            async move {
                begun.set(begun.get() + 1);
                index
            }
        })
        .collect();
    assert_eq!(finished(Box::pin(fan_out(branches, at_most(4), |index| *index == 1)).as_mut()), Some(vec![0, 1]));
    assert_eq!(begun.get(), 2);
}

#[test]
fn no_more_branches_than_the_bound_are_begun_and_not_ended() {
    let begun = Rc::new(RefCell::new(Vec::new()));
    let (mut senders, inner) = branches(4);
    let branches = inner
        .into_iter()
        .enumerate()
        .map(|(index, inner)| {
            let begun = Rc::clone(&begun);
            async move {
                begun.borrow_mut().push(index);
                inner.await
            }
        })
        .collect();
    let mut running = Box::pin(fan_out(branches, at_most(2), |_| false));
    assert_eq!(finished(running.as_mut()), None);
    assert_eq!(*begun.borrow(), [0, 1]);
    senders.remove(1).send(()).unwrap();
    assert_eq!(finished(running.as_mut()), None);
    assert_eq!(*begun.borrow(), [0, 1, 2]);
}

#[test]
fn who_finds_the_pool_taken_runs_one_branch_after_another() {
    let room = at_most(2);
    let (first, branches_of_first) = branches(3);
    let (mut second, branches_of_second) = branches(3);
    let mut busy = Box::pin(fan_out(branches_of_first, room, |_| false));
    assert_eq!(finished(busy.as_mut()), None);
    let begun = Rc::new(Cell::new(0));
    let counted = branches_of_second.into_iter().map(|branch| {
        let begun = Rc::clone(&begun);
        async move {
            begun.set(begun.get() + 1);
            branch.await
        }
    });
    let mut alone = Box::pin(fan_out(counted.collect(), room, |_| false));
    assert_eq!((finished(alone.as_mut()), begun.get()), (None, 1));
    second.remove(0).send(()).unwrap();
    assert_eq!((finished(alone.as_mut()), begun.get()), (None, 2));
    // What is dropped gives its places back.
    drop((busy, first));
    assert_eq!((finished(alone.as_mut()), begun.get()), (None, 3));
    second.into_iter().for_each(|sender| sender.send(()).unwrap());
    assert_eq!(finished(alone.as_mut()), Some(vec![0, 1, 2]));
}

#[test]
fn branches_within_branches_end_though_there_is_one_place() {
    let room = at_most(1);
    let inner = |_| async { fan_out((0..3).map(ready).collect(), room, |_| false).await.len() };
    let ended = finished(Box::pin(fan_out((0..3).map(inner).collect(), room, |_| false)).as_mut());
    assert_eq!(ended, Some(vec![3, 3, 3]));
}

#[test]
fn dropping_the_fan_out_drops_every_branch() {
    let (senders, branches) = branches(3);
    let mut running = Box::pin(fan_out(branches, at_most(2), |_| false));
    assert_eq!(finished(running.as_mut()), None);
    drop(running);
    assert!(senders.iter().all(oneshot::Sender::is_closed));
}

#[test]
fn branches_that_are_ready_at_once_take_one_poll_whatever_the_bound() {
    let branches = (0..20).map(ready).collect();
    let ended = finished(Box::pin(fan_out(branches, at_most(1), |_| false)).as_mut());
    assert_eq!(ended, Some((0..20).collect()));
}

#[test]
fn a_decisive_outcome_does_not_wait_for_a_branch_after_it_that_never_ends() {
    let branches: Vec<Pin<Box<dyn Future<Output = u8>>>> = vec![Box::pin(ready(0)), Box::pin(pending())];
    assert_eq!(finished(Box::pin(fan_out(branches, at_most(2), |_| true)).as_mut()), Some(vec![0]));
}

/// So many places in a pool of their own.
fn at_most(bound: usize) -> Room<'static> {
    Room { pool: Box::leak(Box::default()), bound: NonZeroUsize::new(bound).unwrap() }
}

fn finished<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Branches that answer with their index once their sender has sent.
fn branches(count: usize) -> (Vec<oneshot::Sender<()>>, Vec<impl Future<Output = usize>>) {
    (0..count)
        .map(|index| {
            let (sender, receiver) = oneshot::channel();
            let branch = async move {
                receiver.await.unwrap();
                index
            };
            (sender, branch)
        })
        .unzip()
}

/// The outcomes where four branches end in that order.
fn ended_in(order: &[usize], bound: usize, decisive: impl Fn(&usize) -> bool) -> Vec<usize> {
    let (senders, branches) = branches(order.len());
    let mut senders: Vec<_> = senders.into_iter().map(Some).collect();
    let mut running = Box::pin(fan_out(branches, at_most(bound), decisive));
    for index in order {
        if let Some(outcomes) = finished(running.as_mut()) {
            return outcomes;
        }
        // A branch that was cancelled takes nothing.
        let _ = senders.get_mut(*index).and_then(Option::take).unwrap().send(());
    }
    finished(running.as_mut()).unwrap()
}

/// All orders of the numbers below `count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |orders, next| {
        orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, next);
                    order
                })
            })
            .collect()
    })
}
