//! Which attributes were read, for whoever decides an operation again and does not know them all.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::attribute::{Attribute, Key};

/// The attributes that were read of one operation, by their paths. Of a tree the path ends where an index or another
/// attribute says how it goes on.
#[derive(Debug, Default)]
pub struct Reads(Mutex<BTreeSet<String>>);

impl Reads {
    /// An attribute is read, and those it looks up.
    pub fn note(&self, attribute: &Attribute) {
        let path = match attribute {
            Attribute::Field(field) => field.path().to_owned(),
            Attribute::Held(holding, name) => format!("{}.{name}", holding.path()),
            Attribute::Tree(tree, keys) => {
                let names = keys.iter().map_while(|key| match key {
                    Key::Name(name) => Some(&**name),
                    Key::Index(_) | Key::Lookup(_) => None,
                });
                std::iter::once(tree.path()).chain(names).collect::<Vec<_>>().join(".")
            }
        };
        self.note_path(path);
        attribute.lookups().for_each(|attribute| self.note(attribute));
    }

    /// A pipeline treats a field of a namespace.
    pub fn note_field(&self, namespace: &str, field: &str) {
        let names = field.split('.').take_while(|name| !name.contains(['[', '*', '\'']));
        self.note_path(std::iter::once(namespace).chain(names).collect::<Vec<_>>().join("."));
    }

    /// What stands at a path is read.
    pub fn note_path(&self, path: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into());
    }

    /// The paths so far.
    #[must_use]
    pub fn paths(&self) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use crate::attribute::{Field, Tree};

    use super::*;

    #[test]
    fn a_path_ends_where_something_else_says_how_it_goes_on() {
        let reads = Reads::default();
        let kind = Attribute::Tree(Tree::Args, [Key::Name("kind".into())].into());
        let limit = [Key::Name("limits".into()), Key::Lookup(Box::new(kind)), Key::Name("max".into())];
        reads.note(&Attribute::Tree(Tree::Custom, limit.into()));
        reads.note(&Attribute::Field(Field::SubjectId));
        reads.note_field("result", "items[].ssn");
        reads.note_field("args", "a.b");
        let paths: Vec<String> = reads.paths().into_iter().collect();
        assert_eq!(paths, ["args.a.b", "args.kind", "custom.limits", "result", "subject.id"]);
    }
}
