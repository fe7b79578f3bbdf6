//! `cpex check`: every mistake of a policy, with its place.

mod checked;
mod json;
mod sarif;
mod text;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use cpex::PluginManager;
use cpex::apl::diagnostic::{Diagnostic, Severity};
use cpex::apl::span::Sources;
use cpex::document::{Document, LoadError};

use crate::paths;
use crate::streams::Streams;
use checked::Checked;

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Place, kind and message; the line underlined; advice.
    Text,
    /// One object for all files.
    Json,
    /// SARIF 2.1.0, as code hosts read it.
    Sarif,
}

/// The code of a file that cannot be read at all.
const UNREADABLE: &str = "document.unreadable";

/// Checks the policies that paths lead to.
pub(crate) fn run(paths: &[PathBuf], format: Format, deny_warnings: bool, streams: &mut Streams<'_>) -> u8 {
    let files = match paths::collect(paths, is_policy) {
        Ok(files) => files,
        Err(lost) => {
            streams.complain(lost);
            return 2;
        }
    };
    if files.is_empty() {
        streams.complain("there is no *.yaml to check");
        return 2;
    }
    let mut checked: Vec<Checked> = files.into_iter().map(check).collect();
    // A file that another names is no policy: what is wrong with it is said where it is read.
    let named: HashSet<PathBuf> = checked.iter().flat_map(Checked::named).filter_map(|file| resolved(&file)).collect();
    checked.retain(|checked| resolved(&checked.file).is_none_or(|file| !named.contains(&file)));
    match format {
        Format::Text => text::print(&checked, streams),
        Format::Json => streams.say(json::report(&checked)),
        Format::Sarif => streams.say(sarif::report(&checked)),
    }
    let all = || checked.iter().flat_map(|checked| &checked.findings);
    if all().any(|finding| finding.code.name == UNREADABLE) {
        return 2;
    }
    u8::from(all().any(|finding| deny_warnings || finding.code.severity == Severity::Error))
}

fn resolved(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok()
}

/// Tests are no policies, though they are YAML.
fn is_policy(name: &str) -> bool {
    (name.ends_with(".yaml") || name.ends_with(".yml")) && !name.ends_with(".test.yaml")
}

fn check(file: PathBuf) -> Checked {
    let (sources, findings) = match load(&file) {
        Ok((sources, warnings)) => (sources, warnings),
        Err(refused) => (refused.sources().clone(), refused.diagnostics().to_vec()),
    };
    Checked { file, sources, findings }
}

fn load(file: &Path) -> Result<(Sources, Vec<Diagnostic>), LoadError> {
    let document = Document::read_file(file)?;
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    let warnings = manager.check(&document)?;
    Ok((warnings.sources().clone(), warnings.diagnostics().to_vec()))
}
