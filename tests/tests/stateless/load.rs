//! Four processes under load: labels are seen by all, and of all who come with an approval one is permitted.

use cpex_test_peer::store_server::{Kind, StoreServer};

use super::replica::Replica;
use super::worker::{Answered, Asked};

const SESSIONS: usize = 24;

fn asked(session: usize, tool: &str) -> Asked {
    Asked {
        user: format!("user-{}", session % 5),
        session: format!("s-{session}"),
        tool: tool.to_owned(),
        resumes: None,
    }
}

fn denied(code: &str) -> Answered {
    Answered::Deny(code.to_owned())
}

fn four(server: &StoreServer) -> [Replica; 4] {
    std::array::from_fn(|_| Replica::start(&server.endpoint()))
}

/// Each process does as it is told at the same time as the others.
fn together(replicas: &mut [Replica; 4], asked: impl Fn(usize) -> Vec<Asked>) -> [Vec<Answered>; 4] {
    for (number, replica) in replicas.iter_mut().enumerate() {
        replica.tell(&asked(number));
    }
    replicas.each_mut().map(Replica::answers)
}

#[test]
fn trap_41_what_one_process_learns_of_a_session_all_know() {
    for kind in Kind::ALL {
        let server = StoreServer::start(kind, &[]);
        let mut replicas = four(&server);
        // Each session is tainted at one process, every third with both labels, at two of them.
        let taints = |number: usize| {
            let mut calls = Vec::new();
            for session in (0..SESSIONS).filter(|session| session % 4 == number) {
                calls.extend([asked(session, "send"), asked(session, "read_secret")]);
            }
            for session in (0..SESSIONS).filter(|session| (session + 1) % 4 == number && session % 3 == 0) {
                calls.push(asked(session, "read_pii"));
            }
            calls
        };
        for answers in together(&mut replicas, taints) {
            assert!(answers.iter().all(|answer| *answer == Answered::Allow), "{kind:?}: {answers:?}");
        }
        let uses = |_| (0..SESSIONS).flat_map(|session| [asked(session, "send"), asked(session, "publish")]).collect();
        for answers in together(&mut replicas, uses) {
            for (session, pair) in answers.chunks(2).enumerate() {
                let publish = if session % 3 == 0 { denied("tainted") } else { Answered::Allow };
                assert_eq!(pair, [denied("tainted"), publish], "{kind:?}: session {session}");
            }
        }
        // What one process declassifies is free at all, and nothing else is.
        assert_eq!(replicas[2].call(&[asked(0, "clear")]), [Answered::Allow]);
        for replica in &mut replicas {
            let answers = replica.call(&[asked(0, "send"), asked(0, "publish"), asked(1, "send")]);
            assert_eq!(answers, [Answered::Allow, denied("tainted"), denied("tainted")], "{kind:?}");
        }
        // A process that was not there knows it, too.
        let mut newcomer = Replica::start(&server.endpoint());
        assert_eq!(newcomer.call(&[asked(1, "send"), asked(3, "publish")]), [denied("tainted"), denied("tainted")]);
    }
}

#[test]
fn a_session_of_one_caller_is_not_that_of_another_at_any_process() {
    for kind in Kind::ALL {
        let server = StoreServer::start(kind, &[]);
        let mut replicas = four(&server);
        assert_eq!(replicas[0].call(&[asked(0, "read_secret")]), [Answered::Allow]);
        let same_id = Asked { user: "mallory".to_owned(), ..asked(0, "send") };
        assert_eq!(replicas[1].call(&[same_id, asked(0, "send")]), [Answered::Allow, denied("tainted")]);
    }
}

#[test]
fn trap_39_of_all_processes_that_come_with_one_approval_one_is_permitted() {
    for kind in Kind::ALL {
        let server = StoreServer::start(kind, &[]);
        let mut replicas = four(&server);
        let pay = |resumes: Option<&String>| Asked {
            user: "eve".to_owned(),
            session: "s".to_owned(),
            tool: "pay".to_owned(),
            resumes: resumes.cloned(),
        };
        let waits = |_| vec![pay(None); 3];
        let asked = together(&mut replicas, waits);
        let ids: Vec<String> = asked
            .into_iter()
            .flatten()
            .map(|answer| match answer {
                Answered::Pending(id) => id,
                other => panic!("{kind:?}: {other:?}"),
            })
            .collect();
        // Each process comes with every approval, four times each.
        let uses = |_| ids.iter().flat_map(|id| std::iter::repeat_n(pay(Some(id)), 4)).collect();
        let answers = together(&mut replicas, uses);
        for (number, id) in ids.iter().enumerate() {
            let mut of_one: Vec<&Answered> =
                answers.iter().flat_map(|answers| &answers[number * 4..number * 4 + 4]).collect();
            of_one.sort();
            let (first, others) = of_one.split_first().unwrap();
            assert_eq!(**first, Answered::Allow, "{kind:?} {id}: {of_one:?}");
            assert!(
                others.iter().all(|answer| **answer == denied("elicitation.replayed")),
                "{kind:?} {id}: {of_one:?}"
            );
        }
    }
}
