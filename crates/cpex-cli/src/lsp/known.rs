//! What a document declares: plugins and groups, as the last text said that has a tree.

use cpex::apl::node::{Entry as Pair, Node};
use cpex::apl::span::Span;
use cpex::document::kinds::{self, Role};
use cpex::document::{Document, PluginNode};
use cpex::sdk::config::Key;

use super::cursor::Step;
use super::entry::{Entry, Sort};

/// What a document declares.
#[derive(Debug, Default)]
pub(super) struct Known<'d> {
    plugins: Vec<PluginNode<'d>>,
    /// The declarations as they stand, readable or not.
    declared: &'d [Node],
    groups: &'d [Pair],
}

impl<'d> Known<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let groups = document.root().get("groups").map(Node::entries).unwrap_or_default();
        let declared = document.root().get("plugins").map(Node::one_or_many).unwrap_or_default();
        Self { plugins: document.plugins(&mut Vec::new()), declared, groups }
    }

    /// The plugins that what has that usual name takes: an effect, a verb, or none for any plugin.
    pub(super) fn plugins(&self, taker: Option<&str>) -> impl Iterator<Item = Entry> {
        let fits = move |plugin: &&PluginNode<'_>| {
            let role = kinds::find(&plugin.config.kind).map(|kind| kind.role);
            taker.is_none_or(|taker| role.is_none_or(|role| takes(taker, role)))
        };
        self.plugins.iter().filter(fits).map(plugin)
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = Entry> {
        self.groups.iter().map(|group| {
            let described = group.value.get("description").and_then(Node::text).map(|text| text.value.as_str());
            Entry::new(Sort::Group, group.key.value.as_str(), "group", described.unwrap_or_default())
        })
    }

    /// Where the plugin of that name is declared.
    pub(super) fn plugin_span(&self, name: &str) -> Option<Span> {
        self.plugins.iter().find(|plugin| plugin.config.name == name).map(|plugin| plugin.span)
    }

    /// Where the group of that name is declared.
    pub(super) fn group_span(&self, name: &str) -> Option<Span> {
        self.groups.iter().find(|group| group.key.value == name).map(|group| group.key.span)
    }

    /// The keys of the config of a plugin, which is told by its place or its name.
    pub(super) fn config(&self, plugin: &Step) -> Option<&'static [Key]> {
        let plugin = match plugin {
            Step::Index(index) => {
                let node = self.declared.get(*index)?;
                self.plugins.iter().find(|plugin| std::ptr::eq(plugin.node, node))
            }
            Step::Key(name) => self.plugins.iter().find(|plugin| plugin.config.name == *name),
        }?;
        let kind = plugin.config.kind.as_str();
        let factory = cpex::builtin_factory(kinds::find(kind).map_or(kind, |kind| kind.name))?;
        factory.keys(&plugin.config.name)
    }
}

/// The word that says what takes identity plugins.
pub(super) const AUTHENTICATION: &str = "authentication";

fn takes(taker: &str, role: Role) -> bool {
    match taker {
        AUTHENTICATION => role == Role::Identity,
        "run" => matches!(role, Role::Control | Role::Sink | Role::External),
        "delegate" => role == Role::Delegator,
        _ => role == Role::Approver,
    }
}

fn plugin(plugin: &PluginNode<'_>) -> Entry {
    let config = &plugin.config;
    let detail = format!("{}, {}", config.kind, config.mode.name());
    let kind = kinds::find(&config.kind).map(|kind| kind.doc);
    let docs = [config.description.as_deref(), kind];
    Entry::new(Sort::Plugin, &config.name, detail, docs.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
}
