//! From a document to a running manager in one step.

use std::path::Path;

use cpex_core::{PluginManager, StartError};

/// Starts a manager with the builtins that are compiled in.
pub trait FromYaml: Sized {
    /// A manager that enforces the document. Warnings about it are for `cpex check` to show.
    ///
    /// # Errors
    /// Every mistake in the document, or the plugin that could not be initialized.
    fn from_yaml(text: &str) -> impl Future<Output = Result<Self, StartError>> + Send;

    /// The same with the document in a file, from whose directory its relative paths start.
    ///
    /// # Errors
    /// That the file cannot be read, or those of [`FromYaml::from_yaml`].
    fn from_file(path: &Path) -> impl Future<Output = Result<Self, StartError>> + Send;
}

impl FromYaml for PluginManager {
    async fn from_yaml(text: &str) -> Result<Self, StartError> {
        let manager = Self::default();
        crate::install_builtins(&manager);
        manager.load_config_yaml(text)?;
        manager.initialize().await?;
        Ok(manager)
    }

    async fn from_file(path: &Path) -> Result<Self, StartError> {
        let manager = Self::default();
        crate::install_builtins(&manager);
        manager.load_config_file(path)?;
        manager.initialize().await?;
        Ok(manager)
    }
}
