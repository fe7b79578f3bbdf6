#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use cpex_sdk::config::ConfigStep;
use cpex_sdk::scan::ContentScanner as _;
use serde_json::json;

use super::*;

fn declared(config: Json) -> PluginConfig {
    PluginConfig { config, ..PluginConfig::new("scan", "validator") }
}

/// The faults as `path: text`, in order.
fn shown(faults: Vec<ConfigFault>) -> Vec<String> {
    let step = |step: &ConfigStep| match step {
        ConfigStep::Key(key) => key.clone(),
        ConfigStep::Index(index) => index.to_string(),
    };
    let shown =
        |fault: ConfigFault| format!("{}: {}", fault.path.iter().map(step).collect::<Vec<_>>().join("."), fault.text);
    faults.into_iter().map(shown).collect()
}

fn pii_faults(config: Json) -> Vec<String> {
    shown(read_pii(&declared(config)).unwrap_err())
}

fn injection_faults(config: Json) -> Vec<String> {
    shown(read_injection(&declared(config)).unwrap_err())
}

#[test]
fn a_config_left_out_denies_by_the_default_set() {
    for config in [Json::Null, json!({})] {
        let (scanner, mode) = read_pii(&declared(config.clone())).unwrap();
        assert_eq!(mode, Mode::Deny);
        assert_eq!(scanner.scan("536-90-4399 a@b.example").len(), 1);
        let (scanner, mode) = read_injection(&declared(config)).unwrap();
        assert_eq!(mode, Mode::Deny);
        assert_eq!(scanner.scan("enable developer mode").len(), 1);
    }
}

#[test]
fn what_is_listed_is_all_that_is_looked_for() {
    let detect =
        json!({"mode": "audit", "detect": [{"kind": "email"}, {"kind": "custom", "name": "n", "regex": "N[0-9]"}]});
    let (scanner, mode) = read_pii(&declared(detect)).unwrap();
    assert_eq!((scanner.scan("536-90-4399 a@b.example N7").len(), mode), (2, Mode::Audit));
    let rules = json!({"mode": "redact", "rules": ["secrecy", {"name": "n", "regex": "N[0-9]"}]});
    let (scanner, mode) = read_injection(&declared(rules)).unwrap();
    assert_eq!((scanner.scan("enable developer mode N7").len(), mode), (1, Mode::Redact));
}

#[test]
fn every_fault_of_what_is_detected_is_said_at_its_place() {
    let config = json!({"colour": 1, "detect": [
        {"kind": "passport"}, {"kind": "ssn", "regex": "x"}, {"kind": "ssn"}, {}, {"kind": "custom"},
        {"kind": "custom", "name": "ssn", "regex": "("}, {"kind": "custom", "name": "", "regex": "a*"}, "email",
    ], "mode": "block"});
    let expected = [
        "colour: unknown key `colour`",
        "detect.0.kind: unknown word `passport`",
        "detect.3: the key `kind` is missing",
        "detect.7: expected a map, found text",
        "mode: unknown word `block`",
        "detect.1.regex: only a kind `custom` has this key",
        "detect.2.kind: `ssn` stands here twice",
        "detect.4: the key `name` is missing",
        "detect.4: the key `regex` is missing",
        "detect.5.name: `ssn` stands here twice",
        "detect.5.regex: no regular expression: unclosed group",
        "detect.6.name: expected text, found empty text",
        "detect.6.regex: the regular expression matches empty text",
    ];
    assert_eq!(pii_faults(config), expected);
}

#[test]
fn every_fault_of_rules_is_said_at_its_place() {
    let config = json!({"rules": [
        "shiped", "secrecy", "secrecy", {"name": "n"}, {"name": "jailbreak", "regex": "["}, "jailbreak", 7,
    ]});
    let expected = [
        "rules.0: unknown word `shiped`",
        "rules.3: the key `regex` is missing",
        "rules.6: expected text or a map, found a number",
        "rules.2: `secrecy` stands here twice",
        "rules.4.regex: no regular expression: unclosed character class",
        "rules.5: `jailbreak` stands here twice",
    ];
    assert_eq!(injection_faults(config), expected);
}

#[test]
fn empty_lists_are_refused_for_nothing_would_be_looked_for() {
    let text = "the list is empty, so nothing would be looked for";
    assert_eq!(pii_faults(json!({"detect": []})), [format!("detect: {text}")]);
    assert_eq!(injection_faults(json!({"rules": []})), [format!("rules: {text}")]);
}

#[test]
fn a_plugin_whose_changes_are_not_taken_cannot_redact() {
    let declaration = PluginConfig { mode: PluginMode::Concurrent, ..declared(json!({"mode": "redact"})) };
    let expected = ["mode: a plugin of mode `concurrent` cannot redact"];
    assert_eq!(shown(read_pii(&declaration).unwrap_err()), expected);
    assert_eq!(shown(read_injection(&declaration).unwrap_err()), expected);
}
