#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::future::{pending, ready};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::*;

const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_task_runs_without_being_awaited() {
    let set = at_most(1);
    let (sender, receiver) = oneshot::channel();
    set.spawn(async { sender.send(7).unwrap() }).unwrap();
    assert_eq!(receiver.await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_full_set_refuses_until_a_task_ends() {
    let set = at_most(2);
    let (sender, receiver) = oneshot::channel::<()>();
    let (ended, end) = oneshot::channel::<()>();
    set.spawn(pending()).unwrap();
    set.spawn(async move {
        receiver.await.unwrap();
        drop(ended);
    })
    .unwrap();
    assert_eq!(set.spawn(ready(())), Err(Refused::Full));
    sender.send(()).unwrap();
    assert!(end.await.is_err());
    assert_eq!(set.spawn(ready(())), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_frees_its_place_and_harms_nothing() {
    let set = at_most(1);
    let (sender, receiver) = oneshot::channel::<()>();
    set.spawn(async move {
        let _sender = sender;
        panic!("task")
    })
    .unwrap();
    assert!(receiver.await.is_err());
    assert_eq!(set.spawn(ready(())), Ok(()));
    assert_eq!(set.drain(LIMIT).await, 0);
}

#[tokio::test(start_paused = true)]
async fn draining_waits_for_what_ends_within_the_limit() {
    let set = at_most(2);
    let (sender, mut receiver) = oneshot::channel();
    set.spawn(async {
        tokio::time::sleep(LIMIT - Duration::from_secs(1)).await;
        sender.send(7).unwrap();
    })
    .unwrap();
    assert_eq!(set.drain(LIMIT).await, 0);
    assert_eq!(receiver.try_recv(), Ok(7));
}

#[tokio::test(start_paused = true)]
async fn draining_aborts_what_is_left_at_the_limit_and_counts_it() {
    let set = at_most(3);
    let (sender, receiver) = oneshot::channel::<()>();
    set.spawn(ready(())).unwrap();
    set.spawn(pending()).unwrap();
    set.spawn(async move {
        let _sender = sender;
        pending::<()>().await;
    })
    .unwrap();
    let began = Instant::now();
    assert_eq!(set.drain(LIMIT).await, 2);
    assert_eq!(began.elapsed().as_secs(), LIMIT.as_secs());
    assert!(receiver.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_drained_set_refuses_and_drains_again_at_once() {
    let set = at_most(1);
    assert_eq!(set.drain(LIMIT).await, 0);
    assert_eq!(set.spawn(ready(())), Err(Refused::Closed));
    assert_eq!(set.drain(LIMIT).await, 0);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_set_aborts_its_tasks() {
    let set = at_most(1);
    let (sender, receiver) = oneshot::channel::<()>();
    set.spawn(async move {
        let _sender = sender;
        pending::<()>().await;
    })
    .unwrap();
    tokio::task::yield_now().await;
    drop(set);
    assert!(receiver.await.is_err());
}

#[test]
fn outside_a_runtime_a_task_is_refused() {
    assert_eq!(at_most(1).spawn(ready(())), Err(Refused::NoRuntime));
}

#[tokio::test(start_paused = true)]
async fn a_refused_task_may_spawn_while_it_is_dropped() {
    struct Respawn(Arc<Bounded>);
    impl Drop for Respawn {
        fn drop(&mut self) {
            assert_eq!(self.0.spawn(ready(())), Err(Refused::Full));
        }
    }
    let set = Arc::new(at_most(1));
    set.spawn(pending()).unwrap();
    let respawn = Respawn(Arc::clone(&set));
    let task = async move {
        let _respawn = respawn;
    };
    assert_eq!(set.spawn(task), Err(Refused::Full));
}

#[tokio::test(start_paused = true)]
async fn neither_a_refused_task_nor_a_panic_payload_unwinds_when_it_is_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("destructor");
        }
    }
    let set = at_most(1);
    let (sender, receiver) = oneshot::channel::<()>();
    set.spawn(async move {
        let _sender = sender;
        std::panic::panic_any(Bomb)
    })
    .unwrap();
    let bomb = Bomb;
    let task = async move {
        let _bomb = bomb;
    };
    assert_eq!(set.spawn(task), Err(Refused::Full));
    assert!(receiver.await.is_err());
    assert_eq!(set.spawn(ready(())), Ok(()));
}

/// A set, and how many tasks its one user lets it have.
struct Bounded(Background, NonZeroUsize);

impl Bounded {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> Result<(), Refused> {
        self.0.spawn(task, self.1)
    }
}

impl std::ops::Deref for Bounded {
    type Target = Background;

    fn deref(&self) -> &Background {
        &self.0
    }
}

fn at_most(bound: usize) -> Bounded {
    Bounded(Background::default(), NonZeroUsize::new(bound).unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_last_task_is_waited_for_and_nothing_else() {
    let set = at_most(4);
    set.ended().await;
    let (sender, receiver) = oneshot::channel::<()>();
    set.spawn(async { receiver.await.unwrap() }).unwrap();
    set.spawn(ready(())).unwrap();
    let mut ended = Box::pin(set.ended());
    assert!(timeout(LIMIT, ended.as_mut()).await.is_err());
    sender.send(()).unwrap();
    ended.await;
    set.spawn(async { panic!("planted") }).unwrap();
    set.ended().await;
}
