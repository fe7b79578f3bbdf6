//! `run(name)` as a stage: hands the values a path leads to to a plugin, all of one treatment at once.

use std::sync::Arc;
use std::vec::IntoIter;

use serde_json::Value as Json;

use super::pipeline::Side;
use crate::field::{Edit, Field, RewriteFault, Visit, walk};
use crate::splice::{self, Spliced};

/// A plugin in a field pipeline. It gets the values as the stages before it left them.
#[derive(Debug)]
pub struct RunField {
    /// Whether the field is of the arguments or of the result.
    pub side: Side,
    /// The field path as written.
    pub field: Arc<str>,
    /// The plugin's name in the document.
    pub plugin: Arc<str>,
    /// Its index among the declared plugins.
    pub index: usize,
    /// Whether its mode lets it change the values, so that a payload that cannot be read must be withheld.
    pub may_modify: bool,
    pub(super) path: Arc<Field>,
}

/// One treatment of a payload: first its values are gathered, then others may take their places.
#[derive(Debug)]
pub struct Treatment<'p> {
    run: &'p RunField,
    max_depth: usize,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Gather(Vec<Json>),
    Replace(IntoIter<Json>),
}

impl RunField {
    /// Begins to gather the values of a payload whose maps and lists nest at most so deeply.
    #[must_use]
    pub const fn gather(&self, max_depth: usize) -> Treatment<'_> {
        Treatment { run: self, max_depth, work: Work::Gather(Vec::new()) }
    }

    /// Begins to put these values in the places of those that were gathered from the same payload.
    #[must_use]
    pub fn replace(&self, max_depth: usize, values: Vec<Json>) -> Treatment<'_> {
        Treatment { run: self, max_depth, work: Work::Replace(values.into_iter()) }
    }
}

impl Treatment<'_> {
    /// The values that were gathered, in the order they stand.
    #[must_use]
    pub fn into_values(self) -> Vec<Json> {
        match self.work {
            Work::Gather(values) => values,
            Work::Replace(_) => Vec::new(),
        }
    }

    /// Treats a structured value and says whether it changed.
    ///
    /// # Errors
    /// [`RewriteFault::Unreadable`] where the path meets a value of another shape than it needs and the plugin may modify.
    pub fn apply(&mut self, value: &mut Json) -> Result<bool, RewriteFault> {
        let (path, depth) = (&self.run.path, self.max_depth);
        match &mut self.work {
            Work::Gather(values) => {
                let mut gather = Gather { values, may_modify: self.run.may_modify };
                walk::walk(path, value, depth, &mut gather)
            }
            Work::Replace(values) => walk::walk(path, value, depth, &mut Replace { values }),
        }
    }

    /// Treats a text that holds a JSON object or array and gives the text to put in its place, if it changed.
    ///
    /// # Errors
    /// As [`Treatment::apply`], and where the text holds no JSON object or array.
    pub fn apply_text(&mut self, text: &str) -> Result<Option<String>, RewriteFault> {
        let (path, depth) = (&self.run.path, self.max_depth);
        let spliced = match &mut self.work {
            Work::Gather(values) => {
                let before = values.len();
                let mut gather = Gather { values, may_modify: self.run.may_modify };
                let spliced = splice::splice(path, text, depth, &mut gather)?;
                if spliced == Spliced::Unread {
                    // What was met on the way were no values.
                    values.truncate(before);
                }
                spliced
            }
            Work::Replace(values) if splice::is_document(text, depth) => {
                splice::splice(path, text, depth, &mut Replace { values })?
            }
            Work::Replace(_) => Spliced::Unread,
        };
        match (spliced, &self.work) {
            (Spliced::Unread, _) if self.run.may_modify => Err(RewriteFault::Unreadable),
            (Spliced::Changed(text), Work::Replace(_)) => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    /// Whether a payload that cannot be read must be withheld.
    #[must_use]
    pub const fn could_transform(&self) -> bool {
        self.run.may_modify
    }
}

/// Gathers values. What is inside one that was gathered is not gathered again.
struct Gather<'v> {
    values: &'v mut Vec<Json>,
    may_modify: bool,
}

impl Visit for Gather<'_> {
    fn visit(&mut self, value: &Json) -> Result<Edit, RewriteFault> {
        if value.is_null() {
            return Ok(Edit::Keep);
        }
        self.values.push(value.clone());
        Ok(Edit::Leave)
    }

    fn repeats(&mut self) -> Result<(), RewriteFault> {
        // What the plugin would not see could not be refused by it either.
        Err(RewriteFault::Unreadable)
    }

    fn missing(&mut self) -> Result<(), RewriteFault> {
        Ok(())
    }

    fn mismatch(&mut self) -> Result<(), RewriteFault> {
        if self.may_modify { Err(RewriteFault::Unreadable) } else { Ok(()) }
    }
}

/// Puts values in the places they were gathered from.
struct Replace<'v> {
    values: &'v mut IntoIter<Json>,
}

impl Visit for Replace<'_> {
    fn visit(&mut self, value: &Json) -> Result<Edit, RewriteFault> {
        if value.is_null() {
            return Ok(Edit::Keep);
        }
        // As many values were taken as were gathered: whoever replaces counts them before.
        let next = self.values.next().ok_or(RewriteFault::Unreadable)?;
        Ok(if next == *value { Edit::Leave } else { Edit::Replace(next) })
    }

    fn missing(&mut self) -> Result<(), RewriteFault> {
        Ok(())
    }

    fn mismatch(&mut self) -> Result<(), RewriteFault> {
        Ok(())
    }
}
