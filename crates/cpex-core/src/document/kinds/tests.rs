#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Layout, Text};
use apl_core::span::Span;
use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use super::{ALL, HostKinds, Kinds, Place, find, role};

struct Nothing;

impl Factory for Nothing {
    fn keys(&self, _: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _: &PluginConfig, _: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Err(Vec::new())
    }
}

/// Whether a factory makes the kind, or the text and the advice of the refusal.
fn resolve(kind: &str, registered: &[&str], host_kinds: HostKinds) -> Result<bool, String> {
    let factories: HashMap<String, Arc<dyn Factory>> =
        registered.iter().map(|kind| ((*kind).to_owned(), Arc::new(Nothing) as Arc<dyn Factory>)).collect();
    let kinds = Kinds::from(&factories).host_kinds(host_kinds);
    kinds.resolve(&text(kind), Place::Plugins).map(|factory| factory.is_some()).map_err(shown)
}

fn text(kind: &str) -> Text {
    Text { value: kind.to_owned(), span: Span::default(), layout: Layout::Folded }
}

fn shown(fault: Diagnostic) -> String {
    format!("{}: {}; {}", fault.code.name, fault.message, fault.help.unwrap())
}

#[test]
fn no_two_kinds_share_a_name() {
    let names: Vec<&str> = ALL.iter().flat_map(|kind| kind.aliases.iter().copied().chain([kind.name])).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    assert_eq!(find("cedar"), find("cedar-direct"));
}

#[test]
fn a_registered_kind_is_made_by_its_factory() {
    assert_eq!(resolve("identity/jwt", &["identity/jwt"], HostKinds::Refuse), Ok(true));
    assert_eq!(resolve("mine", &["mine"], HostKinds::Refuse), Ok(true));
    assert_eq!(resolve("my.module.Class", &["my.module.Class"], HostKinds::Trust), Ok(true));
}

#[test]
fn a_kind_that_is_not_compiled_in_names_its_feature() {
    let refusal = resolve("identity/jwt", &[], HostKinds::Refuse).unwrap_err();
    let expected = "document.absent_kind: the kind `identity/jwt` is not compiled in; \
                    build with the feature `jwt` of `cpex`";
    assert_eq!(refusal, expected);
}

#[test]
fn an_unknown_kind_offers_the_nearest() {
    let documented = resolve("audit/loger", &[], HostKinds::Refuse).unwrap_err();
    assert_eq!(documented, "document.unknown_kind: unknown kind `audit/loger`; did you mean `audit/logger`?");
    let registered = resolve("guardien", &["guardian"], HostKinds::Refuse).unwrap_err();
    assert_eq!(registered, "document.unknown_kind: unknown kind `guardien`; did you mean `guardian`?");
    assert!(resolve("elsewhere", &[], HostKinds::Trust).unwrap_err().contains("register a factory"));
}

#[test]
fn a_kind_only_a_host_knows_is_trusted_by_checkers_and_refused_by_a_runtime() {
    assert_eq!(resolve("acme.filters.Words", &[], HostKinds::Trust), Ok(false));
    let refusal = resolve("acme.filters.Words", &[], HostKinds::Refuse).unwrap_err();
    assert!(refusal.starts_with("document.unknown_kind: no factory makes the kind `acme.filters.Words`"), "{refusal}");
}

#[test]
fn an_engine_or_a_store_is_no_plugin_even_with_a_factory() {
    let engine = resolve("cedar", &["cedar"], HostKinds::Trust).unwrap_err();
    let expected = "document.misplaced_kind: `cedar` is a decision engine, not a plugin; declare it under `global.pdp`";
    assert_eq!(engine, expected);
    assert!(resolve("memory", &[], HostKinds::Refuse).unwrap_err().contains("is a session store"));
}

#[test]
fn a_session_store_is_one_that_is_compiled_in() {
    let factories = HashMap::from([("acme-store".to_owned(), Arc::new(Nothing) as Arc<dyn Factory>)]);
    let resolve =
        |kind: &str| Kinds::from(&factories).resolve(&text(kind), Place::SessionStore).map(|made| made.is_some());
    let refusal = |kind: &str| resolve(kind).map_err(shown).unwrap_err();
    assert_eq!(resolve("acme-store").map_err(shown), Ok(true));
    let absent =
        "document.absent_kind: the kind `valkey` is not compiled in; build with the feature `valkey` of `cpex`";
    assert_eq!(refusal("valkey"), absent);
    assert_eq!(refusal("memroy"), "document.unknown_kind: unknown kind `memroy`; did you mean `memory`?");
    assert!(refusal("disk").contains("unknown kind `disk`; register a factory of this kind"));
    assert!(refusal("audit/logger").starts_with("document.misplaced_kind: `audit/logger` is an audit sink"));
}

#[test]
fn every_role_says_what_policy_may_name_it_for() {
    assert_eq!(role("identity/jwt"), apl_cpex::Role::Identity);
    assert_eq!(role("audit/logger"), apl_cpex::Role::Sink);
    assert_eq!(role("validator/pii-scan"), apl_cpex::Role::Control);
    assert_eq!(role("delegator/oauth"), apl_cpex::Role::Delegator);
    assert_eq!(role("acme.filters.Words"), apl_cpex::Role::Host);
}
