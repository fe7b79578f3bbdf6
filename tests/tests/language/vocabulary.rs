//! The words, values and attributes that generated policies and operations are made of: few, so that they meet.

use super::tree::{Bound, Pattern};

/// Names of members, and one that a path of the language writes in quotes only.
pub(super) const NAMES: [&str; 5] = ["a", "b", "c", "d-1", "é x"];

/// The names that stand after a dot in an attribute.
pub(super) const SEGMENTS: [&str; 5] = ["a", "b", "c", "d-1", "0"];

pub(super) const TEXTS: [&str; 20] = [
    "a",
    "1",
    "",
    "hr",
    "2.5",
    "b",
    "ab",
    "false",
    "it's",
    "a\"b\\c:d|e)",
    "é x",
    "l1",
    "9007199254740993",
    "1e3",
    " 1",
    "a@b.example",
    "https://a.example/x?y=1",
    "123e4567-e89b-42d3-a456-426614174000",
    "2024-02-29",
    "2023-02-29T10:00:00Z",
];

/// Numbers as both JSON and expressions write them.
pub(super) const NUMBERS: [&str; 12] = [
    "1",
    "1.0",
    "0",
    "2.5",
    "2",
    "-1",
    "-0.5",
    "1000",
    "9007199254740992",
    "9007199254740993",
    "18446744073709551615",
    "9007199254740992.0",
];

pub(super) const PATTERNS: [Pattern; 7] = [
    Pattern { regex: "a", is_found: |text| text.contains('a') },
    Pattern { regex: "^a", is_found: |text| text.starts_with('a') },
    Pattern { regex: "^$", is_found: str::is_empty },
    Pattern { regex: "[0-9]+$", is_found: |text| text.ends_with(|sign: char| sign.is_ascii_digit()) },
    Pattern { regex: "'", is_found: |text| text.contains('\'') },
    Pattern { regex: "\"b\\\\c", is_found: |text| text.contains("\"b\\c") },
    Pattern { regex: "^(hr|l1)$", is_found: |text| text == "hr" || text == "l1" },
];

/// Bounds of `a..b` in ascending order.
pub(super) const BOUNDS: [Bound; 8] = [
    ("-1", "-1"),
    ("0", "0"),
    ("0.5", "0.5"),
    ("1", "1"),
    ("2", "2"),
    ("2.5", "2.5"),
    ("1k", "1000"),
    ("1.5m", "1500000"),
];

pub(super) const FORMS: [&str; 10] = ["str", "int", "float", "bool", "list", "map", "email", "url", "uuid", "date"];

/// Attributes of one value that may be absent.
pub(super) const OPEN: [&str; 13] = [
    "subject.id",
    "subject.type",
    "subject.issuer",
    "subject.tenant",
    "client.id",
    "tool.name",
    "meta.entity_type",
    "agent.session_id",
    "request.hour",
    "request.weekday",
    "delegation.granted",
    "delegation.granted.audience",
    "delegation.granted.permissions",
];

/// Attributes that always have a value.
pub(super) const CLOSED: [&str; 10] = [
    "authenticated",
    "delegated",
    "delegation.depth",
    "subject.roles",
    "subject.permissions",
    "subject.teams",
    "client.scopes",
    "session.labels",
    "security.labels",
    "message.labels",
];

/// Sets of names, one of which follows.
pub(super) const HELD: [&str; 5] = ["role", "perm", "team", "client.role", "client.perm"];

pub(super) const HELD_NAMES: [&str; 3] = ["hr", "a", "x.y"];

pub(super) const LABELS: [&str; 3] = ["l1", "l2", "pii:x"];

/// Delegators by what they do: grant all that is asked for, only the first scope, or nothing.
pub(super) const DELEGATORS: [&str; 3] = ["grants", "narrows", "refuses"];

pub(super) const AUDIENCES: [&str; 2] = ["b", "hr"];

/// Patterns of models.
pub(super) const MODELS: [&str; 10] = ["a", "a*", "*", "*b", "ab", "a/b", "a/*", "**/b", "a**", "b"];

/// Names of regions and sites, in which a star is a sign like any other.
pub(super) const SITES: [&str; 4] = ["a", "b", "a*", "hr"];

/// Cost tiers, lowest first.
pub(super) const TIERS: [&str; 3] = ["low", "high", "extreme"];
