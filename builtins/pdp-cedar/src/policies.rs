//! The policies of a config: parsed, named, checked against the schema, and told what they mention.

use std::collections::HashSet;

use cedar_policy::{Policy, PolicyId, PolicySet, ValidationMode, Validator};
use cpex_sdk::config::ConfigFault;

use crate::fault::Finding;
use crate::mentions::Mentions;
use crate::nesting::{self, MOST_LEVELS};
use crate::schema::CheckedSchema;
use crate::source::Source;
use crate::stack::{Deep, with_room_for};

/// The largest text of policies, in bytes.
const MOST_BYTES: usize = 8 << 20;

/// A policy under the name that records give it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) policy: Policy,
    pub(crate) mentions: Mentions,
}

/// Parses and checks the policies of several texts, in their order.
///
/// # Errors
/// Everything that is wrong with any of them.
pub(crate) fn read(
    sources: &[Source<'_>],
    schema: Option<&CheckedSchema>,
) -> Result<Deep<Vec<Rule>>, Vec<ConfigFault>> {
    let mut levels = 0;
    for source in sources {
        levels = levels.max(bounded(source).map_err(|finding| vec![source.fault(finding)])?);
    }
    let read = with_room_for(levels, || {
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for source in sources {
            match read_one(source, schema, &mut names) {
                Ok(read) => rules.extend(read),
                Err(found) => faults.extend(found.into_iter().map(|finding| source.fault(finding))),
            }
        }
        let deepest = rules.iter().map(|rule: &Rule| rule.mentions.levels).max().unwrap_or_default();
        let rules = Deep::new(rules, deepest);
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    });
    let no_room = |error| vec![ConfigFault::at(Vec::new(), format!("no memory to read the policies: {error}"))];
    read.map_err(no_room)?
}

/// How deep a text nests, if that and its size can be coped with.
fn bounded(source: &Source<'_>) -> Result<usize, Finding> {
    let levels = nesting::levels(&source.text);
    if source.text.len() > MOST_BYTES {
        return Err(Finding::new(None, format!("policies of more than {MOST_BYTES} bytes")));
    }
    if levels > MOST_LEVELS {
        let finding = Finding::new(None, format!("a policy may nest more than {MOST_LEVELS} levels"));
        return Err(finding.help("write several policies; brackets count, and operators in a row"));
    }
    Ok(levels)
}

fn read_one(
    source: &Source<'_>,
    schema: Option<&CheckedSchema>,
    names: &mut HashSet<String>,
) -> Result<Vec<Rule>, Vec<Finding>> {
    let parsed: PolicySet = source.text.parse().map_err(|errors: cedar_policy::ParseErrors| {
        errors.iter().map(|error| Finding::of(error)).collect::<Vec<_>>()
    })?;
    if parsed.num_of_templates() > 0 {
        let finding = Finding::new(nesting::first_slot(&source.text), "a template, which nothing links here");
        return Err(vec![finding.help("write a policy without `?principal` and `?resource`")]);
    }
    let mut findings = Vec::new();
    let mut set = PolicySet::new();
    let mut rules = Vec::new();
    for policy in parsed.policies() {
        let policy = named(policy, source.file);
        let name = policy.id().to_string();
        if !names.insert(name.clone()) {
            let at = source.text.rfind(&format!("@id(\"{name}\")"));
            findings.push(Finding::new(at, format!("two policies have the id `{name}`")));
            continue;
        }
        match Mentions::of(&policy) {
            Ok(mentions) => rules.push(Rule { policy: policy.clone(), mentions }),
            Err(error) => findings.push(Finding::new(None, format!("the policy `{name}` cannot be read: {error}"))),
        }
        if let Err(error) = set.add(policy) {
            findings.push(Finding::new(None, format!("the policy `{name}` cannot be kept: {error}")));
        }
    }
    findings.extend(schema.map(|schema| violations(&set, schema)).unwrap_or_default());
    if findings.is_empty() { Ok(rules) } else { Err(findings) }
}

/// The policy under its `@id`, or else the name Cedar gives it, told apart by its file.
fn named(policy: &Policy, file: Option<&str>) -> Policy {
    let written = policy.annotation("id").filter(|id| !id.is_empty());
    let name = match (written, file) {
        (Some(id), _) => id.to_owned(),
        (None, Some(file)) => format!("{file}:{}", policy.id()),
        (None, None) => return policy.clone(),
    };
    policy.new_id(PolicyId::new(name))
}

/// What in the policies goes against the schema.
fn violations(policies: &PolicySet, schema: &CheckedSchema) -> Vec<Finding> {
    let validator = Validator::new(schema.schema.clone());
    validator.validate(policies, ValidationMode::Strict).validation_errors().map(|error| Finding::of(error)).collect()
}
