//! What a document declares, as far as policy refers to it.

use std::cell::RefCell;
use std::collections::HashSet;

use apl_core::Unresolved;
use apl_core::compile::DeclaredKey;
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

/// The declared plugins of a document, by index, and its key of hashes.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    plugins: Vec<Declaration>,
    /// Those that policy names in a way that is refused: misspelt, disabled, or in the wrong place.
    meant: RefCell<HashSet<usize>>,
    hash_key: DeclaredKey,
}

impl Declarations {
    /// The plugins in declared order, and no key.
    #[must_use]
    pub fn new(plugins: Vec<Declaration>) -> Self {
        Self { plugins, ..Self::default() }
    }

    /// The same with what the document says about the key that `hash` stages hash under.
    #[must_use]
    pub fn with_hash_key(self, hash_key: DeclaredKey) -> Self {
        Self { hash_key, ..self }
    }

    /// The plugins in declared order.
    #[must_use]
    pub fn as_slice(&self) -> &[Declaration] {
        &self.plugins
    }

    /// Indexes of the plugins that policy names in a way that was refused. They are not unreached besides: one mistake is
    /// one finding.
    #[must_use]
    pub fn meant(&self) -> HashSet<usize> {
        self.meant.borrow().clone()
    }

    /// The index of an identity plugin.
    ///
    /// # Errors
    /// Why there is none of that name.
    pub fn authenticator(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| role == Role::Identity, "an identity plugin")
    }

    fn named(&self, name: &str, fits: impl Fn(Role) -> bool, wanted: &str) -> Result<usize, Unresolved> {
        let Some((index, found)) = self.plugins.iter().enumerate().find(|(_, plugin)| plugin.name == name) else {
            return Err(self.unknown(name, fits));
        };
        if !fits(found.role) {
            let help = match found.role {
                Role::Identity => "name it under `authentication`",
                Role::Control | Role::Sink => "name it in `run(..)`",
                Role::Other => "it has an effect of its own",
            };
            return Err(self.refuse(index, format!("`{name}` is not {wanted}"), help.to_owned()));
        }
        if found.disabled {
            let help = "remove it here, or give it a mode in which it runs".to_owned();
            return Err(self.refuse(index, format!("plugin `{name}` is disabled"), help));
        }
        Ok(index)
    }

    fn unknown(&self, name: &str, fits: impl Fn(Role) -> bool) -> Unresolved {
        let message = format!("no plugin is named `{name}`");
        let candidates = self.plugins.iter().filter(|plugin| fits(plugin.role)).map(|plugin| plugin.name.as_str());
        let near = nearest(name, candidates);
        match near.and_then(|near| self.plugins.iter().position(|plugin| plugin.name == near)) {
            Some(index) => self.refuse(index, message, format!("did you mean `{}`?", near.unwrap_or_default())),
            None => Unresolved { message, help: Some("declare it under `plugins`".to_owned()) },
        }
    }

    fn refuse(&self, meant: usize, message: String, help: String) -> Unresolved {
        self.meant.borrow_mut().insert(meant);
        Unresolved { message, help: Some(help) }
    }
}

impl apl_core::compile::Declared for Declarations {
    fn plugin(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| matches!(role, Role::Control | Role::Sink), "a plugin that `run` can invoke")
    }

    fn hash_key(&self) -> DeclaredKey {
        self.hash_key.clone()
    }
}
