//! Runs cases: each under a manager of its own, with a clock that stands still and stores that are empty.

use cpex::Explanation;
use cpex::apl::diagnostic::{Diagnostic, nearest};
use cpex::document::{Document, LoadError};
use serde_json::Value as Json;

use super::cast::{Declared, declared};
use super::codes;
use super::compare::differences;
use super::coverage::Coverage;
use super::error::RunError;
use super::expect::Expect;
use super::file::{Case, Policy, Request, TestFile};
use super::part::{Part, is_of_host};
use super::seen::Seen;
use super::stage::{Performed, Stage};
use super::stub::{Script, Stub};

/// How one case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEnd {
    /// Its name.
    pub name: String,
    /// What was expected and not seen; empty for a case that passed.
    pub diff: Vec<String>,
    /// The audit records that its calls left; under a policy without a sink, what is known of them all the same.
    pub records: Vec<Json>,
}

/// What came of one request.
pub(crate) struct Explained {
    pub(crate) seen: Seen,
    pub(crate) explanation: Explanation,
    /// Why the request could not be performed as it is stated.
    pub(crate) faults: Vec<String>,
}

impl CaseEnd {
    /// Whether everything expected was seen.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.diff.is_empty()
    }
}

impl TestFile {
    /// Runs the cases whose name contains `filter`.
    ///
    /// # Errors
    /// That the policy does not load, or that a stub does not fit it. Differences are no errors.
    pub fn run(&self, filter: Option<&str>) -> Result<Vec<CaseEnd>, RunError> {
        self.run_watched(filter, &mut None)
    }

    /// The same, with what the cases made the policy do. Without a case nothing is known of the policy.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn run_covered(&self, filter: Option<&str>) -> Result<(Vec<CaseEnd>, Coverage), RunError> {
        let mut coverage = Some(Coverage::new(self.policy.name()));
        let ends = self.run_watched(filter, &mut coverage)?;
        Ok((ends, coverage.unwrap_or_default()))
    }

    fn run_watched(&self, filter: Option<&str>, coverage: &mut Option<Coverage>) -> Result<Vec<CaseEnd>, RunError> {
        let policy = self.policy.open()?;
        let plugins = declared(policy.root());
        let own = self.cases.iter().flat_map(|case| &case.stubs);
        check_stubs(&self.document, &plugins, self.stubs.iter().chain(own))?;
        let chosen = self.cases.iter().filter(|case| filter.is_none_or(|filter| case.name.contains(filter)));
        let run = |case: &Case| runtime()?.block_on(run_case(self, &policy, case, coverage));
        chosen.map(run).collect()
    }
}

impl Request {
    /// Decides the request once under a policy.
    ///
    /// # Errors
    /// That the policy does not load, that a stub does not fit it or is not reached, or that nothing in the policy could
    /// identify the caller as the request states it.
    pub(crate) fn decide(&self, policy: &Document) -> Result<Explained, RunError> {
        check_stubs(&self.document, &declared(policy.root()), self.stubs.iter())?;
        runtime()?.block_on(async {
            let steps = std::slice::from_ref(&self.step);
            let mut stage = Stage::set(policy, self.now_ms, self.stubs.iter().cloned(), steps).await?;
            let (Performed { seen, mut faults }, explanation) = stage.explain(&self.step).await;
            faults.extend(stage.unreached(&self.stubs));
            stage.end().await;
            Ok(Explained { seen, explanation, faults })
        })
    }
}

impl Policy {
    /// How it is called in places.
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Text { name, .. } => name.clone(),
        }
    }

    pub(super) fn open(&self) -> Result<Document, LoadError> {
        match self {
            Self::File(path) => Document::read_file(path),
            Self::Text { name, text, directory } => Ok(Document::parse(name.as_str(), text)?.in_directory(directory)),
        }
    }
}

