//! From a document to a running manager in one step.

use cpex_core::document::LoadError;
use cpex_core::{InitializeError, PluginManager};

/// Starts a manager with the builtins that are compiled in.
pub trait FromYaml: Sized {
    /// A manager that enforces the document. Warnings about it are for `cpex check` to show.
    ///
    /// # Errors
    /// Every mistake in the document, or the plugin that could not be initialized.
    fn from_yaml(text: &str) -> impl Future<Output = Result<Self, StartError>> + Send;
}

impl FromYaml for PluginManager {
    async fn from_yaml(text: &str) -> Result<Self, StartError> {
        let manager = Self::default();
        crate::install_builtins(&manager);
        manager.load_config_yaml(text)?;
        manager.initialize().await?;
        Ok(manager)
    }
}

/// Why a manager could not be started.
#[derive(Debug)]
pub enum StartError {
    /// The document is refused.
    Document(LoadError),
    /// A plugin could not be initialized.
    Plugin(InitializeError),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Document(error) => error.fmt(f),
            Self::Plugin(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<LoadError> for StartError {
    fn from(error: LoadError) -> Self {
        Self::Document(error)
    }
}

impl From<InitializeError> for StartError {
    fn from(error: InitializeError) -> Self {
        Self::Plugin(error)
    }
}
