//! Decisions before the operation, and the floors of scenarios in general.

use std::sync::Arc;

use cpex::cmf::Draft;
use cpex::prelude::*;
use cpex::sdk::{CmfToolPreInvoke, SessionKey, SessionStore};
use cpex::{MemoryStore, Request, SystemClock};

use super::Bench;
use super::monitor::{manager, message, operation, ready};

pub(crate) fn all(bench: &mut Bench) {
    floors(bench);
    nothing_registered(bench);
    requires(bench);
    ten_predicates(bench);
    labels(bench);
}

fn floors(bench: &mut Bench) {
    let current = arc_swap::ArcSwapOption::from_pointee(1);
    bench.scenario("floor-snapshot-load", || (), |()| current.load().as_ref().map(|value| **value));
    let roles: NameSet = ["analyst", "hr", "people"].into_iter().collect();
    bench.scenario("floor-set-lookup", || (), |()| roles.contains(std::hint::black_box("hr")));
    let store = MemoryStore::new(Arc::new(SystemClock::default()));
    let (key, labels) = (SessionKey([7; 32]), [Arc::from("secret")]);
    bench.scenario("floor-append-label", || (), |()| ready(store.append(&key, &labels)).is_ok());
}

/// a. A hook on which nothing is registered.
fn nothing_registered(bench: &mut Bench) {
    let manager = manager("{}");
    let request = || Request::new(Draft::new(message()));
    bench.scenario("a-nothing-registered", request, |request| ready(manager.invoke::<CmfToolPreInvoke>(request)));
}

/// b. One requirement, met and not.
fn requires(bench: &mut Bench) {
    let manager = manager(r#"{ routes: [ { tool: lookup, policy: ["require(role.hr)"] } ] }"#);
    bench.scenario("b-require-allow", || operation("hr"), |operation| ready(manager.authorize(operation)));
    bench.scenario("b-require-deny", || operation("sales"), |operation| ready(manager.authorize(operation)));
}

/// c. Ten predicates of different forms, all of which are asked.
fn ten_predicates(bench: &mut Bench) {
    let manager = manager(
        r#"{ routes: [ { tool: lookup, policy: [
            "require(role.hr, !role.guest, args.employee_id == '123456', exists(args.employee_id))",
            "subject.id != 'eve' | delegation.depth > 2: deny",
            "require(subject.roles contains 'hr', args.employee_id in ['1', '123456'], args.employee_id not in ['2'])",
            "require(args.employee_id matches '^[0-9]+$')" ] } ] }"#,
    );
    bench.scenario("c-ten-predicates", || operation("hr"), |operation| ready(manager.authorize(operation)));
}

/// e. A label of the session, written and read in memory.
fn labels(bench: &mut Bench) {
    let policy =
        |step| manager(&format!(r#"{{ routes: [ {{ tool: lookup, policy: ["require(role.hr)", "{step}"] }} ] }}"#));
    for (name, step) in
        [("e-taint-session", "taint(secret, session)"), ("e-read-labels", "session.labels contains 'other': deny")]
    {
        let manager = policy(step);
        bench.scenario(name, || operation("hr").session("s1"), |operation| ready(manager.authorize(operation)));
    }
}
