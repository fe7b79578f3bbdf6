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
    /// The cargo feature of the `cpex` crate that compiles it in.
    pub feature: &'static str,
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

    /// Whether it is declared under `plugins`.
    #[must_use]
    pub const fn is_plugin(self) -> bool {
        !matches!(self, Self::Engine | Self::SessionStore)
    }
}

/// The documented kind of a name or an alias.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name || kind.aliases.contains(&name))
}

macro_rules! kinds {
    ($($name:literal $aliases:tt $role:ident $feature:literal $doc:literal;)+) => {
        /// Every documented kind, in the order of the documentation.
        pub const ALL: &[Kind] = &[
            $(Kind { name: $name, aliases: &$aliases, role: Role::$role, feature: $feature, doc: $doc }),+
        ];
    };
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
    "valkey" [] SessionStore "valkey" "Keeps session labels in Valkey.";
    "external" [] External "external" "Runs a plugin in another process.";
}

/// What policy may name a plugin of that kind for. Of a kind that only a host knows, that is `run(..)`.
pub(crate) fn role(kind: &str) -> apl_cpex::Role {
    match find(kind).map(|kind| kind.role) {
        Some(Role::Identity) => apl_cpex::Role::Identity,
        Some(Role::Sink) => apl_cpex::Role::Sink,
        Some(Role::Control | Role::External) | None => apl_cpex::Role::Control,
        Some(Role::Delegator | Role::Approver | Role::Engine | Role::SessionStore) => apl_cpex::Role::Other,
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

    /// What makes that kind; none for a kind that is taken on trust.
    ///
    /// # Errors
    /// Why nothing does.
    pub(super) fn resolve(&self, kind: &Text) -> Result<Option<&'f dyn Factory>, Diagnostic> {
        let name = kind.value.as_str();
        let row = find(name);
        if let Some(row) = row.filter(|row| !row.role.is_plugin()) {
            let message = format!("`{name}` is {}, not a plugin", row.role.name());
            return Err(Diagnostic::new(codes::MISPLACED_KIND, kind.span, message).help("remove it from `plugins`"));
        }
        let same = |known: &str| row.is_some() && find(known) == row;
        let exact = self.factories.iter().find(|(known, _)| *known == name);
        if let Some((_, factory)) = exact.or_else(|| self.factories.iter().find(|(known, _)| same(known))) {
            return Ok(Some(*factory));
        }
        if let Some(row) = row {
            let message = format!("the kind `{name}` is not compiled in");
            let help = format!("build with the feature `{}` of `cpex`", row.feature);
            return Err(Diagnostic::new(codes::ABSENT_KIND, kind.span, message).help(help));
        }
        if name.contains('.') {
            return self.of_host(kind);
        }
        let documented = ALL.iter().filter(|kind| kind.role.is_plugin()).map(|kind| kind.name);
        let known = self.factories.iter().map(|(known, _)| *known).chain(documented);
        let fault = Diagnostic::new(codes::UNKNOWN_KIND, kind.span, format!("unknown kind `{name}`"));
        Err(match nearest(name, known) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("register a factory of this kind before the document is loaded"),
        })
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
