#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::time::Duration;

use apl_cmf::Capability;
use cpex_sdk::config::{ConfigFault, OnError, PluginConfig, PluginMode};
use serde_json::json;

use crate::document::Document;

/// The declarations, and what is wrong with their values.
fn plugins(text: &str) -> (Vec<PluginConfig>, String) {
    let document = Document::parse("d", text).unwrap();
    let mut faults = Vec::new();
    let plugins = document.plugins(&mut faults).into_iter().map(|plugin| plugin.config).collect();
    (plugins, document.refuse(faults).to_string())
}

#[test]
fn every_field_is_read() {
    let (plugins, faults) = plugins(
        "plugins:
  - name: scan
    kind: validator/pii-scan
    version: '1.2'
    description: finds
    author: us
    tags: [a, b]
    hooks: cmf.tool_pre_invoke
    mode: concurrent
    on_error: disable
    priority: -5
    capabilities: [read_subject, read_labels]
    timeout: 5m
    on_demand: true
    config: { detect: [ssn], n: 1.5 }
",
    );
    assert_eq!(faults, "0 warnings");
    let [plugin] = plugins.as_slice() else { panic!("{plugins:?}") };
    assert_eq!((plugin.name.as_str(), plugin.kind.as_str()), ("scan", "validator/pii-scan"));
    assert_eq!(plugin.version.as_deref(), Some("1.2"));
    assert_eq!((plugin.description.as_deref(), plugin.author.as_deref()), (Some("finds"), Some("us")));
    assert_eq!((plugin.tags.len(), plugin.hooks.as_slice()), (2, &["cmf.tool_pre_invoke".to_owned()][..]));
    assert_eq!((plugin.mode, plugin.on_error, plugin.priority), (PluginMode::Concurrent, OnError::Disable, -5));
    assert!(plugin.capabilities.has(Capability::ReadSubject) && plugin.capabilities.has(Capability::ReadLabels));
    assert!(!plugin.capabilities.has(Capability::ReadClaims));
    assert_eq!(plugin.timeout, Some(Duration::from_secs(300)));
    assert!(plugin.on_demand);
    assert_eq!(plugin.config, json!({"detect": ["ssn"], "n": 1.5}));
}

#[test]
fn what_is_not_written_has_its_default() {
    let (plugins, faults) = plugins("plugins: [{name: a, kind: b}]");
    assert_eq!(faults, "0 warnings");
    let plugin = &plugins[0];
    assert_eq!((plugin.mode, plugin.on_error, plugin.priority), (PluginMode::Sequential, OnError::Fail, 100));
    assert_eq!((plugin.timeout, plugin.on_demand), (None, false));
    assert_eq!((plugin.config.is_null(), plugin.hooks.is_empty()), (true, true));
}

#[test]
fn old_spellings_of_modes_are_read() {
    for (spelling, mode, on_error) in [
        ("enforce", PluginMode::Sequential, OnError::Fail),
        ("permissive", PluginMode::Transform, OnError::Fail),
        ("enforce_ignore_error", PluginMode::Sequential, OnError::Ignore),
        ("disabled", PluginMode::Disabled, OnError::Fail),
        ("fire_and_forget", PluginMode::FireAndForget, OnError::Fail),
        ("audit", PluginMode::Audit, OnError::Fail),
    ] {
        let (plugins, faults) = plugins(&format!("plugins: [{{name: a, kind: b, mode: {spelling}}}]"));
        assert_eq!((plugins[0].mode, plugins[0].on_error), (mode, on_error), "{spelling} {faults}");
    }
}

#[test]
fn a_mode_that_says_on_error_leaves_no_room_for_another() {
    let (_, faults) = plugins("plugins: [{name: a, kind: b, mode: enforce_ignore_error, on_error: fail}]");
    assert!(faults.contains("already says `on_error: ignore`"), "{faults}");
}

#[test]
fn timeouts_are_seconds_or_text() {
    for (written, expected) in [("5", 5_000), ("0.5", 500), ("30s", 30_000), ("2h", 7_200_000), ("1d", 86_400_000)] {
        let (plugins, _) = plugins(&format!("plugins: [{{name: a, kind: b, timeout: {written}}}]"));
        assert_eq!(plugins[0].timeout, Some(Duration::from_millis(expected)), "{written}");
    }
    let (_, faults) = plugins("plugins: [{name: a, kind: b, timeout: 0}]");
    assert!(faults.contains("a timeout is longer than nothing"), "{faults}");
}

#[test]
fn two_plugins_of_one_name_are_refused() {
    let (plugins, faults) = plugins("plugins:\n  - {name: a, kind: b}\n  - {name: a, kind: c}\n");
    assert_eq!(plugins.len(), 2);
    let expected = "d:3:12: error[document.duplicate_plugin]: a plugin named `a` is already declared at d:2:12";
    assert!(faults.starts_with(expected), "{faults}");
}

#[test]
fn values_nothing_can_be_made_of_are_refused() {
    let (_, faults) = plugins("plugins: [{name: '', kind: b, priority: 1.5, capabilities: [read_subjet]}]");
    assert!(faults.contains("a plugin needs a name"), "{faults}");
    assert!(faults.contains("expected a whole number, found `1.5`"), "{faults}");
    assert!(faults.contains("unknown capability `read_subjet`") && faults.contains("`read_subject`?"), "{faults}");
    assert!(faults.ends_with("3 errors"), "{faults}");
}

#[test]
fn a_fault_of_a_factory_stands_at_its_value() {
    let text = "plugins:\n  - name: a\n    kind: b\n    config:\n      rules:\n        - 'it''s (x'\n";
    let document = Document::parse("d", text).unwrap();
    let plugins = document.plugins(&mut Vec::new());
    let place = |fault: ConfigFault| document.sources().place(plugins[0].fault(&fault).span);
    let rule = || vec!["rules".into(), 0.into()];
    assert_eq!(place(ConfigFault::at(rule(), "bad")), "d:6:11");
    assert_eq!(place(ConfigFault { offset_in_text: Some(5), ..ConfigFault::at(rule(), "bad") }), "d:6:18");
    // A key that is not there is reported at the map it is missing from.
    assert_eq!(place(ConfigFault::at(vec!["mode".into()], "missing")), "d:5:7");
    // An offset past the text is no reason to fail.
    assert_eq!(place(ConfigFault { offset_in_text: Some(99), ..ConfigFault::at(rule(), "bad") }), "d:6:20");
}

#[test]
fn a_fault_of_a_plugin_without_config_stands_at_its_name() {
    let document = Document::parse("d", "plugins: [{name: a, kind: b}]").unwrap();
    let plugins = document.plugins(&mut Vec::new());
    let fault = plugins[0].fault(&ConfigFault::at(vec!["x".into()], "`x` is missing").help("add it"));
    assert_eq!(document.sources().place(fault.span), "d:1:18");
    assert_eq!((fault.message.as_str(), fault.help.as_deref()), ("plugin `a`: `x` is missing", Some("add it")));
}
