//! Plugins that a host registers in code, and takes out again.

use std::sync::Arc;

use apl_core::diagnostic::nearest;
use cpex_sdk::config::PluginConfig;
use cpex_sdk::{Hook, HookHandler, HookPayload, Instance, PluginInstance};

use crate::lifecycle::{self, InitializeError, StartError};
use crate::load::registration::{Taken, check};
use crate::manager::PluginManager;
use crate::registry::Registration;

/// Why a plugin could not be unregistered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnregisterError {
    /// There is none of that name.
    #[error("there is no plugin `{name}`{}", nearest.as_ref().map(|near| format!(": did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// The name.
        name: String,
        /// The name that comes nearest.
        nearest: Option<String>,
    },
    /// The manager was shut down, and with it every plugin.
    #[error("the manager was shut down")]
    ShutDown,
}

impl PluginManager {
    /// Registers a plugin that handles hook `H`. Where its declaration names no hook and it is not `on_demand`, it runs on
    /// `H`. All else is as [`PluginManager::register_plugin`] says.
    ///
    /// # Errors
    /// Those of [`PluginManager::register_plugin`].
    pub async fn register_handler<H, P>(&self, plugin: P, config: PluginConfig) -> Result<(), StartError>
    where
        H: Hook<Payload: HookPayload>,
        P: HookHandler<H>,
    {
        let mut config = config;
        if config.hooks.is_empty() && !config.on_demand {
            config.hooks.push(H::POINT.name.to_owned());
        }
        self.register_plugin(PluginInstance::of(plugin).on::<H>().build(), config).await
    }

    /// Registers a plugin that the host made, with the hooks it handles. Its declaration is checked as one in a document is;
    /// its `kind` needs no factory, and its `config` is what the host made it with.
    ///
    /// Where a document is in force, the plugin is initialized and in force from the next operation on; otherwise it waits for
    /// [`PluginManager::initialize`]. It stays over documents until it is unregistered. Those loaded afterwards may name it.
    ///
    /// # Errors
    /// Every mistake in the declaration, a name that is taken among them, or that the plugin could not be initialized. The
    /// plugin is then not registered.
    pub async fn register_plugin(&self, plugin: PluginInstance, config: PluginConfig) -> Result<(), StartError> {
        check(&config, &self.own_hooks(), None)?;
        let registration = Arc::new(Registration::new(config, Instance::Plugin(plugin)));
        let name = registration.name();
        let publisher = self.publication.publisher().await.ok_or(InitializeError::ShutDown)?;
        let mut registered = publisher.registered();
        let current = publisher.current();
        let is_there = registered.iter().any(|other| other.name() == name)
            || current.as_ref().is_some_and(|snapshot| snapshot.position(name).is_some());
        let misses = || current.as_ref().is_some_and(|snapshot| snapshot.misses(name));
        let taken = if is_there { Some(Taken::ByPlugin) } else { misses().then_some(Taken::ByPolicy) };
        if taken.is_some() {
            check(registration.config(), &self.own_hooks(), taken)?;
        }
        registered.push(Arc::clone(&registration));
        if let Some(current) = current {
            let next = current.with(&registration, &self.own_hooks());
            if let Some(control) = next.controls.last() {
                lifecycle::start(control, &next).await?;
            }
            publisher.register(registered);
            publisher.publish(next);
        } else {
            publisher.register(registered);
        }
        Ok(())
    }

    /// Takes a plugin out, be it declared or registered in code. From the next operation on its hooks do not call it, and where
    /// policy names it, that denies `plugin.disabled`. Operations in flight end with it, and after the last of them it is shut
    /// down. A plugin of the document comes back with the next document that declares it.
    ///
    /// # Errors
    /// There is no plugin of that name, or no manager any more.
    pub async fn unregister(&self, name: &str) -> Result<(), UnregisterError> {
        let publisher = self.publication.publisher().await.ok_or(UnregisterError::ShutDown)?;
        let mut registered = publisher.registered();
        let before = registered.len();
        registered.retain(|other| other.name() != name);
        let current = publisher.current();
        let found = current.as_ref().and_then(|snapshot| Some((snapshot, snapshot.position(name)?)));
        if registered.len() == before && found.is_none() {
            let known =
                current.iter().flat_map(|snapshot| snapshot.names()).chain(registered.iter().map(|other| other.name()));
            let nearest = nearest(name, known).map(str::to_owned);
            return Err(UnregisterError::Unknown { name: name.to_owned(), nearest });
        }
        if let Some((snapshot, index)) = found {
            publisher.publish(snapshot.without(index));
        }
        publisher.register(registered);
        Ok(())
    }
}
