//! What is wrong with a config, and where.

/// One thing that is wrong with a plugin's config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where, as steps into the config.
    pub path: Vec<ConfigStep>,
    /// Byte offset into the text at `path`, where the config embeds a language of its own.
    pub offset_in_text: Option<usize>,
    /// What is wrong, lower case, no full stop, without secrets.
    pub text: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ConfigFault {
    /// A fault of the value at a dotted path such as `trusted_issuers[0].audiences`; the empty path is the whole config.
    #[must_use]
    pub fn at(path: Vec<ConfigStep>, text: impl Into<String>) -> Self {
        Self { path, offset_in_text: None, text: text.into(), help: None }
    }

    /// The same fault, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One step into a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigStep {
    /// The value of a key.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

impl From<&str> for ConfigStep {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for ConfigStep {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}
