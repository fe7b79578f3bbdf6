//! Every order in which threads may meet in a publication, tried by loom.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::task::{Context, Poll, Waker};

use loom::sync::Arc;
use loom::thread;

use super::Publication;

/// A document and what it published: two halves that must never be seen of two documents.
type Model = Publication<u8, u8, Shown>;

#[derive(Clone, Debug, PartialEq)]
struct Shown {
    document: u8,
    same: u8,
    plugins: Vec<u8>,
}

impl Shown {
    fn of(document: u8, plugins: Vec<u8>) -> Self {
        Self { document, same: document, plugins }
    }
}

/// Nothing here is ever pending: the lock of the model is waited for.
fn ready<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the lock of the model does not suspend"),
    }
}

/// As the manager registers: what is in force is derived from what is in force.
fn register(publication: &Model, plugin: u8) -> bool {
    let Some(publisher) = ready(publication.publisher()) else { return false };
    let mut registered = publisher.registered();
    registered.push(plugin);
    if let Some(current) = publisher.current() {
        publisher.publish(Shown::of(current.document, registered.clone()));
    }
    publisher.register(registered);
    true
}

/// As the manager initializes: what was staged comes into force with all that is registered.
fn initialize(publication: &Model) -> bool {
    let Some(publisher) = ready(publication.publisher()) else { return false };
    if let Some(document) = publisher.take_staged() {
        publisher.publish(Shown::of(document, publisher.registered()));
    }
    true
}

#[test]
fn registrations_that_meet_one_another_and_a_reload_are_all_in_force() {
    loom::model(|| {
        let publication = Arc::new(Model::new());
        publication.stage(1);
        let others: Vec<_> = [10, 11]
            .map(|plugin| {
                let publication = Arc::clone(&publication);
                thread::spawn(move || assert!(register(&publication, plugin)))
            })
            .into();
        assert!(initialize(&publication));
        others.into_iter().for_each(|thread| thread.join().unwrap());
        let mut plugins = publication.current().unwrap().plugins.clone();
        plugins.sort_unstable();
        assert_eq!(plugins, [10, 11]);
        assert_eq!(publication.registered().len(), 2);
    });
}

#[test]
fn a_reader_that_meets_a_reload_sees_one_document_whole_and_keeps_it() {
    loom::model(|| {
        let publication = Arc::new(Model::new());
        publication.stage(1);
        assert!(initialize(&publication));
        let writer = {
            let publication = Arc::clone(&publication);
            thread::spawn(move || {
                publication.stage(2);
                assert!(initialize(&publication));
            })
        };
        let begun = publication.current().unwrap();
        let later = publication.current().unwrap();
        assert_eq!(begun.document, begun.same);
        assert!(later.document >= begun.document);
        writer.join().unwrap();
        assert_eq!(begun.document, begun.same);
        assert_eq!(publication.current().unwrap().document, 2);
    });
}

#[test]
fn nothing_is_in_force_after_a_shutdown_that_met_writers() {
    loom::model(|| {
        let publication = Arc::new(Model::new());
        publication.stage(1);
        let writer = {
            let publication = Arc::clone(&publication);
            thread::spawn(move || (initialize(&publication), register(&publication, 10)))
        };
        let last = ready(publication.close());
        let (initialized, _) = writer.join().unwrap();
        // What came into force before is handed to the one who closes, so that its plugins are stopped.
        assert_eq!(last.is_some(), initialized);
        assert_eq!(publication.current(), None);
        assert_eq!(ready(publication.close()), None);
    });
}

#[test]
fn of_two_documents_that_are_staged_while_one_comes_into_force_the_last_is_not_lost() {
    loom::model(|| {
        let publication = Arc::new(Model::new());
        let other = {
            let publication = Arc::clone(&publication);
            thread::spawn(move || {
                publication.stage(1);
                initialize(&publication)
            })
        };
        publication.stage(2);
        assert!(initialize(&publication));
        assert!(other.join().unwrap());
        assert!(publication.current().is_some());
        assert_eq!(ready(publication.publisher()).unwrap().take_staged(), None);
    });
}
