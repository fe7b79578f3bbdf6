//! The kinds of plugins, engines and stores: every one that is documented, whether it is compiled in or not.

use std::collections::HashMap;
use std::sync::Arc;

use apl_core::diagnostic::{Diagnostic, nearest};
use apl_core::node::Text;
use cpex_sdk::Factory;

use super::codes;

/// One documented kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it is in a document.
    pub role: Role,
    /// The cargo feature of the `cpex` crate that compiles it in; none where it is always there.
    pub feature: Option<&'static str>,
    /// What it does, in a sentence.
    pub doc: &'static str,
}

/// What a kind is in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Verifies who calls.
    Identity,
    /// Mints downstream credentials.
    Delegator,
    /// Asks people.
    Approver,
    /// Runs on hooks or where policy places it.
    Control,
    /// Receives the record of every operation.
    Sink,
    /// Decides what a policy asks it.
    Engine,
    /// Keeps session labels.
    SessionStore,
    /// Stands for a plugin in another process, whatever that is.
    External,
}

impl Role {
    /// What a person calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "an identity plugin",
            Self::Delegator => "a delegator",
            Self::Approver => "an approver",
            Self::Control => "a plugin",
            Self::Sink => "an audit sink",
            Self::Engine => "a decision engine",
            Self::SessionStore => "a session store",
            Self::External => "a plugin in another process",
        }
    }

    /// Where it is declared.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Engine => Place::Engines,
            Self::SessionStore => Place::SessionStore,
            Self::Identity | Self::Delegator | Self::Approver | Self::Control | Self::Sink | Self::External => {
                Place::Plugins
            }
        }
    }
}

/// Where in a document kinds are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `plugins`.
    Plugins,
    /// `global.pdp`.
    Engines,
    /// `global.session_store`.
    SessionStore,
}

impl Place {
    /// The key of documents.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Plugins => "plugins",
            Self::Engines => "global.pdp",
            Self::SessionStore => "global.session_store",
        }
    }

    /// What a person calls what is declared there.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plugins => "a plugin",
            Self::Engines => "a decision engine",
            Self::SessionStore => "a session store",
        }
    }
}

/// The documented kind of a name or an alias.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name || kind.aliases.contains(&name))
}

macro_rules! kinds {
    ($($name:literal $aliases:tt $role:ident $feature:tt $doc:literal;)+) => {
        /// Every documented kind, in the order of the documentation.
        pub const ALL: &[Kind] = &[
            $(Kind { name: $name, aliases: &$aliases, role: Role::$role, feature: kinds!(@$feature), doc: $doc }),+
        ];
    };
    (@always) => { None };
    (@$feature:literal) => { Some($feature) };
}

kinds! {
    "identity/jwt" [] Identity "jwt" "Verifies JSON Web Tokens of trusted issuers.";
    "identity/api-key" [] Identity "api-key" "Recognises callers by keys of which only hashes are kept.";
    "delegator/oauth" [] Delegator "oauth" "Mints downstream tokens by OAuth 2.0 token exchange.";
    "delegator/biscuit" [] Delegator "biscuit" "Attenuates the inbound Biscuit for a backend.";
    "elicitation/ciba" [] Approver "ciba" "Asks for approval over OpenID Connect CIBA.";
    "elicitation/inbox" [] Approver "inbox" "Lists pending approvals for an authenticated approver to answer.";
    "validator/pii-scan" [] Control "pii" "Finds personal data and denies, redacts or reports it.";
    "validator/injection-scan" [] Control "injection" "Finds text that tries to instruct the model.";
    "audit/logger" [] Sink "audit" "Writes the record of every operation.";
    "cedar-direct" ["cedar"] Engine "cedar" "Decides by Cedar policies.";
    "cel" [] Engine "cel" "Decides by CEL expressions.";
    "opa" [] Engine "opa" "Decides by Rego policies, embedded.";
    "authzen" [] Engine "authzen" "Asks a decision point that speaks AuthZEN 1.0.";
    "memory" [] SessionStore always "Keeps session labels in this process.";
    "valkey" [] SessionStore "valkey" "Keeps session labels in Valkey.";
    "external" [] External "external" "Runs a plugin in another process.";
}

/// What policy may name a plugin of that kind for. A kind that only a host knows is whatever
/// policy takes it for.
pub(crate) fn role(kind: &str) -> apl_cpex::Role {
    match find(kind).map(|kind| kind.role) {
        Some(Role::Identity) => apl_cpex::Role::Identity,
        Some(Role::Sink) => apl_cpex::Role::Sink,
        Some(Role::Control | Role::External) => apl_cpex::Role::Control,
        None => apl_cpex::Role::Host,
        Some(Role::Delegator) => apl_cpex::Role::Delegator,
        Some(Role::Approver) => apl_cpex::Role::Approver,
        // A kind that is misplaced under `plugins` is refused there.
        Some(Role::Engine | Role::SessionStore) => apl_cpex::Role::Control,
    }
}

