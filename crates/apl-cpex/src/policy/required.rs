//! Permissions that a program requires of every caller.

use std::collections::BTreeSet;
use std::sync::Arc;

use apl_core::{Fact, Facts, Program, denies_certainly};

use crate::attribute::{Attribute, Holding};

/// The permissions without any one of which the program denies, whatever else holds. One that a caller may do without, if
/// only under some condition, is not among them.
pub(super) fn permissions(program: &Arc<Program<Attribute>>) -> BTreeSet<Arc<str>> {
    let mentioned: BTreeSet<&str> = program.attributes().filter_map(permission).collect();
    let is_required = |name: &&str| {
        let is_known = |attribute: &Attribute| permission(attribute) == Some(name);
        denies_certainly(std::slice::from_ref(program), &Nothing, &is_known)
    };
    mentioned.into_iter().filter(is_required).map(Arc::from).collect()
}

/// The caller who holds nothing.
struct Nothing;

impl Facts for Nothing {
    type Attribute = Attribute;

    fn read<'a>(&'a self, _attribute: &'a Attribute) -> Fact<'a> {
        Fact::Bool(false)
    }
}

fn permission(attribute: &Attribute) -> Option<&str> {
    match attribute {
        Attribute::Held(Holding::Perm, name) => Some(name),
        _ => None,
    }
}
