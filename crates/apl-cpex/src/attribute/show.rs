//! Attributes shown as the language writes them.

use std::fmt;

use super::{Attribute, Key};

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.write_str(field.path()),
            Self::Held(holding, name) => {
                f.write_str(holding.path())?;
                member(name, f)
            }
            Self::Tree(tree, keys) => {
                f.write_str(tree.path())?;
                keys.iter().try_for_each(|key| match key {
                    Key::Name(name) => member(name, f),
                    Key::Index(index) => write!(f, "[{index}]"),
                    Key::Lookup(attribute) => write!(f, "[{attribute}]"),
                })
            }
        }
    }
}

fn member(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_bare = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) {
        return write!(f, ".{name}");
    }
    write!(f, "['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}
