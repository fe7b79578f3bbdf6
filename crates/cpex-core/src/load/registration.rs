//! The declaration of a plugin that a host registers in code, checked as one that stands in a document is: by writing it
//! into one.

use std::sync::Arc;

use apl_core::diagnostic::{Diagnostic, Severity};
use cpex_sdk::config::{Condition, ConfigFault, Key, OnError, PluginConfig};
use cpex_sdk::{Factory, Host, Instance};
use serde_json::{Map, Value as Json, json};

use super::instances::Factories;
use super::reach;
use crate::document::kinds::Kinds;
use crate::document::{Document, LoadError, PluginNode, codes};
use crate::own::OwnHooks;
use crate::registry::Registration;

/// Every mistake in the declaration of a plugin, and those that `more` finds by its name.
pub(crate) fn check(config: &PluginConfig, own: &OwnHooks, taken: Option<Taken>) -> Result<(), LoadError> {
    let title = format!("<registration of {}>", config.name);
    let text = serde_json::to_string_pretty(&json!({ "plugins": [written(config)] })).unwrap_or_default();
    let document = Document::parse(title, &text)?;
    let factories = Factories::from([(config.kind.clone(), Arc::new(Made) as Arc<dyn Factory>)]);
    let mut faults = document.check(Kinds::from(&factories));
    for plugin in document.plugins(&mut faults) {
        reach::check_hooks(&plugin, own, &mut faults);
        if let Some(taken) = taken {
            faults.push(taken.at(&plugin.config.name, plugin.span));
        }
    }
    if faults.iter().any(|fault| fault.code.severity == Severity::Error) {
        return Err(document.refuse(faults));
    }
    Ok(())
}

/// A document declares no plugin of a name that one registered in code has.
pub(super) fn refuse_taken(
    plugins: &[PluginNode<'_>],
    registrations: &[Arc<Registration>],
    faults: &mut Vec<Diagnostic>,
) {
    let is_taken = |plugin: &&PluginNode<'_>| registrations.iter().any(|other| other.name() == plugin.config.name);
    faults.extend(plugins.iter().filter(is_taken).map(|plugin| Taken::ByPlugin.at(&plugin.config.name, plugin.span)));
}

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Taken {
    /// A plugin in force or registered has it.
    ByPlugin,
    /// Policy in force names one that was unregistered.
    ByPolicy,
}

impl Taken {
    fn at(self, name: &str, span: apl_core::span::Span) -> Diagnostic {
        let (message, help) = match self {
            Self::ByPlugin => (format!("a plugin named `{name}` is there already"), "give one of them another name"),
            Self::ByPolicy => (
                format!("policy in force names a plugin `{name}` that was unregistered"),
                "register it under another name, or load a document once it is registered no more",
            ),
        };
        Diagnostic::new(codes::DUPLICATE_PLUGIN, span, message).help(help)
    }
}

/// Stands for a plugin that was made already.
struct Made;

impl Factory for Made {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Err(vec![ConfigFault::at(Vec::new(), "it is made by the host")])
    }
}

/// A declaration as documents write it. What only its kind reads, its config, was read when the plugin was made.
fn written(config: &PluginConfig) -> Json {
    let PluginConfig {
        name,
        kind,
        version,
        description,
        author,
        tags,
        hooks,
        mode,
        on_error,
        priority,
        capabilities,
        conditions,
        blocking,
        max_content_size,
        timeout,
        on_demand,
        config: _,
    } = config;
    let on_error = match on_error {
        OnError::Fail => "fail",
        OnError::Ignore => "ignore",
        OnError::Disable => "disable",
    };
    let held = apl_cmf::Capability::ALL.iter().filter(|capability| capabilities.has(**capability));
    let mut members = Map::from_iter(
        [
            ("name", json!(name)),
            ("kind", json!(kind)),
            ("tags", json!(tags)),
            ("hooks", json!(hooks)),
            ("mode", json!(mode.name())),
            ("on_error", json!(on_error)),
            ("priority", json!(priority)),
            ("capabilities", held.map(|capability| capability.name()).collect()),
            ("conditions", conditions.iter().map(condition).collect()),
            ("blocking", json!(blocking)),
            ("on_demand", json!(on_demand)),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let optional = [
        ("version", version.as_ref().map(|text| json!(text))),
        ("description", description.as_ref().map(|text| json!(text))),
        ("author", author.as_ref().map(|text| json!(text))),
        ("max_content_size", max_content_size.map(|size| json!(size))),
        ("timeout", timeout.map(|limit| json!(limit.as_secs_f64()))),
    ];
    members.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    // A list of nothing says what its absence says.
    members.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    Json::Object(members)
}

fn condition(condition: &Condition) -> Json {
    let Condition { server_ids, tenant_ids, tools, prompts, resources, agents, user_patterns, content_types } =
        condition;
    let lists = [
        ("server_ids", server_ids),
        ("tenant_ids", tenant_ids),
        ("tools", tools),
        ("prompts", prompts),
        ("resources", resources),
        ("agents", agents),
        ("user_patterns", user_patterns),
        ("content_types", content_types),
    ];
    lists
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(key, words)| (key.to_owned(), json!(words)))
        .collect()
}
