#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::HashMap;
use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, Key, PluginConfig, Shape};
use cpex_sdk::{Factory, Host, Instance};

use crate::document::Document;
use crate::document::keys::TABLES;

/// `line:column code: message; help` of every finding.
fn findings(text: &str) -> Vec<String> {
    let document = Document::parse("d", text).unwrap();
    let error = document.refuse(document.check(&factories()));
    let shown = |fault: &apl_core::diagnostic::Diagnostic| {
        let place = document.sources().position(fault.span);
        let help = fault.help.iter().map(|help| format!("; {help}")).collect::<String>();
        let code = fault.code.name.trim_start_matches("document.");
        format!("{}:{} {code}: {}{help}", place.line, place.column, fault.message)
    };
    error.diagnostics().iter().map(shown).collect()
}

/// One kind `checked`, whose config has a table, and one `unread`, whose config has none.
fn factories() -> HashMap<String, Arc<dyn Factory>> {
    let made = |keys: Option<&'static [Key]>| Arc::new(Scripted(keys)) as Arc<dyn Factory>;
    [("checked".to_owned(), made(Some(CONFIG))), ("unread".to_owned(), made(None))].into()
}

const CONFIG: &[Key] = &[
    Key::required("issuer", Shape::Text, "The issuer."),
    Key::optional("leeway", Shape::Duration, "The leeway."),
    Key::optional("count", Shape::Integer, "A count."),
    Key::optional("role", Shape::Word(&["user", "client"]), "A role."),
    Key::optional("keys", Shape::Map(&Shape::Section(NESTED)), "Keys."),
];

const NESTED: &[Key] = &[Key::optional("algorithms", Shape::OneOrMany(&Shape::Text), "Algorithms.")];

struct Scripted(Option<&'static [Key]>);

impl Factory for Scripted {
    fn keys(&self, _: &str) -> Option<&'static [Key]> {
        self.0
    }

    fn build(&self, _: &PluginConfig, _: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Err(Vec::new())
    }
}

#[test]
fn a_document_of_known_keys_has_no_findings() {
    let text = "
x-anchors: { anything: [1, {at: all}] }
plugin_settings:
  plugin_timeout: 1m
  unmatched: deny
  limits: { max_steps: 100, max_depth: 8, max_document_bytes: 10000 }
  sessions: [agent_session]
  routing_enabled: true
  short_circuit_on_deny: true
  cost_tiers: [bronze, silver, gold]
global:
  session_store: { kind: memory, max_sessions: 10, ttl_seconds: 60 }
plugins:
  - { name: a, kind: checked, config: { issuer: i, leeway: 5, keys: { any: { algorithms: RS256 } } } }
  - { name: b, kind: unread, config: { whatever: { it: is } }, mode: permissive }
routes:
  - tool: [a, 'b*']
    server: s
    description: d
    authentication: [a, { name: host, optional: true }]
    args: { x: 'required | str' }
    policy: [ 'require(role.hr)', { when: role.a, do: deny } ]
    result: { y: redact }
    post_policy: []
    response: { status: 403, body: no, headers: { X-A: b } }
  - tool: c
    authentication: { use: a, replace_inherited: true }
    authorization: { pre_invocation: [allow], post_invocation: [] }
";
    assert_eq!(findings(text), Vec::<String>::new());
}

#[test]
fn an_unknown_key_offers_the_nearest_of_its_place() {
    assert_eq!(
        findings("routs: []\nroutes: [{tool: a, polcy: [], foo: 1}]\nplugin_settings: {limits: {max_step: 1}}\n"),
        [
            "1:1 unknown_key: unknown key `routs` at the top level; did you mean `routes`?",
            "2:20 unknown_key: unknown key `polcy` in `routes[]`; did you mean `policy`?",
            "2:31 unknown_key: unknown key `foo` in `routes[]`",
            "3:28 unknown_key: unknown key `max_step` in `plugin_settings.limits`; did you mean `max_steps`?",
        ]
    );
}

#[test]
fn a_key_of_another_place_says_where_it_belongs() {
    assert_eq!(
        findings("tool: a\nroutes: [{tool: a, status: 403, kind: x}]\nplugin_settings: {max_steps: 1}\n"),
        [
            "1:1 misplaced_key: `tool` is not read at the top level; it belongs in `routes[]`",
            "2:20 misplaced_key: `status` is not read in `routes[]`; it belongs in `response`",
            "2:33 misplaced_key: `kind` is not read in `routes[]`; it belongs in `plugins[]`",
            "3:19 misplaced_key: `max_steps` is not read in `plugin_settings`; it belongs in `plugin_settings.limits`",
        ]
    );
}

#[test]
fn what_this_version_does_not_serve_is_said_so() {
    for table in TABLES {
        for (name, _) in table.unsupported {
            assert!(table.keys.iter().all(|key| key.name != *name), "`{name}` is served {}", table.place);
        }
    }
    let found = findings("plugins: [{name: a, kind: b, grpc: c}]\n");
    assert_eq!(
        found,
        [
            "1:27 unknown_kind: unknown kind `b`; register a factory of this kind before the document is loaded",
            "1:30 unsupported: `grpc` is not supported by this version; register a factory of a kind of your own, and run the plugin in this process",
        ]
    );
}

