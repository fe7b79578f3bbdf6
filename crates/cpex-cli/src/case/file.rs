//! Files of policy tests, and requests: from YAML to what is run.

use std::path::{Path, PathBuf};

use cpex::apl::node::{Node, Value};
use cpex::document::{Document, LoadError};
use cpex::sdk::testing::START_MS;

use super::caller::Subjects;
use super::codes;
use super::embedded::in_place;
use super::fields::{Fields, Keys};
use super::step::{self, Defaults, Step};
use super::stub::{self, Stubs};

const FILE: Keys =
    Keys { of: "a test file", known: &["policy", "policy_text", "now", "subjects", "stub", "cases"], unavailable: &[] };

const CASE: Keys = Keys {
    of: "a case",
    known: &[
        "name",
        "caller",
        "session",
        "call",
        "result",
        "result_parts",
        "is_error",
        "context",
        "steps",
        "stub",
        "expect",
    ],
    unavailable: &["resume"],
};

const STEP: Keys = Keys {
    of: "a step",
    known: &["caller", "session", "call", "result", "result_parts", "is_error", "context", "resume", "expect"],
    unavailable: &[],
};

const REQUEST: Keys = Keys {
    of: "a request",
    known: &["now", "subjects", "stub", "caller", "session", "call", "result", "result_parts", "is_error", "context"],
    unavailable: &[],
};

/// What of a case belongs to one step, and so excludes `steps`.
const OF_ONE_STEP: [&str; 5] = ["call", "result", "result_parts", "is_error", "expect"];

/// A file of policy tests, read and found well formed.
#[derive(Debug)]
pub struct TestFile {
    pub(crate) policy: Policy,
    pub(crate) now_ms: u64,
    /// The stubs of the file: what no case of it reaches is no mistake.
    pub(crate) stubs: Stubs,
    pub(crate) cases: Vec<Case>,
    pub(crate) document: Document,
}

/// One request to be decided once, in the form of a case.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) now_ms: u64,
    pub(crate) stubs: Stubs,
    pub(crate) step: Step,
    pub(crate) document: Document,
}

/// The policy that cases are run under.
#[derive(Clone, Debug)]
pub(crate) enum Policy {
    File(PathBuf),
    Text { name: String, text: String, directory: PathBuf },
}

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Its own stubs, each of which some step must reach.
    pub(crate) stubs: Stubs,
    pub(crate) steps: Vec<Step>,
}

impl TestFile {
    /// Reads a file.
    ///
    /// # Errors
    /// That it cannot be read, or everything that is wrong with it, each with its place.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let document = Document::read_alone(path)?;
        let mut fields = Fields { faults: document.notation_faults().to_vec() };
        let root = document.root();
        fields.section(root, "a test file", FILE);
        let policy = policy(&mut fields, &document, path);
        let subjects = fields.read(root, "subjects", |fields, node, _| Some(Subjects::read(fields, node)));
        let subjects = subjects.unwrap_or_default();
        let now_ms = fields.read(root, "now", instant).unwrap_or(START_MS);
        let stubs = fields.read(root, "stub", stub::read).unwrap_or_default();
        let cases = cases(&mut fields, root, &subjects);
        match policy {
            Some(policy) if fields.faults.is_empty() => Ok(Self { policy, now_ms, stubs, cases, document }),
            _ => Err(document.refuse(fields.faults)),
        }
    }

    /// The names of its cases, in written order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().map(|case| case.name.as_str())
    }
}

impl Request {
    /// Reads a request from the text of a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub(crate) fn read(document: Document) -> Result<Self, LoadError> {
        let mut fields = Fields { faults: document.notation_faults().to_vec() };
        let root = document.root();
        fields.section(root, "a request", REQUEST);
        let subjects = fields.read(root, "subjects", |fields, node, _| Some(Subjects::read(fields, node)));
        let now_ms = fields.read(root, "now", instant).unwrap_or(START_MS);
        let stubs = fields.read(root, "stub", stub::read).unwrap_or_default();
        let step = step::read(&mut fields, root, &subjects.unwrap_or_default(), &Defaults::default(), None);
        match step {
            Some(step) if fields.faults.is_empty() => Ok(Self { now_ms, stubs, step, document }),
            _ => Err(document.refuse(fields.faults)),
        }
    }
}

