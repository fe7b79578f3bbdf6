#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use cpex_sdk::config::ConfigStep;
use serde_json::json;

use super::*;

/// The faults as `path: text`, in order.
fn faults(config: &Json) -> Vec<String> {
    let shown = |fault: ConfigFault| {
        let steps: Vec<String> = fault.path.iter().map(step).collect();
        format!("{}: {}", steps.join("."), fault.text)
    };
    Settings::read(config).unwrap_err().into_iter().map(shown).collect()
}

fn step(step: &ConfigStep) -> String {
    match step {
        ConfigStep::Key(key) => key.clone(),
        ConfigStep::Index(index) => index.to_string(),
    }
}

#[test]
fn a_config_left_out_means_stderr() {
    let expected = Settings { destination: Destination::Stderr, source: None, wants: Wants::default() };
    assert_eq!(Settings::read(&Json::Null), Ok(expected.clone()));
    assert_eq!(Settings::read(&json!({})), Ok(expected.clone()));
    assert_eq!(Settings::read(&json!({"destination": "stderr", "format": "json", "on_failure": "deny"})), Ok(expected));
}

#[test]
fn a_file_is_read_with_its_source() {
    let config = json!({"destination": {"file": {"path": "a.jsonl", "fsync": "each"}}, "source": "gateway-1"});
    let destination = Destination::File { path: "a.jsonl".into(), fsync: true };
    assert_eq!(
        Settings::read(&config),
        Ok(Settings { destination, source: Some("gateway-1".to_owned()), wants: Wants::default() })
    );

    let config = json!({"destination": {"file": {"path": "a.jsonl", "fsync": "never"}}});
    let destination = Destination::File { path: "a.jsonl".into(), fsync: false };
    assert_eq!(Settings::read(&config), Ok(Settings { destination, source: None, wants: Wants::default() }));
}

#[test]
fn formats_and_answers_to_failure_that_are_not_served_are_refused() {
    let config = json!({"format": "ocsf", "on_failure": "drop_counted", "destination": "tracing"});
    let expected = [
        "destination: unknown word `tracing`",
        "format: unknown word `ocsf`",
        "on_failure: unknown word `drop_counted`",
    ];
    assert_eq!(faults(&config), expected);
}

#[test]
fn unknown_keys_are_named_where_they_stand() {
    let config = json!({"destination": {"file": {"path": "a", "mode": "w"}, "socket": 1}, "colour": "red"});
    let expected = [
        "colour: unknown key `colour`",
        "destination.file.mode: unknown key `mode`",
        "destination.socket: unknown key `socket`",
    ];
    assert_eq!(faults(&config), expected);
    let help = Settings::read(&json!({"colour": 1})).unwrap_err().pop().unwrap().help.unwrap();
    assert_eq!(help, "the keys here are `destination`, `source`, `format`, `on_failure`, `digests`, `replay`");
}

#[test]
fn wrong_shapes_are_all_found_at_once() {
    let config = json!({"destination": {"file": {"path": 7, "fsync": "often"}}, "source": "", "format": []});
    let expected = [
        "destination.file.fsync: unknown word `often`",
        "destination.file.path: expected text, found a number",
        "format: expected text, found a list",
        "source: expected text, found empty text",
    ];
    assert_eq!(faults(&config), expected);
}

#[test]
fn a_destination_of_no_known_form_is_refused() {
    assert_eq!(faults(&json!([])), [": expected a map, found a list"]);
    assert_eq!(faults(&json!({"destination": null})), ["destination: expected text or a map, found nothing"]);
    assert_eq!(faults(&json!({"destination": "syslog"})), ["destination: unknown word `syslog`"]);
    assert_eq!(faults(&json!({"destination": {}})), ["destination: the key `file` is missing"]);
    assert_eq!(faults(&json!({"destination": {"file": "a"}})), ["destination.file: expected a map, found text"]);
    assert_eq!(faults(&json!({"destination": {"file": {}}})), ["destination.file: the key `path` is missing"]);
}
