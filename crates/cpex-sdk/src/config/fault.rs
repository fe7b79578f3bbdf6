//! What is wrong with a config, and where.

/// One thing that is wrong with a plugin's config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where, as steps into the config.
    pub path: Vec<ConfigStep>,
    /// Byte offset into the text at `path`, or into that of `file`, where either is in a language of its own.
    pub offset_in_text: Option<usize>,
    /// The file the mistake stands in, by the path it was read under from [`Host::files`](crate::Host::files); none where it
    /// stands in the document itself.
    pub file: Option<String>,
    /// What is wrong, lower case, no full stop, without secrets.
    pub text: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ConfigFault {
    /// A fault of the value at a dotted path such as `trusted_issuers[0].audiences`; the empty path is the whole config.
    #[must_use]
    pub fn at(path: Vec<ConfigStep>, text: impl Into<String>) -> Self {
        Self { path, offset_in_text: None, file: None, text: text.into(), help: None }
    }

    /// The same fault, at that byte of the text at its path.
    #[must_use]
    pub const fn offset(mut self, offset: usize) -> Self {
        self.offset_in_text = Some(offset);
        self
    }

    /// The same fault, in the file that was read under that path.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.file = Some(path.into());
        self
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