#[test]
fn a_session_source_is_one_of_those_there_are() {
    let found = findings(
        "plugin_settings: {sessions: [workload, {claim: a.b}, client_and_subject, agent_session, agent, {claim: a..b}, {claims: sid}]}\n",
    );
    let found: Vec<&str> = found.iter().filter_map(|finding| finding.split(';').next()).collect();
    assert_eq!(
        found,
        [
            "1:89 wrong_value: expected one of `agent_session`, `client_and_subject`, `workload`, found `agent`",
            "1:104 wrong_value: `a..b` is not the path of a claim",
            "1:112 unknown_key: unknown key `claims` in this config",
        ]
    );
}

#[test]
fn keys_of_earlier_versions_are_answered_with_their_replacement() {
    assert_eq!(
        findings(
            "identity: [a]\n\
             plugin_settings: {fail_on_plugin_error: true, routing_enabled: false}\n\
             global: {identity: [a]}\n\
             groups: {g: {identity: [a]}}\n\
             routes: [{tool: t, identity: [a]}]\n"
        ),
        [
            "1:1 renamed: `identity` is not read any more; name the identity plugins under `authentication` of `global` or of each route",
            "2:19 renamed: `fail_on_plugin_error` is not read any more; give each plugin its own `on_error`",
            "2:64 wrong_value: `routing_enabled` cannot be turned off; remove it",
            "3:10 renamed: `identity` is not read any more; name the identity plugins under `authentication`",
            "4:14 renamed: `identity` is not read any more; name the identity plugins under `authentication`",
            "5:20 renamed: `identity` is not read any more; name the identity plugins under `authentication`",
        ]
    );
}