fn policy(fields: &mut Fields, document: &Document, path: &Path) -> Option<Policy> {
    let root = document.root();
    let directory = path.parent().unwrap_or(Path::new("")).to_owned();
    match (root.entry("policy"), root.entry("policy_text")) {
        (Some(entry), None) => fields.text(&entry.value, "policy").map(|written| Policy::File(directory.join(written))),
        (None, Some(entry)) => {
            let text = fields.text(&entry.value, "policy_text")?;
            let file = path.display().to_string();
            let (name, text) = match in_place(entry, document.sources()) {
                Some(placed) => (file, placed),
                None => (format!("{file}#policy_text"), text),
            };
            Some(Policy::Text { name, text, directory })
        }
        (Some(_), Some(entry)) => {
            fields.fault(codes::CONFLICT, entry.key.span, "`policy` and `policy_text` exclude one another");
            None
        }
        (None, None) => {
            let help = "add `policy: <path of a policy>` or `policy_text: |`";
            fields.fault_with_help(codes::MISSING_KEY, root.span, "the file names no policy", help);
            None
        }
    }
}

/// Reads a date and time (RFC 3339), in milliseconds since the Unix epoch.
fn instant(fields: &mut Fields, node: &Node, field: &str) -> Option<u64> {
    let text = fields.text(node, field)?;
    let milliseconds = text.parse::<jiff::Timestamp>().ok().and_then(|at| u64::try_from(at.as_millisecond()).ok());
    if milliseconds.is_none() {
        let message = format!("`{field}` is no date and time: `{text}`");
        fields.fault_with_help(codes::WRONG_VALUE, node.span, message, "write it as 2026-01-01T00:00:00Z");
    }
    milliseconds
}

fn cases(fields: &mut Fields, root: &Node, subjects: &Subjects) -> Vec<Case> {
    let nodes = fields.read(root, "cases", |fields, node, field| Some(fields.list(node, field)?.to_vec()));
    let nodes = nodes.unwrap_or_default();
    if nodes.is_empty() {
        fields.fault(codes::MISSING_KEY, root.span, "the file has no cases");
    }
    nodes.iter().filter_map(|node| case(fields, node, subjects)).collect()
}

fn case(fields: &mut Fields, node: &Node, subjects: &Subjects) -> Option<Case> {
    let section = fields.section(node, "a case", CASE)?;
    if section.get("name").is_none() {
        fields.fault(codes::MISSING_KEY, section.span, "a case needs a `name`");
    }
    let name = fields.read(section, "name", Fields::text);
    let stubs = fields.read(section, "stub", stub::read).unwrap_or_default();
    let steps = match section.get("steps") {
        Some(steps) => several(fields, section, steps, subjects),
        None => one(fields, section, subjects),
    };
    Some(Case { name: name?, stubs, steps })
}

fn one(fields: &mut Fields, section: &Node, subjects: &Subjects) -> Vec<Step> {
    if section.get("expect").is_none() {
        let help = "add `expect: {decision: allow}` or `expect: {decision: deny}`";
        fields.fault_with_help(codes::MISSING_KEY, section.span, "the case expects nothing", help);
    }
    step::read(fields, section, subjects, &Defaults::default(), None).into_iter().collect()
}

fn several(fields: &mut Fields, section: &Node, steps: &Node, subjects: &Subjects) -> Vec<Step> {
    for entry in section.entries().iter().filter(|entry| OF_ONE_STEP.contains(&entry.key.value.as_str())) {
        let message = format!("`{}` belongs on a step where a case has `steps`", entry.key.value);
        fields.fault(codes::CONFLICT, entry.key.span, message);
    }
    let defaults = step::defaults(fields, section, subjects);
    let nodes = fields.list(steps, "steps").unwrap_or_default();
    if nodes.is_empty() && matches!(steps.value, Value::List(_)) {
        fields.fault(codes::MISSING_KEY, steps.span, "the case has no steps");
    }
    let expects = nodes.iter().any(|node| node.get("expect").is_some());
    if !nodes.is_empty() && !expects {
        fields.fault(codes::MISSING_KEY, steps.span, "no step of the case expects anything");
    }
    if let Some(entry) = nodes.first().and_then(|first| first.entry("resume")) {
        fields.fault(codes::CONFLICT, entry.key.span, "the first step of a case has nothing to resume");
    }
    let mut before = None;
    let mut steps = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(section) = fields.section(node, "a step", STEP) else { continue };
        steps.extend(step::read(fields, section, subjects, &defaults, before));
        before = Some(section).filter(|section| section.get("call").is_some()).or(before);
    }
    steps
}
