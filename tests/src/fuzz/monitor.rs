//! A reference monitor for bodies: a clock that stands still, identifiers that count, no plugins, nothing to wait for.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use cpex::cmf::{ContentPart, Identity, NameSet, Subject, TextPart};
use cpex::document::LoadError;
use cpex::sdk::scan::{ContentScanner, Scan};
use cpex::sdk::{Clock, IdSource, code};
use cpex::{Answer, Caller, Decision, ManagerConfig, Operation, Outcome, Permit, PluginManager};

use super::findings;
use super::peer::Says;

/// Made once: a scanner is a pure function, and making one takes longer than a decision.
static SCANNERS: LazyLock<Vec<(Scan, Arc<dyn ContentScanner>)>> =
    LazyLock::new(|| cpex_builtins::SCANNERS.iter().map(|(scan, scanner)| (*scan, scanner())).collect());

/// When it always is, in milliseconds since the Unix epoch.
pub(super) const NOW_MS: u64 = 1_767_243_600_000;

/// A monitor under a document.
pub(super) struct Monitor(PluginManager);

impl Monitor {
    /// A monitor under the document of that text, or why it does not load.
    pub(super) fn new(text: &str) -> Result<Self, LoadError> {
        Self::loading(text, &[])
    }

    /// A monitor under the document of that text, whose decision engine of that kind reaches nobody.
    pub(super) fn asking(text: &str, engine: &str) -> Result<Self, LoadError> {
        Self::loading(text, &[engine])
    }

    fn loading(text: &str, kinds: &[&str]) -> Result<Self, LoadError> {
        let config = ManagerConfig {
            clock: Some(Arc::new(Stopped)),
            ids: Some(Arc::new(Counted::default())),
            ..ManagerConfig::default()
        };
        let manager = PluginManager::new(config);
        // The scanners of stages are pure; the kinds of plugins may write files, so that none is here.
        for (scan, scanner) in SCANNERS.iter() {
            manager.register_scanner(*scan, Arc::clone(scanner));
        }
        register(&manager, kinds);
        let warnings = manager.load_config_yaml(text).inspect_err(|refused| {
            findings::check(refused.sources(), refused.diagnostics());
        })?;
        findings::check(warnings.sources(), warnings.diagnostics());
        let started = ready(manager.initialize());
        assert!(started.is_ok(), "a document without plugins does not start: {started:?}");
        Ok(Self(manager))
    }

    /// A monitor under a document whose plugins reach nobody but that peer.
    pub(super) fn reaching(document: &str, peer: Says) -> Self {
        let config = ManagerConfig {
            clock: Some(Arc::new(Stopped)),
            ids: Some(Arc::new(Counted::default())),
            http: Some(Arc::new(peer)),
            ..ManagerConfig::default()
        };
        let manager = PluginManager::new(config);
        register(&manager, &["identity/jwt", "delegator/oauth", "delegator/biscuit", "authzen"]);
        if let Err(refused) = manager.load_config_yaml(document) {
            panic!("{refused}");
        }
        let started = ready(manager.initialize());
        assert!(started.is_ok(), "{started:?}");
        Self(manager)
    }

    /// Decides an operation that somebody else performs.
    pub(super) fn authorize(&self, operation: Operation) -> Outcome<Permit> {
        ready(self.0.authorize(operation))
    }

    /// Decides an operation on a backend that gives that answer.
    pub(super) fn guard(&self, operation: Operation, answer: &Answer) -> Outcome<Answer> {
        let Ok(outcome) = ready(self.0.guard(operation, |_call| async { Ok::<_, Infallible>(answer.clone()) }));
        if let Decision::Deny(violation) = &outcome.decision {
            let code = outcome.report.code.unwrap_or_default();
            assert!(code::find(code).is_some(), "a denial has the code `{code}`, which no table has: {violation:?}");
        }
        outcome
    }
}

fn register(manager: &PluginManager, kinds: &[&str]) {
    for kind in kinds {
        let factory = cpex::builtin_factory(kind).unwrap_or_else(|| panic!("`{kind}` is not compiled in"));
        manager.register_factory(*kind, factory);
    }
}

/// Why a call is denied; nothing where it is allowed.
pub(super) fn denial<T>(outcome: &Outcome<T>) -> Option<&'static str> {
    match outcome.decision {
        Decision::Allow(_) => None,
        Decision::Deny(_) | Decision::Pending(_) => outcome.report.code,
    }
}

/// The text parts of an answer.
pub(super) fn texts(answer: &Answer) -> impl Iterator<Item = &str> {
    answer.parts().filter_map(|part| match part {
        ContentPart::Text(TextPart { text, .. }) => Some(text.as_str()),
        _ => None,
    })
}

/// A text part.
pub(super) fn text_part(text: &str) -> ContentPart {
    ContentPart::text(text)
}

/// Somebody with a role, a permission and an identifier.
pub(super) fn somebody() -> Caller {
    let subject = Subject {
        id: "eve".to_owned(),
        roles: NameSet::from_iter(["hr"]),
        permissions: NameSet::from_iter(["read"]),
        ..Subject::default()
    };
    Caller::vouched(Identity { subject: Some(subject), ..Identity::default() })
}

/// Runs a future that waits for nothing up to its end.
fn ready<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a decision without plugins waits for something"),
    }
}

struct Stopped;

impl Clock for Stopped {
    fn now_ms(&self) -> u64 {
        NOW_MS
    }

    fn monotonic_ns(&self) -> u64 {
        0
    }
}

#[derive(Default)]
struct Counted(AtomicU64);

impl IdSource for Counted {
    fn next(&self) -> u128 {
        self.0.fetch_add(1, Ordering::Relaxed).into()
    }

    fn next_secret(&self) -> Option<u128> {
        Some(self.next())
    }
}
