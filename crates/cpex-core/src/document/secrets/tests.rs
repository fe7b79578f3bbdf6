#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::HashMap;
use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig, SecretSource, Shape};
use cpex_sdk::{Factory, Host, Instance};

use super::masked_by_line;
use crate::document::Document;

const KEY: &str = "hunter2-\u{e9}-hunter2";

/// A kind whose config holds one secret.
struct Holder;

impl Factory for Holder {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(const { &[Key::optional("key", Shape::Secret, "The secret.")] })
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Err(Vec::new())
    }
}

/// The findings on a document with a plugin of this secret, and the source as a factory reads it.
fn secret(written: &str) -> (String, Option<SecretSource>) {
    let text = format!("plugins:\n  - name: a\n    kind: test/holder\n    config:\n      key: {written}\n");
    let document = Document::parse("d", &text).unwrap();
    let factories = HashMap::from([("test/holder".to_owned(), Arc::new(Holder) as Arc<dyn Factory>)]);
    let mut faults = document.check(&factories);
    let source = document.plugins(&mut faults).first().and_then(|plugin| plugin.config.config.get("key").cloned());
    let source = source.and_then(|source| SecretSource::from_config(&source).ok());
    (document.refuse(faults).to_string(), source)
}

#[test]
fn each_kind_of_source_is_read() {
    let (shown, key) = secret("{kind: env_var, name: KEY}");
    assert_eq!((shown.as_str(), key), ("0 warnings", Some(SecretSource::EnvVar { name: "KEY".to_owned() })));
    let (_, key) = secret("{kind: file, path: run/key}");
    assert_eq!(key, Some(SecretSource::File { path: "run/key".into() }));
    let (_, key) = secret(&format!("{{kind: literal, secret: {KEY}}}"));
    assert_eq!(key, Some(SecretSource::Literal { secret: KEY.into() }));
}

#[test]
fn a_literal_secret_is_warned_about_and_never_shown() {
    let (shown, key) = secret(&format!("{{kind: literal, secret: '{KEY}'}} # at the end"));
    assert!(shown.contains("d:5:19: warning[document.literal_secret]: "), "{shown}");
    assert!(shown.contains("# at the end"), "{shown}");
    assert!(shown.ends_with("1 warning"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!format!("{key:?}").contains("hunter2"));
}

#[test]
fn what_should_have_been_a_source_is_never_shown() {
    for written in [KEY, "{kind: litteral, secret: hunter2}", "{kind: literal, secret: hunter2, nam: x}", "[hunter2]"] {
        let (shown, key) = secret(written);
        assert!(shown.contains("error[document."), "{shown}");
        assert!(key.is_none() || written.contains("nam: x"), "{key:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn every_mistake_in_a_source_is_found() {
    let (shown, _) = secret("{kind: env_var, nam: KEY}");
    assert!(shown.contains("unknown key `nam` in a secret source of kind `env_var`"), "{shown}");
    assert!(shown.contains("did you mean `name`?"), "{shown}");
    assert!(shown.contains("a secret source of kind `env_var` must give `name`"), "{shown}");
    assert!(secret("{name: KEY}").0.contains("a secret source must give `kind`"));
    assert!(secret("{kind: file, path: 5}").0.contains("expected text, found a number"));
}

#[test]
fn a_document_and_its_errors_hold_no_secret_in_debug() {
    let text =
        format!("plugins:\n  - name: a\n    kind: b\n    config: {{password: {KEY}, jwk: {{kty: oct, k: {KEY}}}}}\n");
    let document = Document::parse("d", &text).unwrap();
    let mut faults = document.check(&HashMap::new());
    let plugins = document.plugins(&mut faults);
    let shown = format!("{document:?} {plugins:?} {:?} {:?}", document.sources(), document.refuse(faults));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_text_without_a_tree_is_masked_by_line() {
    let text = "a: 1\nkey: {secret: \"hunter2\", b\n\"password\" : hunter2\r\nc: é\n";
    let masked = masked_by_line(text);
    assert!(!masked.contains("hunter2"), "{masked}");
    assert!(masked.starts_with("a: 1\nkey:") && masked.ends_with("\r\nc: é\n"), "{masked}");
    let error = Document::parse("d", &format!("a: {{secret: {KEY}, \n")).unwrap_err();
    assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error}");
}

#[test]
fn masking_moves_no_place() {
    let text = "secret: pä\u{20ac}\u{1f600}ß x\nb: 1\n";
    let masked = masked_by_line(text);
    assert_eq!(masked.len(), text.len());
    assert_eq!(masked.chars().count(), text.chars().count());
    assert!(masked.ends_with("*\nb: 1\n") && !masked.contains('ä'), "{masked}");
}
