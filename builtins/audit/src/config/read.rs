//! Reads config values and collects what is wrong with them.

use cpex_sdk::config::{ConfigFault, ConfigStep, Key};
use serde_json::{Map, Value as Json};

/// Collects every fault, not only the first.
#[derive(Debug, Default)]
pub(super) struct Reader {
    faults: Vec<ConfigFault>,
}

impl Reader {
    /// A map of these keys and no others.
    pub(super) fn section<'c>(
        &mut self,
        value: &'c Json,
        path: &[&str],
        keys: &[Key],
    ) -> Option<&'c Map<String, Json>> {
        let Json::Object(members) = value else {
            self.fault(path, format!("expected a map, found {}", kind(value)));
            return None;
        };
        for name in members.keys().filter(|name| !keys.iter().any(|key| key.name == *name)) {
            let known: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
            let fault = at(&[path, &[name]].concat(), format!("unknown key `{name}`"));
            self.faults.push(fault.help(format!("the keys here are {}", known.join(", "))));
        }
        for key in keys.iter().filter(|key| key.required && !members.contains_key(key.name)) {
            self.fault(path, format!("the key `{}` is missing", key.name));
        }
        Some(members)
    }

    /// Text that is not empty.
    pub(super) fn text<'c>(&mut self, value: &'c Json, path: &[&str]) -> Option<&'c str> {
        match value {
            Json::String(text) if text.is_empty() => self.fault(path, "expected text, found empty text".to_owned()),
            Json::String(text) => return Some(text),
            _ => self.fault(path, format!("expected text, found {}", kind(value))),
        }
        None
    }

    /// One of the known words. A word of `later` is refused as not available yet.
    pub(super) fn word<'c>(
        &mut self,
        value: &'c Json,
        path: &[&str],
        known: &[&str],
        later: &[&str],
    ) -> Option<&'c str> {
        let word = self.text(value, path)?;
        if known.contains(&word) {
            return Some(word);
        }
        let text = if later.contains(&word) {
            format!("`{word}` is not available yet")
        } else {
            format!("unknown word `{word}`")
        };
        let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        self.faults.push(at(path, text).help(format!("write {}", known.join(" or "))));
        None
    }

    /// Refuses a key that is not available yet.
    pub(super) fn refuse(&mut self, path: &[&str]) {
        let name = path.last().copied().unwrap_or_default();
        self.faults.push(at(path, format!("`{name}` is not available yet")).help(format!("leave `{name}` out")));
    }

    /// What was read, if nothing is wrong with it.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Vec<ConfigFault>> {
        if self.faults.is_empty() { Ok(value) } else { Err(self.faults) }
    }

    fn fault(&mut self, path: &[&str], text: String) {
        self.faults.push(at(path, text));
    }
}

fn at(path: &[&str], text: String) -> ConfigFault {
    ConfigFault::at(path.iter().copied().map(ConfigStep::from).collect(), text)
}

const fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    }
}
