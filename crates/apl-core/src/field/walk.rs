//! Follows a field path through a structured value and edits what it leads to, in place.
//!
//! The cost follows the values the path touches: a part that is a name looks one member up, and only `[]` and `**` go
//! through what a value holds. A value is treated before what is inside it, so nothing inside a replaced value is treated.

use serde_json::{Map, Value as Json};

use super::{Edit, Field, Reached, RewriteFault, Visit};

/// Treats every value the path leads to and says whether any changed. A value in which the path goes deeper than
/// `max_depth` is refused.
///
/// # Errors
/// The first fault of the visitor; the value is then partly treated.
pub(crate) fn walk<V: Visit>(
    field: &Field,
    value: &mut Json,
    max_depth: usize,
    visitor: &mut V,
) -> Result<bool, RewriteFault> {
    let mut walk = Walk { field, visitor, changed: false };
    walk.inside(value, field.top(), max_depth)?;
    Ok(walk.changed)
}

struct Walk<'w, V> {
    field: &'w Field,
    visitor: &'w mut V,
    changed: bool,
}

impl<V: Visit> Walk<'_, V> {
    /// Treats a member or element; answers whether it stays.
    fn treat(&mut self, value: &mut Json, at: Reached, depth: usize) -> Result<bool, RewriteFault> {
        if self.field.ends(at) {
            match self.visitor.visit(value)? {
                Edit::Keep => {}
                Edit::Replace(replacement) => {
                    *value = replacement;
                    self.changed = true;
                    return Ok(true);
                }
                Edit::Leave => return Ok(true),
                Edit::Remove => {
                    self.changed = true;
                    return Ok(false);
                }
            }
        }
        if !self.field.is_over(at) {
            self.inside(value, at, depth)?;
        }
        Ok(true)
    }

    fn inside(&mut self, value: &mut Json, at: Reached, depth: usize) -> Result<(), RewriteFault> {
        let names = self.field.needs_names(at);
        let needs_list = self.field.needs_list(at);
        match value {
            Json::Null if names.is_empty() && !needs_list => Ok(()),
            Json::Null => self.visitor.missing(),
            Json::Object(map) => {
                if needs_list {
                    self.visitor.mismatch()?;
                }
                let depth = depth.checked_sub(1).ok_or(RewriteFault::Unreadable)?;
                if self.field.searches(at) { self.all_members(map, at, depth) } else { self.members(map, at, depth) }
            }
            Json::Array(elements) => {
                if !names.is_empty() {
                    self.visitor.mismatch()?;
                }
                let depth = depth.checked_sub(1).ok_or(RewriteFault::Unreadable)?;
                self.elements(elements, at, depth)
            }
            Json::Bool(_) | Json::Number(_) | Json::String(_) if names.is_empty() && !needs_list => Ok(()),
            Json::Bool(_) | Json::Number(_) | Json::String(_) => self.visitor.mismatch(),
        }
    }

    fn members(&mut self, map: &mut Map<String, Json>, at: Reached, depth: usize) -> Result<(), RewriteFault> {
        let field = self.field;
        for name in field.names(at) {
            match map.get_mut(name) {
                None => self.visitor.missing()?,
                Some(value) => {
                    if !self.treat(value, field.member(at, name), depth)? {
                        map.remove(name);
                    }
                }
            }
        }
        Ok(())
    }

    fn all_members(&mut self, map: &mut Map<String, Json>, at: Reached, depth: usize) -> Result<(), RewriteFault> {
        let field = self.field;
        for name in field.names(field.needs_names(at)) {
            if !map.contains_key(name) {
                self.visitor.missing()?;
            }
        }
        let mut outcome = Ok(());
        map.retain(|name, value| self.retains(value, field.member(at, name), depth, &mut outcome));
        outcome
    }

    fn elements(&mut self, elements: &mut Vec<Json>, at: Reached, depth: usize) -> Result<(), RewriteFault> {
        let at = self.field.element(at);
        if at.is_empty() {
            return Ok(());
        }
        let mut outcome = Ok(());
        elements.retain_mut(|value| self.retains(value, at, depth, &mut outcome));
        outcome
    }

    /// Treats one of many, unless one before it was refused.
    fn retains(&mut self, value: &mut Json, at: Reached, depth: usize, outcome: &mut Result<(), RewriteFault>) -> bool {
        if outcome.is_err() {
            return true;
        }
        self.treat(value, at, depth).unwrap_or_else(|fault| {
            *outcome = Err(fault);
            true
        })
    }
}

#[cfg(test)]
mod tests;
