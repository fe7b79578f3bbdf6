//! `secrets`: sources under names, which other places take by name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use apl_cmf::Secret;
use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Text, Value};
use cpex_sdk::config::SecretSource;
use cpex_sdk::{SecretError, SecretReader};

use crate::document::codes;

/// The kind of a source that is a name.
pub(super) const NAMED: &str = "named";

/// Checks that every name is that of a secret, and every secret is taken somewhere.
pub(in crate::document) fn check(root: &Node, faults: &mut Vec<Diagnostic>) {
    let declared = root.get("secrets").map(Node::entries).unwrap_or_default();
    let mut taken = Vec::new();
    for entry in
        root.entries().iter().filter(|entry| entry.key.value != "secrets" && !entry.key.value.starts_with("x-"))
    {
        collect(&entry.value, &mut taken);
    }
    for name in &taken {
        if declared.iter().all(|entry| entry.key.value != name.value) {
            let message = format!("no secret is named `{}`", name.value);
            let names = declared.iter().map(|entry| entry.key.value.as_str());
            faults.push(Diagnostic::new(codes::UNKNOWN_SECRET, name.span, message).nearest(&name.value, names));
        }
    }
    let taken: HashSet<&str> = taken.iter().map(|name| name.value.as_str()).collect();
    for entry in declared {
        if let Some(name) = name_of(&entry.value) {
            let message = format!("the secret `{}` is another name for `{}`", entry.key.value, name.value);
            let help = "give the source itself here";
            faults.push(Diagnostic::new(codes::WRONG_VALUE, entry.value.span, message).help(help));
        }
        if !taken.contains(entry.key.value.as_str()) {
            let message = format!("nothing takes the secret `{}`", entry.key.value);
            faults.push(Diagnostic::new(codes::UNUSED_SECRET, entry.key.span, message).help("remove it"));
        }
    }
}

/// Reads sources as the reader does, and named ones as what the document has under their names.
pub(in crate::document) fn reader(root: &Node, secrets: Arc<dyn SecretReader>) -> Arc<dyn SecretReader> {
    let declared = root.get("secrets").map(Node::entries).unwrap_or_default();
    let source = |node: &Node| SecretSource::from_config(&node.to_json()).ok();
    let sources: HashMap<String, SecretSource> =
        declared.iter().filter_map(|entry| Some((entry.key.value.clone(), source(&entry.value)?))).collect();
    if sources.is_empty() { secrets } else { Arc::new(Named { sources, secrets }) }
}

struct Named {
    sources: HashMap<String, SecretSource>,
    secrets: Arc<dyn SecretReader>,
}

impl SecretReader for Named {
    fn read(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        match source {
            SecretSource::Named { name } => {
                let unknown = || SecretError(format!("no secret is named `{name}`"));
                self.secrets.read(self.sources.get(name).ok_or_else(unknown)?)
            }
            source => self.secrets.read(source),
        }
    }
}

/// The names that sources of a tree take. An element of a list is no source: a plugin may be of any kind.
fn collect<'n>(node: &'n Node, names: &mut Vec<&'n Text>) {
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| collect(node, names)),
        Value::Map(entries) => {
            for entry in entries {
                names.extend(name_of(&entry.value));
                collect(&entry.value, names);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// The name that a source is.
fn name_of(node: &Node) -> Option<&Text> {
    let is_named = node.entries().len() == 2 && node.get("kind")?.text()?.value == NAMED;
    node.get("name").and_then(Node::text).filter(|_| is_named)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use cpex_sdk::testing::FixedSecrets;

    use super::*;
    use crate::document::Document;

    fn found(text: &str) -> String {
        let document = Document::parse("d", text).unwrap();
        let faults = document.check(&HashMap::new());
        let shown = document.refuse(faults).to_string();
        shown.lines().filter(|line| line.starts_with("d:") || line.starts_with("  help")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_secret_is_read_by_its_name() {
        let text = "secrets: { pay: { kind: env_var, name: PAY }, own: { kind: literal, secret: hush } }";
        let document = Document::parse("d", text).unwrap();
        let reader = document.secrets(Arc::new(FixedSecrets::default().with("PAY", "quiet")));
        let named = |name: &str| reader.read(&SecretSource::Named { name: name.to_owned() });
        assert_eq!(named("pay"), Ok(Secret::from("quiet")));
        assert_eq!(named("own"), Ok(Secret::from("hush")));
        assert_eq!(named("PAY"), Err(SecretError("no secret is named `PAY`".to_owned())));
        assert_eq!(reader.read(&SecretSource::EnvVar { name: "PAY".to_owned() }), Ok(Secret::from("quiet")));
    }

    #[test]
    fn a_name_that_nothing_has_is_refused_with_the_nearest() {
        let text = "secrets: { hashes: { kind: env_var, name: K } }\n\
                    plugin_settings: { hash_key: { kind: named, name: hashs } }\n";
        let expected = "d:1:12: warning[document.unused_secret]: nothing takes the secret `hashes`\n  help: remove it\n\
                        d:2:51: error[document.unknown_secret]: no secret is named `hashs`\n  help: did you mean `hashes`?";
        assert_eq!(found(text), expected);
        assert_eq!(found(&text.replace("hashs", "hashes")), "");
    }

    #[test]
    fn a_name_is_no_source_of_another() {
        let text = "secrets: { a: { kind: env_var, name: K }, b: { kind: named, name: a } }\n\
                    plugin_settings: { hash_key: { kind: named, name: b } }\n";
        assert!(found(text).contains("d:1:46: error[document.wrong_value]: the secret `b` is another name for `a`"));
    }

    #[test]
    fn a_text_where_a_source_belongs_is_not_shown() {
        let document = Document::parse("d", "secrets: { a: hunter2 }\n").unwrap();
        let shown = document.refuse(document.check(&HashMap::new())).to_string();
        assert!(shown.contains("d:1:15: error[document.wrong_shape]: expected a secret source"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
