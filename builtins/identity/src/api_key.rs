//! `identity/api-key`: callers recognised by keys of which only hashes are kept.
//!
//! The document lists, for each key, its hash and the subject it stands for. There are two sorts of hashes:
//!
//! - `sha256:` and the digest of the whole key in hexadecimal, for keys that are random: at least 128 bits that nobody chose.
//!   A presented key is hashed once and its digest compared with every one that is listed, in constant time, so that nothing
//!   is told of how near a guess came.
//! - An Argon2id hash of the whole key as a PHC string, for keys that somebody could guess. Such a key begins with its `id` and
//!   a dot, and only a presented key that begins so is hashed, with the one hash of that `id`: what a caller makes up costs
//!   nothing. That an `id` exists can be told by the time this takes, so it is no secret. The hash is made on a
//!   thread that may block, and few are made at once.

mod config;
mod hash;
mod resolver;
mod ring;

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};

use self::config::{KEYS, Settings};
use self::resolver::Resolver;

/// The kind that documents name.
pub const API_KEY_KIND: &str = "identity/api-key";

/// Makes identity resolvers of kind `identity/api-key`. The file of keys is read while building.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApiKeyFactory;

impl Factory for ApiKeyFactory {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(KEYS)
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let settings = Settings::read(&declaration.config, host)?;
        Ok(Instance::Identity(Arc::new(Resolver::new(settings))))
    }
}

#[cfg(test)]
mod tests;
