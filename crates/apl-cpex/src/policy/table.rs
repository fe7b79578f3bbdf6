//! From the name of an entity to its route.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use apl_cmf::{Entity, EntityKind};
use apl_core::diagnostic::Diagnostic;
use apl_core::span::Sources;

use super::selector::Selector;
use crate::code;
use crate::pattern::foremost;

/// The selectors of all routes: exact names by hash, patterns in a list.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// One map for each kind, in the order of [`EntityKind::ALL`].
    exact: [HashMap<Box<str>, Vec<Selector>>; EntityKind::ALL.len()],
    patterns: Vec<Selector>,
}

impl Table {
    pub(super) fn new(selectors: Vec<Selector>, sources: &Sources, faults: &mut Vec<Diagnostic>) -> Self {
        let mut table = Self::default();
        for selector in selectors {
            match selector.pattern.exact() {
                Some(name) => table.add_exact(name.into(), selector, sources, faults),
                None => table.add_pattern(selector, sources, faults),
            }
        }
        table
    }

    pub(super) fn find(&self, entity: Entity<'_>, server: Option<&str>, method: Option<&str>) -> Option<usize> {
        let admits = |selector: &&Selector| {
            let at_server = selector.server.is_none() || selector.server.as_deref() == server;
            let by_method = || method.is_some_and(|method| selector.methods.iter().any(|own| own == method));
            at_server && (selector.methods.is_empty() || by_method())
        };
        let named = self.exact.get(entity.kind as usize).and_then(|names| names.get(entity.name));
        let exact = named.into_iter().flatten().filter(admits).max_by(constrained);
        let selected = exact.or_else(|| {
            let matching = |selector: &&Selector| selector.kind == entity.kind && selector.pattern.matches(entity.name);
            foremost(self.patterns.iter().filter(admits).filter(matching), |selector| &selector.pattern, constrained)
        });
        selected.map(|selector| selector.route)
    }

    fn add_exact(&mut self, name: Box<str>, selector: Selector, sources: &Sources, faults: &mut Vec<Diagnostic>) {
        let Some(names) = self.exact.get_mut(selector.kind as usize) else { return };
        // Most names are of one route.
        let named = names.entry(name).or_insert_with(|| Vec::with_capacity(1));
        refuse_tie(&selector, named, sources, faults);
        named.push(selector);
    }

    fn add_pattern(&mut self, selector: Selector, sources: &Sources, faults: &mut Vec<Diagnostic>) {
        refuse_tie(&selector, &self.patterns, sources, faults);
        self.patterns.push(selector);
    }
}

/// Which of two selectors of equal patterns is in force: the more constrained, by server, then to fewer methods.
fn constrained(left: &&Selector, right: &&Selector) -> Ordering {
    let methods = |selector: &Selector| match selector.methods.len() {
        0 => Reverse(usize::MAX),
        some => Reverse(some),
    };
    let by_server = left.server.is_some().cmp(&right.server.is_some());
    by_server.then_with(|| methods(left).cmp(&methods(right)))
}

/// Whether some request could be by a method of both.
fn share_method(left: &Selector, right: &Selector) -> bool {
    let every = left.methods.is_empty() || right.methods.is_empty();
    every || left.methods.iter().any(|method| right.methods.contains(method))
}

fn refuse_tie(selector: &Selector, others: &[Selector], sources: &Sources, faults: &mut Vec<Diagnostic>) {
    let ties = |other: &&Selector| {
        other.route != selector.route
            && other.kind == selector.kind
            && other.server == selector.server
            && constrained(other, &selector) == Ordering::Equal
            && share_method(other, selector)
            && other.pattern.precedence(&selector.pattern) == Ordering::Equal
            && other.pattern.intersects(&selector.pattern)
    };
    if let Some(other) = others.iter().find(ties) {
        let message = format!(
            "`{}` could match what the route at {} matches, and neither is more specific",
            selector.pattern,
            sources.place(other.span),
        );
        let help = match selector.kind {
            EntityKind::Http => "merge the two routes, or narrow one by a longer path, by `server` or by `method`",
            _ => "merge the two routes, or narrow one by a longer name or by `server`",
        };
        faults.push(Diagnostic::new(code::TIE, selector.span, message).help(help));
    }
}
