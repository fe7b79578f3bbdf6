//! One pass of a pipeline over one form of a payload.

use serde_json::Value as Json;

use super::pipeline::ActiveRewrite;
use crate::field::{Edit, RewriteFault, Visit};
use crate::stage::{Invalid, Kind};

/// A pass, and whether it met a value.
pub(super) struct Pass<'r, 'p, A> {
    active: &'r ActiveRewrite<'p, A>,
    pub(super) has_met: bool,
}

const ABSENT: Invalid = Invalid::expected("present");

impl<'r, 'p, A> Pass<'r, 'p, A> {
    pub(super) fn new(active: &'r ActiveRewrite<'p, A>) -> Self {
        Self::resume(active, false)
    }

    /// A pass that goes on.
    pub(super) fn resume(active: &'r ActiveRewrite<'p, A>, has_met: bool) -> Self {
        Self { active, has_met }
    }

    /// What remains to be judged once everything was visited: what `**` searched for may be nowhere.
    pub(super) fn finish(self) -> Result<(), RewriteFault> {
        if self.has_met || !self.active.rewrite.path.has_search() { Ok(()) } else { self.absent() }
    }

    /// There is no value, which some stage may refuse.
    fn absent(&self) -> Result<(), RewriteFault> {
        let refused = Err(ABSENT);
        for (index, _) in self.active.numbered().filter(|(_, link)| link.kind == Kind::Presence) {
            self.active.watch.note(index, &refused);
        }
        if self.active.is_required() { Err(ABSENT.into()) } else { Ok(()) }
    }
}

impl<A> Visit for Pass<'_, '_, A> {
    fn visit(&mut self, value: &Json) -> Result<Edit, RewriteFault> {
        self.has_met = true;
        let mut edit = Edit::Keep;
        for (index, link) in self.active.numbered() {
            let current = match &edit {
                Edit::Keep | Edit::Leave => value,
                Edit::Replace(replacement) => replacement,
                Edit::Remove if link.kind == Kind::Presence => {
                    self.active.watch.note(index, &Err(ABSENT));
                    return Err(ABSENT.into());
                }
                Edit::Remove => continue,
            };
            if matches!(link.kind, Kind::Check | Kind::Note) && current.is_null() {
                continue;
            }
            if let Some(label) = link.label.as_ref().filter(|_| link.stage.finds(current)) {
                self.active.add_label(label);
                if link.denies {
                    self.active.watch.refused(index);
                    return Err(RewriteFault::Found { stage: link.written.to_string() });
                }
            }
            let outcome = link.stage.edit(current);
            self.active.watch.note(index, &outcome);
            match outcome? {
                Edit::Keep | Edit::Leave => {}
                changed => edit = changed,
            }
        }
        Ok(edit)
    }

    fn repeats(&mut self) -> Result<(), RewriteFault> {
        let is_seen = self.active.links().any(|link| link.stage.looks_inside());
        if is_seen { Err(RewriteFault::Unreadable) } else { Ok(()) }
    }

    fn missing(&mut self) -> Result<(), RewriteFault> {
        self.absent()
    }

    fn mismatch(&mut self) -> Result<(), RewriteFault> {
        if self.active.could_transform() { Err(RewriteFault::Unreadable) } else { self.missing() }
    }
}

impl From<Invalid> for RewriteFault {
    fn from(Invalid(expected): Invalid) -> Self {
        Self::Invalid { expected: expected.into_owned() }
    }
}
