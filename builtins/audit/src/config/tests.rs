#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use cpex_sdk::config::ConfigStep;
use cpex_sdk::testing::host;
use serde_json::json;

use super::*;

/// The faults as `path: text`, in order.
fn faults(config: &Json) -> Vec<String> {
    let shown = |fault: ConfigFault| {
        let steps: Vec<String> = fault.path.iter().map(step).collect();
        format!("{}: {}", steps.join("."), fault.text)
    };
    read(config).unwrap_err().into_iter().map(shown).collect()
}

fn step(step: &ConfigStep) -> String {
    match step {
        ConfigStep::Key(key) => key.clone(),
        ConfigStep::Index(index) => index.to_string(),
    }
}

fn read(config: &Json) -> Result<Settings, Vec<ConfigFault>> {
    Settings::read(config, &host())
}

fn file(path: &str, fsync: bool, rotate: Option<Rotate>) -> Destination {
    Destination::File(FileSettings { path: Path::new(".").join(path), fsync, rotate })
}

#[test]
fn a_config_left_out_means_stderr() {
    for config in [Json::Null, json!({}), json!({"destination": "stderr", "format": "json", "on_failure": "deny"})] {
        let settings = read(&config).unwrap();
        assert_eq!((settings.destination, settings.source), (Destination::Stderr, None));
        assert_eq!(settings.format, Format::Json);
        assert!(settings.chain.is_none());
        assert_eq!(settings.wants, Wants::default());
    }
}

#[test]
fn a_file_is_read_with_its_source() {
    let config = json!({"destination": {"file": {"path": "a.jsonl", "fsync": "each"}}, "source": "gateway-1"});
    let settings = read(&config).unwrap();
    assert_eq!((settings.destination, settings.source.as_deref()), (file("a.jsonl", true, None), Some("gateway-1")));

    let rotate = json!({"max_bytes": 4096, "keep": 3});
    let config = json!({"destination": {"file": {"path": "a.jsonl", "fsync": "never", "rotate": rotate}}});
    let rotate = Rotate { max_bytes: 4096, keep: 3 };
    assert_eq!(read(&config).unwrap().destination, file("a.jsonl", false, Some(rotate)));
}

#[test]
fn each_destination_and_format_has_a_word() {
    assert_eq!(read(&json!({"destination": "tracing"})).unwrap().destination, Destination::Tracing);
    for (word, format) in [("json", Format::Json), ("ocsf", Format::Ocsf), ("cloudevents", Format::CloudEvents)] {
        assert_eq!(read(&json!({"format": word})).unwrap().format, format);
    }
    let config = json!({"destination": "syslog", "format": "cef", "on_failure": "ignore"});
    let expected =
        ["destination: unknown word `syslog`", "format: unknown word `cef`", "on_failure: unknown word `ignore`"];
    assert_eq!(faults(&config), expected);
}

#[test]
fn records_wait_where_some_may_be_lost_and_nowhere_else() {
    let queue = |config: Json| read(&config).unwrap().queue;
    assert_eq!(queue(json!({})), None);
    assert_eq!(queue(json!({"on_failure": "drop_counted"})), Some(1024));
    assert_eq!(queue(json!({"on_failure": "drop_counted", "queue": 7})), Some(7));
    assert_eq!(faults(&json!({"on_failure": "drop_counted", "queue": 0})), ["queue: expected from 1 to 1000000"]);
    let expected = "queue: nothing waits where each record is written before its operation goes on";
    assert_eq!(faults(&json!({"queue": 7})), [expected]);
}

#[test]
fn numbers_keep_to_their_bounds() {
    let rotate = |max_bytes: Json, keep: Json| json!({"destination": {"file": {"path": "a", "rotate": {"max_bytes": max_bytes, "keep": keep}}}});
    let expected = [
        "destination.file.rotate.max_bytes: expected at least 4096",
        "destination.file.rotate.keep: expected from 1 to 9999",
    ];
    assert_eq!(faults(&rotate(json!(4095), json!(0))), expected);
    assert_eq!(faults(&rotate(json!("1"), json!(1))).len(), 1);
    let chain = json!({"chain": {"key": {"kind": "literal", "secret": "07".repeat(32)}, "checkpoint_every": 0}});
    assert_eq!(faults(&chain), ["chain.checkpoint_every: expected from 1 to 1000000"]);
}

#[test]
fn a_chain_has_a_key_that_can_be_had_and_is_one() {
    let chain = |key: Json| json!({"chain": {"key": key}});
    let settings = read(&chain(json!({"kind": "literal", "secret": "07".repeat(32)}))).unwrap();
    assert_eq!(settings.chain.unwrap().every, 1000);
    assert_eq!(faults(&json!({"chain": {}})), ["chain: the key `key` is missing"]);
    let unset = chain(json!({"kind": "env_var", "name": "NO_SUCH"}));
    assert_eq!(faults(&unset), ["chain.key: there is no secret `NO_SUCH`"]);
    let short = chain(json!({"kind": "literal", "secret": "c0ffee"}));
    let fault = read(&short).unwrap_err().pop().unwrap();
    assert!(fault.text.starts_with("expected an Ed25519 private key: "), "{}", fault.text);
    assert_eq!(fault.help.as_deref(), Some("`cpex audit keygen` makes one"));
}

#[test]
fn unknown_keys_are_named_where_they_stand() {
    let config = json!({"colour": "red", "destination": {"file": {"mode": "w", "path": "a"}, "socket": 1}});
    let expected = [
        "colour: unknown key `colour`",
        "destination.file.mode: unknown key `mode`",
        "destination.socket: unknown key `socket`",
    ];
    assert_eq!(faults(&config), expected);
    let help = read(&json!({"colour": 1})).unwrap_err().pop().unwrap().help.unwrap();
    assert_eq!(
        help,
        "the keys here are `destination`, `source`, `format`, `chain`, `on_failure`, `queue`, `digests`, `replay`"
    );
}

#[test]
fn wrong_shapes_are_all_found_at_once() {
    let config = json!({"destination": {"file": {"fsync": "often", "path": 7}}, "format": [], "source": ""});
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
