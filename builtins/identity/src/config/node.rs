//! A value of a config together with its place in it.

use cpex_sdk::config::{ConfigFault, ConfigStep};
use serde_json::Value as Json;

/// A value and the steps that lead to it.
#[derive(Clone, Debug)]
pub(super) struct Node<'c> {
    pub(super) value: &'c Json,
    path: Vec<ConfigStep>,
}

impl<'c> Node<'c> {
    /// The whole config.
    pub(super) const fn root(value: &'c Json) -> Self {
        Self { value, path: Vec::new() }
    }

    /// The value of a key, where this is a map that has it.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        Some(self.step(self.value.get(key)?, key.into()))
    }

    /// The keys, where this is a map.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'c str> {
        self.value.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str))
    }

    /// The elements, where this is a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(|(index, item)| self.step(item, index.into())).collect()
    }

    /// The elements of a list, or the value itself.
    pub(super) fn one_or_many(&self) -> Vec<Self> {
        if self.value.is_array() { self.items() } else { vec![self.clone()] }
    }

    /// The text, where this is one.
    pub(super) fn text(&self) -> Option<&'c str> {
        self.value.as_str()
    }

    /// A fault of this value.
    pub(super) fn fault(&self, text: impl Into<String>) -> ConfigFault {
        ConfigFault::at(self.path.clone(), text)
    }

    fn step(&self, value: &'c Json, step: ConfigStep) -> Self {
        Self { value, path: self.path.iter().cloned().chain([step]).collect() }
    }
}
