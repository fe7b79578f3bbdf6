//! The plugins a document declares, as far as policy refers to them by name.

use apl_core::Unresolved;
use apl_core::diagnostic::nearest;

/// What a declared plugin may be named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Under `authentication`.
    Identity,
    /// In `run(..)` and on hooks.
    Control,
    /// In `run(..)`, where it adds a mark to the record it receives anyway.
    Sink,
    /// In an effect of its own.
    Other,
}

/// One declared plugin.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// What it may be named for.
    pub role: Role,
    /// Whether its mode is `disabled`.
    pub disabled: bool,
}

/// The declared plugins of a document, by index.
#[derive(Clone, Debug, Default)]
pub struct Declarations(pub Vec<Declaration>);

impl Declarations {
    /// The index of an identity plugin.
    ///
    /// # Errors
    /// Why there is none of that name.
    pub fn authenticator(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| role == Role::Identity, "an identity plugin")
    }

    fn named(&self, name: &str, fits: impl Fn(Role) -> bool, wanted: &str) -> Result<usize, Unresolved> {
        let Some((index, found)) = self.0.iter().enumerate().find(|(_, plugin)| plugin.name == name) else {
            let candidates = self.0.iter().filter(|plugin| fits(plugin.role)).map(|plugin| plugin.name.as_str());
            let help = nearest(name, candidates).map(|near| format!("did you mean `{near}`?"));
            let help = help.or_else(|| Some("declare it under `plugins`".to_owned()));
            return Err(Unresolved { message: format!("no plugin is named `{name}`"), help });
        };
        if !fits(found.role) {
            let help = match found.role {
                Role::Identity => "name it under `authentication`",
                Role::Control | Role::Sink => "name it in `run(..)`",
                Role::Other => "it has an effect of its own",
            };
            return Err(Unresolved { message: format!("`{name}` is not {wanted}"), help: Some(help.to_owned()) });
        }
        if found.disabled {
            let help = "remove it here, or give it a mode in which it runs".to_owned();
            return Err(Unresolved { message: format!("plugin `{name}` is disabled"), help: Some(help) });
        }
        Ok(index)
    }
}

impl apl_core::compile::Declared for Declarations {
    fn plugin(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| matches!(role, Role::Control | Role::Sink), "a plugin that `run` can invoke")
    }
}