/// What is expected of a stub by the document: that it names a plugin which can be scripted so.
fn check_stubs<'s>(
    file: &Document,
    plugins: &[Declared],
    stubs: impl Iterator<Item = &'s Stub>,
) -> Result<(), LoadError> {
    let fault = |stub: &Stub| {
        let Some(plugin) = plugins.iter().find(|plugin| plugin.is_named(&stub.plugin)) else {
            let message = format!("the policy declares no plugin `{}`", stub.plugin);
            let near = nearest(&stub.plugin, plugins.iter().map(|plugin| plugin.name.as_str()));
            let fault = Diagnostic::new(codes::UNKNOWN_NAME, stub.span, message);
            return Some(match near {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault,
            });
        };
        let (what, help) = misfit(plugin, &stub.script)?;
        let message = format!("`{}` is {what}", stub.plugin);
        Some(Diagnostic::new(codes::WRONG_VALUE, stub.span, message).help(help))
    };
    let faults: Vec<Diagnostic> = stubs.filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(file.refuse(faults)) }
}

/// Why a collaborator cannot be scripted so: what it is, and what may be written.
fn misfit(plugin: &Declared, script: &Script) -> Option<(&'static str, &'static str)> {
    let fits = match (plugin.role, script) {
        (Part::Identity, _) => false,
        (_, Script::Panic | Script::Timeout) => true,
        (Part::Sink, script) => matches!(script, Script::Allow),
        (Part::Engine, script) => matches!(script, Script::Allow | Script::Refuse | Script::Fail(_)),
        (Part::Delegator, script) => matches!(script, Script::Grant(_) | Script::Fail(_)),
        (Part::Approver, script) => matches!(script, Script::Reply(_) | Script::Fail(_)),
        // Of a kind that only a host knows, the stub says what it is.
        (Part::Control, script) if is_of_host(&plugin.kind) => !matches!(script, Script::Refuse),
        (Part::Control, script) => matches!(script, Script::Allow | Script::Deny(_) | Script::Modify { .. }),
    };
    (!fits).then_some(match plugin.role {
        Part::Identity => ("an identity plugin", "say who calls by `caller`"),
        Part::Sink => ("a sink, which neither denies nor modifies", "stub it by allow, panic or timeout"),
        Part::Engine => ("a decision engine", "stub it by allow, deny, error, panic or timeout"),
        Part::Delegator => ("a delegator", "stub it by {grant: [..]}, {error: text}, panic or timeout"),
        Part::Approver => {
            ("a channel to people", "stub it by pending, approved, denied, expired, forged, error, panic or timeout")
        }
        Part::Control => ("a plugin", "stub it by allow, {deny: code}, {modify: ..}, panic or timeout"),
    })
}

/// A runtime on which time passes only when nothing else can happen, so that a timeout costs none.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, RunError> {
    let built = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    built.map_err(RunError::Runtime)
}

async fn run_case(
    file: &TestFile,
    policy: &Document,
    case: &Case,
    coverage: &mut Option<Coverage>,
) -> Result<CaseEnd, RunError> {
    let stubs = file.stubs.iter().chain(&case.stubs).cloned();
    let mut stage = Stage::set(policy, file.now_ms, stubs, &case.steps).await?;
    if let Some(coverage) = coverage {
        coverage.list(&stage.outline());
    }
    let (mut diff, mut records) = (Vec::new(), Vec::new());
    for (index, step) in case.steps.iter().enumerate() {
        let traced = coverage.is_some() || step.expect.as_ref().is_some_and(Expect::asks_for_trace);
        let Performed { seen, faults } = if traced { stage.explain(step).await.0 } else { stage.perform(step).await };
        if let Some((coverage, trace)) = coverage.as_mut().zip(seen.trace.as_ref()) {
            coverage.note(trace);
        }
        let differences = step.expect.iter().flat_map(|expect| differences(expect, &seen));
        let place = if case.steps.len() > 1 { format!("step {} ({}): ", index + 1, step.label) } else { String::new() };
        diff.extend(faults.into_iter().chain(differences).map(|line| format!("{place}{line}")));
        records.extend(seen.records);
    }
    diff.extend(stage.unreached(&case.stubs));
    stage.end().await;
    Ok(CaseEnd { name: case.name.clone(), diff, records })
}
