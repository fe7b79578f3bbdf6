//! A snapshot with one plugin more or less, made from the one before. All that is compiled is shared.

use std::sync::Arc;

use crate::lifecycle::InitializeError;
use crate::own::OwnHooks;
use crate::registry::Registration;
use crate::snapshot::{Control, Hooked, Snapshot};

impl Snapshot {
    /// The index of a plugin that is there.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.controls.iter().position(|control| &*control.name == name && !control.is_gone())
    }

    /// Whether policy names a plugin that was taken out, so that no other can stand where it stood.
    pub(crate) fn misses(&self, name: &str) -> bool {
        let placed = self.policy.reached();
        let gone = |(index, control): (usize, &Arc<Control>)| &*control.name == name && placed.contains(&index);
        self.position(name).is_none() && self.controls.iter().enumerate().any(gone)
    }

    /// The same with a plugin that was registered in code, after all others, and with those hooks of the host's own.
    pub(crate) fn with(&self, registration: &Registration, own_hooks: &Arc<OwnHooks>) -> Self {
        let control = Arc::new(registration.control(self.settings.plugin_timeout));
        let index = self.controls.len();
        let mut next = self.clone();
        next.own_hooks = Arc::clone(own_hooks);
        next.controls.push(control);
        let mut hooked = self.hooked_indexes();
        hooked.extend(registration.runs_by_hooks(own_hooks).then_some(index));
        next.hooked = Hooked::all(&hooked, &next.controls, &next.own_hooks);
        next
    }

    /// The same without a plugin: what is hooked is gone, and where policy names it, it denies.
    pub(crate) fn without(&self, index: usize) -> Self {
        let mut next = self.clone();
        if let Some(control) = next.controls.get_mut(index) {
            *control = Arc::new(control.gone());
        }
        for (changed, control) in self.policy.overrides().iter().zip(&mut next.overrides) {
            if changed.plugin == index {
                *control = Arc::new(control.gone());
            }
        }
        let mut hooked = self.hooked_indexes();
        hooked.retain(|kept| *kept != index);
        next.hooked = Hooked::all(&hooked, &next.controls, &next.own_hooks);
        next
    }

    /// The same with just those plugins registered in code that are registered now.
    pub(crate) fn reconciled(
        self,
        registered: &[Arc<Registration>],
        own_hooks: &Arc<OwnHooks>,
    ) -> Result<Self, InitializeError> {
        let mut next = self;
        let left = |control: &Control| {
            control.is_registered && !control.is_gone() && !registered.iter().any(|kept| kept.is_of(control))
        };
        while let Some(index) = next.controls.iter().position(|control| left(control)) {
            next = next.without(index);
        }
        for registration in registered {
            if next.controls.iter().any(|control| registration.is_of(control)) {
                continue;
            }
            if next.position(registration.name()).is_some() {
                return Err(InitializeError::NameTaken { plugin: registration.name().to_owned() });
            }
            next = next.with(registration, own_hooks);
        }
        Ok(next)
    }

    fn hooked_indexes(&self) -> Vec<usize> {
        let lists = |hooked: &Hooked| {
            [&hooked.shaping, &hooked.audit, &hooked.concurrent, &hooked.background].map(Clone::clone)
        };
        let mut indexes: Vec<usize> = self.hooked.iter().flat_map(lists).flatten().collect();
        indexes.sort_unstable();
        indexes.dedup();
        indexes
    }
}
