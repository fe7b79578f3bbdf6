//! Reads claims: where they stand, and what shape they must have.
//!
//! A claim that is mapped and has another shape than it should is refused: leaving it out would be right for a policy that
//! asks for a role, and wrong for one that excludes it.

use apl_cmf::NameSet;
use serde_json::{Map, Value as Json};

use crate::refusal::Refusal;

pub(crate) type Claims = Map<String, Json>;

/// Where a set of names is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// The first claim that is there, even if it is empty.
    First(Vec<ClaimPath>),
    /// All of them together.
    All(Vec<ClaimPath>),
}

/// A claim, by what leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimPath {
    /// Its name, or the names of the objects it stands in and its own, joined by dots. A claim whose whole name is that text
    /// comes first, for names of claims may be URLs.
    Dotted(String),
    /// The names of the objects it stands in and its own, each of which may have dots.
    Steps(Vec<String>),
}

impl Names {
    /// The set, with a text that stands where a list could be taken apart by `split`.
    pub(super) fn read(&self, claims: &Claims, split: fn(&str) -> NameSet) -> Result<NameSet, Refusal> {
        match self {
            Self::First(paths) => first(claims, paths).map_or(Ok(NameSet::EMPTY), |claim| names(claim, split)),
            Self::All(paths) => {
                let claims = paths.iter().filter_map(|path| path.find(claims));
                claims.map(|claim| names(claim, split)).try_fold(NameSet::EMPTY, |all, more| Ok(all.union(&more?)))
            }
        }
    }

    /// Whether the claim of that name is one of those that are read.
    pub(super) fn reads(&self, name: &str) -> bool {
        let (Self::First(paths) | Self::All(paths)) = self;
        paths.iter().any(|path| *path == ClaimPath::Dotted(name.to_owned()))
    }
}

impl ClaimPath {
    /// The claim; one that is `null` is not there.
    pub(super) fn find<'c>(&self, claims: &'c Claims) -> Option<&'c Json> {
        let found = match self {
            Self::Dotted(path) => claims.get(path).or_else(|| nested(claims, path.split('.'))),
            Self::Steps(steps) => nested(claims, steps.iter().map(String::as_str)),
        };
        found.filter(|claim| !claim.is_null())
    }
}

fn nested<'c, 's>(claims: &'c Claims, mut steps: impl Iterator<Item = &'s str>) -> Option<&'c Json> {
    let outer = steps.next().and_then(|name| claims.get(name))?;
    steps.try_fold(outer, |object, name| object.get(name))
}

pub(super) fn paths(names: &[&str]) -> Vec<ClaimPath> {
    names.iter().map(|name| ClaimPath::Dotted((*name).to_owned())).collect()
}

pub(super) fn first<'c>(claims: &'c Claims, paths: &[ClaimPath]) -> Option<&'c Json> {
    paths.iter().find_map(|path| path.find(claims))
}

pub(super) fn text(claim: &Json) -> Result<&str, Refusal> {
    claim.as_str().ok_or(Refusal::malformed("a claim that is mapped to an identifier or a tenant is not text"))
}

fn names(claim: &Json, split: fn(&str) -> NameSet) -> Result<NameSet, Refusal> {
    let names = match claim {
        Json::String(text) => Some(split(text)),
        Json::Array(items) => items.iter().map(Json::as_str).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => None,
    };
    names.ok_or(Refusal::malformed("a claim that is mapped to names is neither text nor a list of texts"))
}

/// One name, which may contain spaces.
pub(super) fn whole(text: &str) -> NameSet {
    std::iter::once(text).collect()
}

/// Names that spaces part (RFC 6749, section 3.3).
pub(super) fn words(text: &str) -> NameSet {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}
