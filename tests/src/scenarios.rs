//! The scenarios that the benchmarks measure: for the table they print, and for the page that explains it.

/// One scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// The scenario it is measured against, in the same run: what it cannot do without, or what it is an addition to.
    pub floor: Option<&'static str>,
    /// What one iteration is, for the page.
    pub doc: &'static str,
}

/// Every scenario, in the order they are run.
pub const ALL: &[Scenario] = &[
    floor("floor-snapshot-load", "a load of a pointer that others may swap"),
    floor("floor-set-lookup", "a look-up in a set of three names"),
    floor("floor-append-label", "a label appended to a session in memory"),
    of("a-nothing-registered", "floor-snapshot-load", "a hook is invoked; the document says nothing"),
    of("b-require-allow", "floor-set-lookup", "`require(role.hr)`, which holds"),
    of("b-require-deny", "floor-set-lookup", "`require(role.hr)`, which does not hold"),
    of("c-ten-predicates", "b-require-allow", "ten predicates of different forms, all of them asked"),
    of("e-taint-session", "floor-append-label", "a label is added to a session that has it"),
    of("e-read-labels", "floor-append-label", "a predicate on the labels of a session"),
    floor("floor-round-trip", "a server on loopback is asked whether it is there"),
    of(
        "e-taint-session-in-valkey",
        "floor-round-trip",
        "a label is added to a session that is kept in Valkey, and has it",
    ),
    of("e-read-labels-in-valkey", "floor-round-trip", "a predicate on the labels of such a session"),
    floor("floor-cel-execute", "an expression of CEL is executed on a context that is prepared, and nothing else"),
    of("f-cel-step", "floor-cel-execute", "a step that asks the same expression"),
    floor("floor-cedar-authorize", "three Cedar policies answer a request that is there"),
    of("g-cedar-step", "floor-cedar-authorize", "a step that asks them, with principal and resource to be built"),
    of("g-cedar-step-of-1000", "g-cedar-step", "the same among 1,000 policies, of which these three can apply"),
    floor("floor-rego-rule", "a prepared rule of Rego is evaluated over an input that is there"),
    of("h-opa-step", "floor-rego-rule", "a step that asks that rule, which permits"),
    floor("floor-in-place-5", "one field of a record of 5 is overwritten"),
    floor("floor-in-place-100", "one field of a record of 100 is overwritten"),
    floor("floor-clone-100", "a record of 100 fields is cloned"),
    floor("floor-read-text-100", "a record of 100 fields is read as JSON text, and nothing kept"),
    floor("d-guard-without-pipeline", "a guarded operation that treats no field"),
    of("d-redact-1-of-5", "floor-in-place-5", "a guarded operation that redacts one field of 5"),
    of("d-redact-1-of-100", "floor-in-place-100", "a guarded operation that redacts one field of 100"),
    of("d2-redact-100-of-100", "floor-clone-100", "a guarded operation with a pipeline on each of 100 fields"),
    of("d3-redact-1-of-100-in-text", "floor-read-text-100", "one field of 100, in a result that is JSON text"),
    of("d3-redact-100-of-100-in-text", "floor-read-text-100", "each of 100 fields, in a result that is JSON text"),
    of("d3-redact-1-of-100-in-pieces", "floor-read-text-100", "the same in a text that comes in four pieces"),
    floor("floor-signature-hs256", "a signature is verified and nothing else: HMAC with SHA-256"),
    of("i-verified-hs256", "floor-signature-hs256", "an operation of a caller whose token was not seen before"),
    floor("floor-signature-rs256", "a signature is verified and nothing else: RSA of 2048 bits"),
    of("i-verified-rs256", "floor-signature-rs256", "an operation of a caller whose token was not seen before"),
    floor("floor-signature-es256", "a signature is verified and nothing else: ECDSA on P-256"),
    of("i-verified-es256", "floor-signature-es256", "an operation of a caller whose token was not seen before"),
    floor("floor-signature-eddsa", "a signature is verified and nothing else: Ed25519"),
    of("i-verified-eddsa", "floor-signature-eddsa", "an operation of a caller whose token was not seen before"),
    of("i-seen-before", "b-require-allow", "the same, whose token was seen before"),
    floor("floor-ready-calls-1", "a call of a boxed future that is ready"),
    floor("floor-ready-calls-5", "5 such calls, one after another"),
    floor("floor-ready-calls-20", "20 such calls, one after another"),
    floor("floor-ready-branches-4", "4 such calls, side by side in one task"),
    of("j-1-plugin", "floor-ready-calls-1", "a hook with a sequential plugin that allows at once"),
    of("j-5-plugins", "floor-ready-calls-5", "a hook with 5 of them"),
    of("j-20-plugins", "floor-ready-calls-20", "a hook with 20 of them"),
    of("j2-5-concurrent", "floor-ready-branches-4", "a hook with 5 concurrent plugins that allow at once"),
    of(
        "k-get-compensation",
        "b-require-allow",
        "a seen token, predicates, CEL, a label, a redaction, two records in a file",
    ),
    of("k-get-compensation-by-cedar", "b-require-allow", "the same by Cedar in place of CEL"),
    of(
        "k-send-email",
        "b-require-allow",
        "a seen token, predicates, a scan for personal data, labels read, two records",
    ),
    of("k-search-repos", "b-require-allow", "a seen token, predicates, two records"),
    floor("l-call-under-1-route", "an operation that a route names, which is the only one"),
    floor("l-unmatched-under-1-route", "an operation that the only route does not match"),
    floor("l-load-1-route", "loading and initializing a document of one route"),
    of("l-call-under-100-routes", "l-call-under-1-route", "the same of 100 routes, of which every tenth is a glob"),
    of("l-unmatched-under-100-routes", "l-unmatched-under-1-route", "the same of 100 routes"),
    floor("l-load-100-routes", "loading 100 routes"),
    of("l-call-under-10000-routes", "l-call-under-1-route", "the same of 10,000 routes"),
    of("l-unmatched-under-10000-routes", "l-unmatched-under-1-route", "the same of 10,000 routes"),
    floor("l-load-10000-routes", "loading 10,000 routes"),
    floor("m-one-thread", "b, allowed, by 64 tasks on one thread: the time of all calls by their number"),
    of("m-two-threads", "m-one-thread", "the same on two threads"),
];

/// The scenario of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.name == name)
}

const fn floor(name: &'static str, doc: &'static str) -> Scenario {
    Scenario { name, floor: None, doc }
}

const fn of(name: &'static str, floor: &'static str, doc: &'static str) -> Scenario {
    Scenario { name, floor: Some(floor), doc }
}
