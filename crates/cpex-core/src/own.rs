//! The hooks of the host's own that a manager knows.

use cpex_sdk::{HookDefinition, HookPoint, HttpAuthCheckPermission, HttpAuthResolveUser};

/// Hooks that stand at no operation: those every host may dispatch, and those the host registered.
#[derive(Clone, Debug)]
pub(crate) struct OwnHooks(Vec<HookDefinition>);

/// A hook could not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hook named `{hook}` is known already, or one of its other spellings is; give it a name of its own")]
pub struct HookTaken {
    /// The hook.
    pub hook: &'static str,
}

impl OwnHooks {
    /// The definition of a hook, by any of its spellings.
    pub(crate) fn find(&self, name: &str) -> Option<&HookDefinition> {
        self.0.iter().find(|definition| definition.point.is_named(name))
    }

    /// Whether a hook of that name is ever dispatched: one of operations, or one of these.
    pub(crate) fn dispatch(&self, name: &str) -> bool {
        HookPoint::find(name).is_some() || self.find(name).is_some()
    }

    /// Their declarations.
    pub(crate) fn points(&self) -> impl Iterator<Item = &'static HookPoint> {
        self.0.iter().map(|definition| definition.point)
    }

    /// The same with one more; none if one of its names is taken, by a hook of operations too.
    pub(crate) fn with(&self, definition: HookDefinition) -> Option<Self> {
        let HookPoint { name, aliases, .. } = definition.point;
        let taken = |name: &str| HookPoint::find(name).is_some() || self.find(name).is_some();
        if taken(name) || aliases.iter().any(|alias| taken(alias)) {
            return None;
        }
        Some(Self(self.0.iter().copied().chain([definition]).collect()))
    }
}

impl Default for OwnHooks {
    fn default() -> Self {
        Self(vec![HookDefinition::of::<HttpAuthResolveUser>(), HookDefinition::of::<HttpAuthCheckPermission>()])
    }
}
