//! `--coverage`: what of each policy no case made happen.

use std::fmt;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::case::{Coverage, Place};

/// The coverage of every policy that a case ran under, each once.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// In the order of their first test file.
    policies: Vec<Coverage>,
}

/// How much of what there is to see was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Share {
    seen: usize,
    of: usize,
}

impl Report {
    /// Adds what the cases of one file made a policy do. A policy that several files test is one.
    pub(super) fn add(&mut self, mut coverage: Coverage) {
        coverage.policy = shown(&coverage.policy);
        match self.policies.iter_mut().find(|known| known.policy == coverage.policy) {
            Some(known) => known.merge(&coverage),
            None => self.policies.push(coverage),
        }
    }

    /// Why the policies are not covered by at least so many percent each.
    pub(super) fn shortfalls(&self, least: u8) -> Vec<String> {
        if self.policies.is_empty() {
            return vec!["no case ran, so that nothing is covered".to_owned()];
        }
        let short =
            self.policies.iter().map(|policy| (policy, Share::of(policy))).filter(|(_, share)| share.is_below(least));
        short
            .map(|(policy, share)| format!("{} is covered by {share}, less than the {least}% asked for", policy.policy))
            .collect()
    }

    /// The report as a member of the object of `--format json`.
    pub(super) fn to_json(&self) -> Json {
        let policies: Vec<Json> = self.policies.iter().map(policy_json).collect();
        let share = self.share();
        // Of nothing there is no share.
        let percent = (!self.policies.is_empty()).then(|| share.percent());
        json!({ "percent": percent, "seen": share.seen, "of": share.of, "policies": policies })
    }

    fn share(&self) -> Share {
        let shares = self.policies.iter().map(Share::of);
        shares.fold(Share { seen: 0, of: 0 }, |sum, one| Share { seen: sum.seen + one.seen, of: sum.of + one.of })
    }
}

/// What is missing, a line for each place, under the share of its policy.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, policy) in self.policies.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}coverage of {}: {}", policy.policy, Share::of(policy))?;
            for (at, place) in in_order(policy) {
                if place.sights.iter().any(|sight| !sight.seen) {
                    write!(f, "\n  {at} {} {}: {}", place.rule, one_line(&place.text), missing(place))?;
                }
            }
        }
        match self.policies.len() {
            0 => write!(f, "coverage: no case ran"),
            1 => Ok(()),
            _ => write!(f, "\ncoverage of all: {}", self.share()),
        }
    }
}

impl Share {
    fn of(policy: &Coverage) -> Self {
        let (seen, of) = policy.count();
        Self { seen, of }
    }

    fn is_below(self, least: u8) -> bool {
        self.seen * 100 < self.of * usize::from(least)
    }

    /// Rounded down, so that only what is whole is 100.
    fn percent(self) -> usize {
        (self.seen * 100).checked_div(self.of).unwrap_or(100)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}% ({} of {})", self.percent(), self.seen, self.of)
    }
}

/// What was seen of a place, and what never was.
fn missing(place: &Place) -> String {
    let of = |seen: bool| place.sights.iter().filter(move |sight| sight.seen == seen);
    let seen = of(true).map(|sight| sight.word.to_owned());
    seen.chain(of(false).map(|sight| format!("never {}", sight.word))).collect::<Vec<_>>().join(", ")
}

fn policy_json(policy: &Coverage) -> Json {
    let share = Share::of(policy);
    let places: Vec<Json> = in_order(policy).iter().map(|(at, place)| place_json(at, place)).collect();
    json!({
        "policy": policy.policy,
        "percent": share.percent(),
        "seen": share.seen,
        "of": share.of,
        "places": places,
    })
}

fn place_json(at: &str, place: &Place) -> Json {
    let seen: Map<String, Json> = place.sights.iter().map(|sight| (sight.word.to_owned(), sight.seen.into())).collect();
    json!({ "at": at, "rule": place.rule, "text": place.text, "seen": seen })
}

/// The places of a policy in the order of the document, each with where it is.
fn in_order(policy: &Coverage) -> Vec<(String, &Place)> {
    let mut places: Vec<_> = policy.places.iter().map(|place| (Spot::of(&place.at), place)).collect();
    places.sort_by(|(one, _), (other, _)| one.cmp(other));
    places.into_iter().map(|(spot, place)| (spot.to_string(), place)).collect()
}

/// `file:line:column`, taken apart.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    file: String,
    line: usize,
    column: usize,
}

impl Spot {
    fn of(at: &str) -> Self {
        let mut parts = at.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
        let (column, line) = (number(), number());
        Self { file: shown(parts.next().unwrap_or_default()), line, column }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A path as it is written from here, or else from the root: one file is called one thing, whichever way leads to it.
fn shown(path: &str) -> String {
    let Ok(whole) = fs::canonicalize(path) else { return path.to_owned() };
    let here = fs::canonicalize(Path::new(".")).unwrap_or_default();
    whole.strip_prefix(here).unwrap_or(&whole).display().to_string()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
