//! Plugins that fail, hang or deny beside others, and operations that are let go of: what is decided, on whose account, and
//! what is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use apl_cmf::View;
use cpex_core::{Outcome, Permit, PluginManager};
use cpex_sdk::config::{OnError, PluginConfig, PluginMode};
use cpex_sdk::{
    Field, FieldPayload, HookHandler, Plugin, PluginContext, PluginError, PluginInstance, PluginResult,
    PluginViolation, async_trait,
};
use tokio::sync::Barrier;
use tokio::task::yield_now;
use tokio::time::Instant;

use crate::doing::{declared, doing, manager};
use crate::support::{allowed, denied, lookup};

const HOOKED: &str = "routes: [ { tool: lookup } ]";
const PARALLEL: &str = "routes: [ { tool: lookup, policy: [ { parallel: [ 'run(a)', 'run(b)', 'run(c)' ] } ] } ]";

/// What a plugin does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Allow,
    Deny,
    /// Denies once the plugins beside it were asked too.
    DenyLate,
    Panic,
    PanicLate,
    Hang,
}

use Deed::{Allow, Deny, DenyLate, Hang, Panic, PanicLate};

/// Counts the calls of a plugin that were begun and not let go of, and those that were begun.
#[derive(Clone, Default)]
struct Calls {
    open: Arc<AtomicUsize>,
    begun: Arc<AtomicUsize>,
}

impl Calls {
    fn begin(&self) -> Open {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(&self.open))
    }

    fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }
}

struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn plugin(deed: Deed, calls: &Calls) -> PluginInstance {
    let calls = calls.clone();
    doing(move |_| {
        let open = calls.begin();
        async move {
            let _open = open;
            match deed {
                Allow => {}
                Deny => return denial(),
                DenyLate => {
                    yield_now().await;
                    return denial();
                }
                Panic => panic!("planted"),
                PanicLate => {
                    yield_now().await;
                    panic!("planted")
                }
                Hang => std::future::pending().await,
            }
            PluginResult::allow()
        }
    })
}

fn denial<P>() -> PluginResult<P> {
    PluginResult::deny(PluginViolation::new("not today", "scan.hit"))
}

/// Three plugins beside one another: by their hooks, or where policy forks.
async fn beside(document: &str, deeds: [Deed; 3], on_error: OnError, calls: &Calls) -> PluginManager {
    let declared = |name| PluginConfig { on_error, ..declared(name, PluginMode::Concurrent) };
    let [a, b, c] = deeds.map(|deed| plugin(deed, calls));
    manager([(a, declared("a")), (b, declared("b")), (c, declared("c"))], document).await
}

/// Who denied with which code.
fn account<T: std::fmt::Debug>(outcome: &Outcome<T>) -> (&'static str, Option<&str>) {
    (denied(outcome), outcome.report.control.as_deref())
}

#[tokio::test(start_paused = true)]
async fn trap_23_of_plugins_beside_one_another_the_first_that_denies_or_fails_is_the_answer() {
    for document in [HOOKED, PARALLEL] {
        for (deeds, code, control) in [
            ([Allow, Deny, Panic], "plugin.denied", "b"),
            ([Allow, Panic, Deny], "plugin.panic", "b"),
            ([Panic, Deny, Hang], "plugin.panic", "a"),
            ([DenyLate, Deny, Panic], "plugin.denied", "a"),
            ([PanicLate, Deny, Deny], "plugin.panic", "a"),
            ([Allow, DenyLate, Panic], "plugin.denied", "b"),
            ([Hang, Deny, Allow], "plugin.timeout", "a"),
            ([Allow, Allow, Hang], "plugin.timeout", "c"),
        ] {
            let calls = Calls::default();
            let manager = beside(document, deeds, OnError::Fail, &calls).await;
            let outcome = manager.authorize(lookup()).await;
            assert_eq!(account(&outcome), (code, Some(control)), "{document}: {deeds:?}");
            let names: Vec<&str> = outcome.report.controls.iter().map(|execution| &*execution.name).collect();
            let upto = ["a", "b", "c"].iter().position(|name| *name == control).unwrap();
            assert_eq!(names, ["a", "b", "c"][..=upto], "{document}: {deeds:?}");
            assert_eq!(calls.open(), 0, "what was cancelled is let go of, {document}: {deeds:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn trap_23_failures_that_are_passed_over_hide_no_denial_beside_them() {
    for document in [HOOKED, PARALLEL] {
        for deeds in [[Panic, Hang, Deny], [Hang, Panic, DenyLate], [Panic, PanicLate, Deny]] {
            let manager = beside(document, deeds, OnError::Ignore, &Calls::default()).await;
            let outcome = manager.authorize(lookup()).await;
            assert_eq!(account(&outcome), ("plugin.denied", Some("c")), "{document}: {deeds:?}");
            let codes: Vec<_> = outcome.report.controls.iter().map(|execution| execution.code.unwrap()).collect();
            let code_of = |deed| match deed {
                Hang => "plugin.timeout",
                Panic | PanicLate => "plugin.panic",
                Allow | Deny | DenyLate => "plugin.denied",
            };
            assert_eq!(codes, deeds.map(code_of), "each failure is on the account of who failed, {document}");
        }
        let manager = beside(document, [Panic, Hang, Allow], OnError::Ignore, &Calls::default()).await;
        drop(allowed(manager.authorize(lookup()).await));
    }
}

#[tokio::test]
async fn trap_23_a_cancelled_plugin_that_panics_as_it_is_let_go_of_changes_nothing() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("planted");
        }
    }
    for (document, mode) in [(HOOKED, PluginMode::Concurrent), (PARALLEL, PluginMode::Concurrent)] {
        let bomb = doing(|_| async {
            let _bomb = Bomb;
            std::future::pending().await
        });
        let plugins = [
            (plugin(DenyLate, &Calls::default()), declared("a", mode)),
            (bomb, declared("b", mode)),
            (plugin(Allow, &Calls::default()), declared("c", mode)),
        ];
        let manager = manager(plugins, document).await;
        assert_eq!(account(&manager.authorize(lookup()).await), ("plugin.denied", Some("a")), "{document}");
    }
}