/// What the kinds of a document are looked up in: the registered factories, then the table.
pub struct Kinds<'f> {
    factories: Vec<(&'f str, &'f dyn Factory)>,
    host_kinds: HostKinds,
}

/// What becomes of a kind that has a dot and no factory, such as the path of a Python class: only a host knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostKinds {
    /// It is refused: a runtime that cannot make it cannot enforce it.
    #[default]
    Refuse,
    /// It is taken on trust and its config is not read: for checkers, which make nothing.
    Trust,
}

impl<'f> Kinds<'f> {
    /// The same, with kinds that only a host knows treated so.
    #[must_use]
    pub fn host_kinds(mut self, host_kinds: HostKinds) -> Self {
        self.host_kinds = host_kinds;
        self
    }

    /// What makes that kind, which is declared at that place; none for a kind that is taken on trust.
    ///
    /// # Errors
    /// Why nothing does.
    pub(super) fn resolve(&self, kind: &Text, place: Place) -> Result<Option<&'f dyn Factory>, Diagnostic> {
        let name = kind.value.as_str();
        let row = find(name);
        in_place(kind, row, place)?;
        let same = |known: &str| row.is_some() && find(known) == row;
        let exact = self.factories.iter().find(|(known, _)| *known == name);
        if let Some((_, factory)) = exact.or_else(|| self.factories.iter().find(|(known, _)| same(known))) {
            return Ok(Some(*factory));
        }
        if let Some(fault) = row.and_then(|row| not_compiled_in(kind, row)) {
            return Err(fault);
        }
        if name.contains('.') {
            return self.of_host(kind);
        }
        let registered = self.factories.iter().map(|(known, _)| *known);
        Err(unknown(
            kind,
            registered.chain(documented(place)),
            "register a factory of this kind before the document is loaded",
        ))
    }

    fn of_host(&self, kind: &Text) -> Result<Option<&'f dyn Factory>, Diagnostic> {
        match self.host_kinds {
            HostKinds::Trust => Ok(None),
            HostKinds::Refuse => {
                let message = format!("no factory makes the kind `{}`", kind.value);
                let help = "only a host knows this kind; register a factory of it before the document is loaded";
                Err(Diagnostic::new(codes::UNKNOWN_KIND, kind.span, message).help(help))
            }
        }
    }
}

/// Refuses a documented kind that is declared somewhere else.
fn in_place(kind: &Text, row: Option<&Kind>, place: Place) -> Result<(), Diagnostic> {
    let Some(row) = row.filter(|row| row.role.place() != place) else { return Ok(()) };
    let message = format!("`{}` is {}, not {}", kind.value, row.role.name(), place.name());
    let help = format!("declare it under `{}`", row.role.place().key());
    Err(Diagnostic::new(codes::MISPLACED_KIND, kind.span, message).help(help))
}

/// The refusal of a documented kind that nothing makes, if it takes a feature to have it.
fn not_compiled_in(kind: &Text, row: &Kind) -> Option<Diagnostic> {
    let message = format!("the kind `{}` is not compiled in", kind.value);
    let help = format!("build with the feature `{}` of `cpex`", row.feature?);
    Some(Diagnostic::new(codes::ABSENT_KIND, kind.span, message).help(help))
}

fn unknown<'k>(kind: &Text, known: impl Iterator<Item = &'k str>, otherwise: &str) -> Diagnostic {
    let fault = Diagnostic::new(codes::UNKNOWN_KIND, kind.span, format!("unknown kind `{}`", kind.value));
    match nearest(&kind.value, known) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(otherwise),
    }
}

fn documented<'k>(place: Place) -> impl Iterator<Item = &'k str> {
    ALL.iter().filter(move |kind| kind.role.place() == place).map(|kind| kind.name)
}

impl<'f> From<&'f HashMap<String, Arc<dyn Factory>>> for Kinds<'f> {
    fn from(factories: &'f HashMap<String, Arc<dyn Factory>>) -> Self {
        let mut factories: Vec<_> = factories.iter().map(|(kind, factory)| (kind.as_str(), &**factory)).collect();
        // An alias and its kind may both be registered; which one is asked must not depend on a hash.
        factories.sort_by_key(|(kind, _)| *kind);
        Self { factories, host_kinds: HostKinds::default() }
    }
}

impl std::fmt::Debug for Kinds<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.factories.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Kinds").field("factories", &names).field("host_kinds", &self.host_kinds).finish()
    }
}

#[cfg(test)]
mod tests;
