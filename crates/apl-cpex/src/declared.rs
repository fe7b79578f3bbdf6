//! What a document declares, as far as policy refers to it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use apl_core::compile::DeclaredKey;
use apl_core::diagnostic::nearest;
use apl_core::{Scan, Scanner, Unresolved};

/// What a declared plugin may be named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Under `authentication`.
    Identity,
    /// In `run(..)` and on hooks.
    Control,
    /// In `run(..)`, where it adds a mark to the record it receives anyway.
    Sink,
    /// In `delegate(..)`.
    Delegator,
    /// In the verbs that ask a person.
    Approver,
    /// Only a host knows: anywhere.
    Host,
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
    /// Whether its mode lets it modify the operation where a `run` names it.
    pub may_modify: bool,
}

/// The declared plugins of a document, by index, and its key of hashes.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    plugins: Vec<Declaration>,
    /// Those that policy names in a way that is refused: misspelt, disabled, or in the wrong place.
    meant: RefCell<HashSet<usize>>,
    hash_key: DeclaredKey,
    /// The dialects of the declared engines, by index.
    engines: Vec<String>,
    /// The names of the cost tiers, the lowest first.
    cost_tiers: Vec<String>,
    scanners: Scanners,
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

    /// The same with the dialects of the declared engines, by index.
    #[must_use]
    pub fn with_engines(self, engines: Vec<String>) -> Self {
        Self { engines, ..self }
    }

    /// The same with the scanners that stages may ask.
    #[must_use]
    pub fn with_scanners(self, scanners: Vec<(Scan, Arc<dyn Scanner>)>) -> Self {
        Self { scanners: Scanners(scanners), ..self }
    }

    /// The same with the names of the cost tiers, the lowest first.
    #[must_use]
    pub fn with_cost_tiers(self, cost_tiers: Vec<String>) -> Self {
        Self { cost_tiers, ..self }
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

    /// The index of a plugin that layers may change.
    ///
    /// # Errors
    /// Why there is none of that name.
    pub fn overridable(&self, name: &str) -> Result<usize, Unresolved> {
        let index = self.named(name, |_| true, "a plugin")?;
        if self.plugins.get(index).is_some_and(|plugin| plugin.role == Role::Sink) {
            let message = format!("`{name}` is a sink, which is given the record of every operation alike");
            return Err(self.refuse(index, message, "change its declaration".to_owned()));
        }
        Ok(index)
    }

    fn named(&self, name: &str, fits: impl Fn(Role) -> bool, wanted: &str) -> Result<usize, Unresolved> {
        let Some((index, found)) = self.plugins.iter().enumerate().find(|(_, plugin)| plugin.name == name) else {
            return Err(self.unknown(name, fits));
        };
        if found.role != Role::Host && !fits(found.role) {
            let help = match found.role {
                Role::Identity => "name it under `authentication`",
                Role::Control | Role::Sink | Role::Host => "name it in `run(..)`",
                Role::Delegator => "name it in `delegate(..)`",
                Role::Approver => "name it in a verb that asks a person, such as `require_approval(..)`",
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
        let candidates = self
            .plugins
            .iter()
            .filter(|plugin| plugin.role == Role::Host || fits(plugin.role))
            .map(|plugin| plugin.name.as_str());
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

/// Scanners by what they look for.
#[derive(Clone, Default)]
struct Scanners(Vec<(Scan, Arc<dyn Scanner>)>);

impl fmt::Debug for Scanners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(scan, _)| scan)).finish()
    }
}

impl apl_core::compile::Declared for Declarations {
    fn scanner(&self, scan: Scan) -> Result<Arc<dyn Scanner>, Unresolved> {
        let found = self.scanners.0.iter().find(|(known, _)| *known == scan);
        found.map(|(_, scanner)| Arc::clone(scanner)).ok_or_else(|| {
            let feature = match scan {
                Scan::Pii => "pii",
                Scan::Injection => "injection",
            };
            let help = format!("build with the feature `{feature}` of `cpex`");
            Unresolved { message: "its scanner is not compiled in".to_owned(), help: Some(help) }
        })
    }

    fn plugin(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| matches!(role, Role::Control | Role::Sink), "a plugin that `run` can invoke")
    }

    fn may_modify(&self, plugin: usize) -> bool {
        self.plugins
            .get(plugin)
            .is_none_or(|plugin| matches!(plugin.role, Role::Control | Role::Host) && plugin.may_modify)
    }

    fn delegator(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| role == Role::Delegator, "a delegator")
    }

    fn approver(&self, name: &str) -> Result<usize, Unresolved> {
        self.named(name, |role| role == Role::Approver, "a channel to people who may be asked")
    }

    fn engine(&self, dialect: &str) -> Result<usize, Unresolved> {
        self.engines.iter().position(|engine| engine == dialect).ok_or_else(|| {
            let message = format!("the document declares no decision engine `{dialect}`");
            let help = match nearest(dialect, self.engines.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it, as in `global: {{ pdp: [{{ kind: {dialect} }}] }}`"),
            };
            Unresolved { message, help: Some(help) }
        })
    }

    fn is_dialect(&self, word: &str) -> bool {
        self.engines.iter().any(|engine| engine == word)
    }

    fn cost_tier(&self, name: &str) -> Result<u64, Unresolved> {
        let rank = self.cost_tiers.iter().position(|tier| tier == name).and_then(|rank| u64::try_from(rank).ok());
        rank.ok_or_else(|| {
            let help = match nearest(name, self.cost_tiers.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "order the tiers by name in `plugin_settings.cost_tiers`, the lowest first".to_owned(),
            };
            Unresolved { help: Some(help), ..Unresolved::undeclared("cost tier", name) }
        })
    }

    fn cost_tiers_to(&self, rank: u64) -> Box<[Arc<str>]> {
        let count = usize::try_from(rank).unwrap_or(usize::MAX).saturating_add(1);
        self.cost_tiers.iter().take(count).map(|tier| tier.as_str().into()).collect()
    }

    fn hash_key(&self) -> DeclaredKey {
        self.hash_key.clone()
    }
}