#[tokio::test]
async fn trap_23_a_panic_on_a_thread_of_its_own_denies() {
    for document in [HOOKED, "routes: [ { tool: lookup, policy: [ 'run(p)' ] } ]"] {
        let config = PluginConfig { blocking: true, ..declared("p", PluginMode::Sequential) };
        let manager = manager([(plugin(Panic, &Calls::default()), config)], document).await;
        assert_eq!(account(&manager.authorize(lookup()).await), ("plugin.panic", Some("p")), "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn trap_24_concurrent_plugins_run_together() {
    for document in [HOOKED, PARALLEL] {
        let (all, begun) = (Arc::new(Barrier::new(3)), Instant::now());
        let waiting = || {
            let all = Arc::clone(&all);
            doing(move |_| {
                let all = Arc::clone(&all);
                async move {
                    // One that ran alone would wait here until it is timed out.
                    all.wait().await;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    PluginResult::allow()
                }
            })
        };
        let declared = |name| declared(name, PluginMode::Concurrent);
        let plugins = [(waiting(), declared("a")), (waiting(), declared("b")), (waiting(), declared("c"))];
        let manager = manager(plugins, document).await;
        drop(allowed(manager.authorize(lookup()).await));
        assert_eq!(begun.elapsed().as_secs(), 1, "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn trap_24_a_timeout_bounds_the_operation() {
    for (document, mode) in [
        (HOOKED, PluginMode::Sequential),
        (HOOKED, PluginMode::Concurrent),
        ("routes: [ { tool: lookup, policy: [ 'run(p)' ] } ]", PluginMode::Sequential),
    ] {
        let (calls, begun) = (Calls::default(), Instant::now());
        let config = PluginConfig { timeout: Some(Duration::from_secs(2)), ..declared("p", mode) };
        let manager = manager([(plugin(Hang, &calls), config)], document).await;
        assert_eq!(account(&manager.authorize(lookup()).await), ("plugin.timeout", Some("p")), "{document}");
        assert_eq!(begun.elapsed().as_secs(), 2, "{document}");
        assert_eq!(calls.open(), 0, "{document}");
    }
}

#[tokio::test]
async fn trap_24_a_timeout_bounds_a_plugin_that_is_never_idle() {
    let busy = doing(|_| async {
        loop {
            yield_now().await;
        }
    });
    let config = PluginConfig { timeout: Some(Duration::from_millis(5)), ..declared("p", PluginMode::Sequential) };
    let manager = manager([(busy, config)], HOOKED).await;
    assert_eq!(account(&manager.authorize(lookup()).await), ("plugin.timeout", Some("p")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_24_a_plugin_that_is_disabled_is_asked_by_no_operation_any_more() {
    let calls = Calls::default();
    let config = PluginConfig { on_error: OnError::Disable, ..declared("p", PluginMode::Sequential) };
    let manager = Arc::new(manager([(plugin(Panic, &calls), config)], HOOKED).await);
    drop(allowed(manager.authorize(lookup()).await));
    let others: Vec<_> = (0..64)
        .map(|_| {
            let manager = Arc::clone(&manager);
            tokio::spawn(async move { allowed(manager.authorize(lookup()).await) })
        })
        .collect();
    for other in others {
        drop(other.await.unwrap());
    }
    assert_eq!(calls.begun(), 1);
}

#[tokio::test]
async fn trap_26_an_operation_that_is_let_go_of_lets_go_of_every_plugin_it_asked() {
    for (document, mode, asked) in [
        (HOOKED, PluginMode::Sequential, 1),
        (HOOKED, PluginMode::Concurrent, 3),
        (PARALLEL, PluginMode::Concurrent, 3),
    ] {
        let calls = Calls::default();
        let hanging = |name| (plugin(Hang, &calls), declared(name, mode));
        let manager = manager([hanging("a"), hanging("b"), hanging("c")], document).await;
        let mut deciding = Box::pin(manager.authorize(lookup()));
        assert!(matches!(deciding.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        assert_eq!(calls.open(), asked, "{document}, {mode:?}");
        drop(deciding);
        assert_eq!((calls.open(), calls.begun()), (0, asked), "{document}, {mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn trap_26_background_tasks_are_bounded_and_gone_after_shutdown() {
    const OPERATIONS: usize = 300;
    let calls = Calls::default();
    let config = PluginConfig {
        timeout: Some(Duration::from_secs(3600)),
        hooks: vec!["cmf.tool_pre_invoke".to_owned()],
        ..declared("p", PluginMode::FireAndForget)
    };
    let document = "{ plugin_settings: { plugin_timeout: 5 }, routes: [ { tool: lookup } ] }";
    let manager = manager([(plugin(Hang, &calls), config)], document).await;
    for _ in 0..OPERATIONS {
        drop(allowed(manager.authorize(lookup()).await));
    }
    for _ in 0..OPERATIONS {
        yield_now().await;
    }
    assert!((1..OPERATIONS).contains(&calls.open()), "{} tasks are running", calls.open());
    let begun = Instant::now();
    manager.shutdown().await;
    // The aborted are let go of when their turn comes.
    for _ in 0..OPERATIONS {
        yield_now().await;
    }
    assert_eq!((calls.open(), begun.elapsed().as_secs()), (0, 5));
    assert_eq!(denied(&manager.authorize(lookup()).await), "engine.shutdown");
}

#[tokio::test]
async fn trap_28_a_denial_names_the_control_that_denied_and_the_rule_that_asked_it() {
    let placed = "routes: [ { tool: lookup, policy: [ 'run(a)', 'run(b)' ] } ]";
    let staged = "routes: [ { tool: lookup, args: { id: 'run(stage)' } } ]";
    let ruled = "routes: [ { tool: lookup, policy: [ 'run(a)', deny ] } ]";
    let sequential = [PluginMode::Sequential, PluginMode::Sequential];
    let fork = "routes: [ { tool: lookup, policy: [ { parallel: [ 'run(a)', 'run(b)' ] } ] } ]";
    for (document, modes, deeds, control, rule) in [
        (HOOKED, sequential, [Allow, Deny], Some("b"), None),
        (HOOKED, sequential, [Panic, Deny], Some("a"), None),
        (HOOKED, [PluginMode::Concurrent, PluginMode::Sequential], [Deny, Deny], Some("b"), None),
        (HOOKED, [PluginMode::Audit, PluginMode::Concurrent], [Deny, Deny], Some("b"), None),
        (placed, sequential, [Allow, Deny], Some("b"), Some("routes[0].policy[1]")),
        (
            placed,
            [PluginMode::Transform, PluginMode::Sequential],
            [Deny, Panic],
            Some("b"),
            Some("routes[0].policy[1]"),
        ),
        (fork, [PluginMode::Concurrent; 2], [Allow, Deny], Some("b"), Some("routes[0].policy[0].parallel[1]")),
        (ruled, sequential, [Allow, Allow], None, Some("routes[0].policy[1]")),
        (staged, sequential, [Allow, Allow], Some("stage"), Some("routes[0].args.id")),
    ] {
        let [a, b] = deeds.map(|deed| plugin(deed, &Calls::default()));
        let stage = PluginConfig { on_demand: true, ..PluginConfig::new("stage", "host/refusing") };
        let refusing = PluginInstance::of(Refusing).on_fields().build();
        let plugins = [(a, declared("a", modes[0])), (b, declared("b", modes[1])), (refusing, stage)];
        let manager = manager(plugins, document).await;
        let outcome: Outcome<Permit> = manager.authorize(lookup()).await;
        let _ = denied(&outcome);
        let found = outcome.report.rule.as_ref().map(|rule| &*rule.id);
        assert_eq!((outcome.report.control.as_deref(), found), (control, rule), "{document}: {modes:?} {deeds:?}");
    }
}

/// Refuses every value.
struct Refusing;

impl Plugin for Refusing {}

#[async_trait]
impl HookHandler<Field> for Refusing {
    async fn handle(
        &self,
        _payload: &FieldPayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<FieldPayload>, PluginError> {
        Ok(denial())
    }
}
