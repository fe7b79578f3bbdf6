//! A value of a config together with its place in it.

use std::fmt;
use std::time::Duration;

use serde_json::Value as Json;

use super::fault::{ConfigFault, ConfigStep};

/// A value of a config and the steps that lead to it, so that what is wrong with it is said of its place.
#[derive(Clone)]
pub struct ConfigNode<'c> {
    /// The value.
    pub value: &'c Json,
    path: Vec<ConfigStep>,
}

impl<'c> ConfigNode<'c> {
    /// The whole config.
    #[must_use]
    pub const fn root(value: &'c Json) -> Self {
        Self { value, path: Vec::new() }
    }

    /// The value of a key, where this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        Some(self.step(self.value.get(key)?, key.into()))
    }

    /// The keys, where this is a map.
    pub fn keys(&self) -> impl Iterator<Item = &'c str> {
        self.value.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str))
    }

    /// The elements, where this is a list.
    #[must_use]
    pub fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(|(index, item)| self.step(item, index.into())).collect()
    }

    /// The elements of a list, or the value itself.
    #[must_use]
    pub fn one_or_many(&self) -> Vec<Self> {
        if self.value.is_array() { self.items() } else { vec![self.clone()] }
    }

    /// The text, where this is one.
    #[must_use]
    pub fn text(&self) -> Option<&'c str> {
        self.value.as_str()
    }

    /// The duration, where this is one: seconds as a number, or a whole number with its unit, such as `30s`, `5m`, `24h`, `7d`.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        if let Some(seconds) = self.value.as_f64() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        let mut text = self.text()?.chars();
        let seconds = match text.next_back()? {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return None,
        };
        let count = text.as_str();
        let count: u64 = count.parse().ok().filter(|_| count.bytes().all(|byte| byte.is_ascii_digit()))?;
        count.checked_mul(seconds).map(Duration::from_secs)
    }

    /// A fault of this value.
    #[must_use]
    pub fn fault(&self, text: impl Into<String>) -> ConfigFault {
        ConfigFault::at(self.path.clone(), text)
    }

    fn step(&self, value: &'c Json, step: ConfigStep) -> Self {
        Self { value, path: self.path.iter().cloned().chain([step]).collect() }
    }
}

impl fmt::Debug for ConfigNode<'_> {
    // The value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigNode").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_duration_is_a_number_of_seconds_or_a_whole_number_with_its_unit() {
        let read = |value: Json| ConfigNode::root(&value).duration().map(|duration| duration.as_millis());
        let read_all = [json!(1.5), json!("30s"), json!("5m"), json!("24h"), json!("7d")].map(read);
        assert_eq!(read_all, [Some(1_500), Some(30_000), Some(300_000), Some(86_400_000), Some(604_800_000)]);
        for other in
            [json!(-1), json!("5"), json!("s"), json!("+5s"), json!("1.5s"), json!("5 s"), json!("ü"), json!("")]
        {
            assert_eq!(read(other.clone()), None, "{other}");
        }
    }
}
