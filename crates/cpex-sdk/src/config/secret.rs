//! Where secrets come from.

use std::path::PathBuf;

use apl_cmf::Secret;
use serde_json::Value as Json;

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    EnvVar {
        /// Its name.
        name: String,
    },
    /// A file whose content, without the line break at its end, is the secret.
    File {
        /// Its path, relative to the document.
        path: PathBuf,
    },
    /// The secret itself; warned about at load.
    Literal {
        /// The secret.
        secret: Secret,
    },
    /// What `secrets` of the document has under a name. What a document hands to plugins reads it as that source.
    Named {
        /// The name.
        name: String,
    },
}

impl SecretSource {
    /// Reads a source from a config value whose shape a key of secret shape already checked.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub fn from_config(value: &Json) -> Result<Self, String> {
        let text = |key: &str| value.get(key).and_then(Json::as_str);
        match (text("kind"), text("name"), text("path"), text("secret")) {
            (Some("env_var"), Some(name), None, None) => Ok(Self::EnvVar { name: name.to_owned() }),
            (Some("file"), None, Some(path), None) => Ok(Self::File { path: path.into() }),
            (Some("literal"), None, None, Some(secret)) => Ok(Self::Literal { secret: secret.into() }),
            (Some("named"), Some(name), None, None) => Ok(Self::Named { name: name.to_owned() }),
            _ => Err("expected `{kind: env_var, name}`, `{kind: file, path}`, `{kind: literal, secret}` or `{kind: named, name}`".to_owned()),
        }
    }
}