#[test]
fn every_key_of_an_earlier_version_is_known_by_its_place() {
    for table in TABLES {
        for (name, instead) in table.renamed {
            assert!(table.keys.iter().all(|key| key.name != *name), "`{name}` is read {}", table.place);
            assert!(!instead.is_empty(), "{name}");
        }
    }
    let document = "plugin_settings: {route_cache_max_entries: 1}\n\
                    global: {policies: {all: {}}}\n\
                    groups: {g: {metadata: {a: b}}}\n\
                    routes: [{tool: t, when: a, meta: {scope: s}}]\n";
    let found = findings(document);
    let found: Vec<&str> = found.iter().filter_map(|finding| finding.split(" is not").next()).collect();
    let expected = [
        "1:19 renamed: `route_cache_max_entries`",
        "2:10 renamed: `policies`",
        "3:14 renamed: `metadata`",
        "4:20 renamed: `when`",
        "4:36 renamed: `scope`",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_value_of_another_shape_is_refused() {
    assert_eq!(
        findings("plugins: {a: b}\nroutes:\n  - tool: 5\n    policy: deny\n    args: [x]\n    authentication: true\n"),
        [
            "1:10 wrong_shape: expected a list, found a map",
            "3:11 wrong_shape: expected text or a list, found a number; put it in quotes if it is meant as text",
            "4:13 wrong_shape: expected a list, found text",
            "5:11 wrong_shape: expected a map, found a list",
            "6:21 wrong_shape: expected a map, text or a list, found a boolean",
        ]
    );
    assert_eq!(
        findings("- a\n"),
        ["1:1 wrong_shape: a document is a map of `plugins`, `routes` and alike, found a list"]
    );
}

#[test]
fn a_key_without_a_value_is_refused_at_the_key() {
    assert_eq!(
        findings("plugins:\nroutes:\n  - tool: a\n    policy:\n    args: ~\n"),
        [
            "1:1 wrong_shape: expected a list, found nothing; give it a value, or remove the key",
            "4:5 wrong_shape: expected a list, found nothing; give it a value, or remove the key",
            "5:11 wrong_shape: expected a map, found nothing; give it a value, or remove the key",
        ]
    );
}

#[test]
fn values_a_key_does_not_take_are_refused() {
    assert_eq!(
        findings("plugin_settings: {unmatched: allow, plugin_timeout: 5 minutes, limits: {max_steps: -1}}\n"),
        [
            "1:30 wrong_value: expected one of `deny`, `global`, found `allow`",
            "1:53 wrong_value: expected seconds, or a duration such as `30s`, `5m`, `24h` or `7d`",
            "1:84 wrong_value: expected a whole number that is not negative, found `-1`",
        ]
    );
    let found = findings("plugins: [{name: a, kind: unread, mode: sequental, on_error: retry}]\n");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found.iter().any(|finding| finding.ends_with("found `sequental`; did you mean `sequential`?")),
        "{found:#?}"
    );
}

#[test]
fn a_plugin_needs_a_name_and_a_kind() {
    assert_eq!(
        findings("plugins:\n  - priority: 5\n"),
        ["2:5 missing_key: `name` must be given here", "2:5 missing_key: `kind` must be given here"]
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_document_larger_than_its_own_limit_is_refused() {
    let found = findings("plugin_settings: {limits: {max_document_bytes: 10}}\n");
    assert_eq!(found, ["1:48 limit: the document has 52 bytes, more than its own limit of 10"]);
}

#[test]
fn the_config_of_a_plugin_is_walked_by_the_table_of_its_factory() {
    let text = "plugins:
  - name: a
    kind: checked
    config: { isuer: x, count: 1.5, role: admin, keys: { k: { algoritms: [a] } }, priority: 5 }
  - { name: b, kind: checked }
  - { name: c, kind: checked, config: [x] }
";
    assert_eq!(
        findings(text),
        [
            "4:15 unknown_key: unknown key `isuer` in this config; did you mean `issuer`?",
            "4:32 wrong_value: expected a whole number that is not negative, found `1.5`",
            "4:43 wrong_value: expected one of `user`, `client`, found `admin`",
            "4:63 unknown_key: unknown key `algoritms` in this config; did you mean `algorithms`?",
            "4:83 misplaced_key: `priority` is not read in this config; it belongs in `plugins[]`",
            "5:13 missing_key: `issuer` must be given here",
            "6:39 wrong_shape: expected a map, found a list",
        ]
    );
}

#[test]
fn every_key_is_explained_and_stands_once_in_its_table() {
    for table in TABLES {
        for (index, key) in table.keys.iter().enumerate() {
            assert!(key.doc.ends_with('.') && key.doc.len() > 5, "`{}` {}", key.name, table.place);
            let again = table.keys.iter().skip(index + 1).any(|other| other.name == key.name);
            assert!(!again, "`{}` stands twice {}", key.name, table.place);
        }
    }
}

#[test]
fn layers_stand_in_global_in_defaults_in_groups_and_in_routes() {
    let layer = "authentication: [a], args: { x: str }, policy: [], result: {}, post_policy: [], response: { status: 403 }, \
         plugins: { a: { config: {}, on_error: ignore, capabilities: [] }, b: {} }";
    let text = format!(
        "
global: {{ description: d, {layer}, defaults: {{ tool: {{ {layer} }}, prompt: {{ {layer} }}, resource: {{ {layer} }} }} }}
groups: {{ g: {{ description: d, {layer} }} }}
routes: [ {{ prompt: a, groups: [g], meta: {{ tags: g }}, {layer} }}, {{ resource: 'file:///*' }} ]
"
    );
    assert_eq!(findings(&text), Vec::<String>::new());
}

#[test]
fn a_key_of_another_layer_is_misplaced() {
    assert_eq!(
        findings(
            "global: {tool: a, description: d, polici: []}\n\
             groups: {g: {groups: [h], plugins: {p: {mode: audit, conf: {}}}}}\n\
             routes: [{tool: a, meta: {tag: x}, defaults: {}}]\n"
        ),
        [
            "1:10 misplaced_key: `tool` is not read in `global`; it belongs in `routes[]`",
            "1:35 unknown_key: unknown key `polici` in `global`; did you mean `policy`?",
            "2:14 misplaced_key: `groups` is not read in a group; it belongs at the top level",
            "2:41 misplaced_key: `mode` is not read in `plugins` of a layer; it belongs in `plugins[]`",
            "2:54 unknown_key: unknown key `conf` in `plugins` of a layer; did you mean `config`?",
            "3:27 unknown_key: unknown key `tag` in `meta`; did you mean `tags`?",
            "3:36 misplaced_key: `defaults` is not read in `routes[]`; it belongs in `global`",
        ]
    );
}

#[test]
fn trap_2_one_phase_in_two_spellings_of_one_section_is_refused_in_every_layer() {
    let twice = "policy: [], pre_invocation: []";
    let text = format!(
        "global: {{{twice}, defaults: {{tool: {{{twice}}}}}}}\ngroups: {{g: {{{twice}}}}}\nroutes: [{{tool: a, {twice}}}]\n"
    );
    let found = findings(&text);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|finding| finding.contains(" phase_twice: ")), "{found:#?}");
}

#[test]
fn trap_2_an_authorization_that_is_empty_is_refused_in_every_layer() {
    for empty in ["authorization: {}", "authorization: ~", "authorization: "] {
        let text = format!("global: {{ {empty} }}\ngroups: {{ g: {{ {empty} }} }}\nroutes: [{{ tool: a, {empty} }}]\n");
        let found = findings(&text);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found.iter().all(|finding| finding.contains(" empty_authorization: ")), "{found:#?}");
    }
}

#[test]
fn leaving_unmatched_operations_to_the_layers_above_routes_is_warned_about() {
    let setting = "plugin_settings: {unmatched: global}\n";
    let found = findings(&format!("{setting}routes: [{{tool: a}}]\n"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("1:30 unmatched: operations that no route matches"), "{found:#?}");
    assert_eq!(findings(&format!("{setting}global: {{policy: []}}\n")), Vec::<String>::new());
}
