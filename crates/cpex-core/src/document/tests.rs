#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use apl_core::node::Node;
use cpex_sdk::Factory;

use super::{Document, Limits, LoadError, MemoryBounds};

/// Everything that is wrong with a document for which no factory is registered.
fn refusal(text: &str) -> LoadError {
    let document = match Document::parse("policy.yaml", text) {
        Ok(document) => document,
        Err(error) => return error,
    };
    let mut faults = document.check(&HashMap::<String, Arc<dyn Factory>>::new());
    let _ = document.plugins(&mut faults);
    document.refuse(faults)
}

fn codes(text: &str) -> Vec<&'static str> {
    refusal(text).diagnostics().iter().map(|finding| finding.code.name).collect()
}

#[test]
fn trap_1_every_unknown_misspelt_or_moved_key_is_found_at_once() {
    let text = "polices: []
plugin_settings:
  limit: {}
  limits: { max_depht: 5 }
plugins:
  - { name: a, kind: audit/logger, hook: x, retries: 3 }
routes:
  - tool: t
    require: role.hr
    response: { code: 403 }
    authentication: { uses: [a] }
    plugin_timeout: 5
";
    let shown = refusal(text).to_string();
    for expected in [
        "policy.yaml:1:1: error[document.unknown_key]: unknown key `polices` at the top level",
        "policy.yaml:3:3: error[document.unknown_key]: unknown key `limit` in `plugin_settings`",
        "policy.yaml:4:13: error[document.unknown_key]: unknown key `max_depht` in `plugin_settings.limits`",
        "policy.yaml:6:36: error[document.unknown_key]: unknown key `hook` in `plugins[]`",
        "policy.yaml:6:45: error[document.unknown_key]: unknown key `retries` in `plugins[]`",
        "policy.yaml:9:5: error[document.unknown_key]: unknown key `require` in `routes[]`",
        "policy.yaml:10:17: error[document.unknown_key]: unknown key `code` in `response`",
        "policy.yaml:11:23: error[document.unknown_key]: unknown key `uses` in `authentication`",
        "policy.yaml:12:5: error[document.misplaced_key]: `plugin_timeout` is not read in `routes[]`",
        "help: did you mean `max_depth`?",
        "help: did you mean `hooks`?",
        "help: it belongs in `plugin_settings`",
    ] {
        assert!(shown.contains(expected), "{expected}\n\n{shown}");
    }
}

#[test]
fn trap_2_one_phase_in_two_spellings_is_refused() {
    for (first, second) in [
        ("policy: [allow]", "pre_invocation: [deny]"),
        ("pre_invocation: []", "authorization: { pre_invocation: [deny] }"),
        ("authorization: { post_invocation: [deny] }", "post_policy: []"),
        ("post_policy: [allow]", "post_invocation: [allow]"),
    ] {
        let text = format!("routes:\n  - tool: t\n    {first}\n    {second}\n");
        assert_eq!(codes(&text), ["document.phase_twice"], "{text}");
    }
    let shown = refusal("routes:\n  - tool: t\n    policy: []\n    pre_invocation: []\n").to_string();
    let expected = "policy.yaml:4:5: error[document.phase_twice]: \
                    `pre_invocation` is the phase that `policy` at policy.yaml:3:5 is";
    assert!(shown.starts_with(expected), "{shown}");
    // The two sides of an operation are two phases.
    assert!(codes("routes:\n  - tool: t\n    policy: []\n    authorization: { post_invocation: [] }\n").is_empty());
}

#[test]
fn trap_2_an_empty_authorization_is_refused() {
    for empty in ["", " ~", " {}", " null"] {
        let text = format!("routes:\n  - tool: t\n    authorization:{empty}\n");
        assert_eq!(codes(&text), ["document.empty_authorization"], "{text}");
    }
    assert_eq!(codes("routes:\n  - tool: t\n    authorization: []\n"), ["document.wrong_shape"]);
    assert_eq!(codes("routes:\n  - tool: t\n    policy:\n"), ["document.wrong_shape"]);
}

#[test]
fn trap_12_a_key_given_twice_is_refused_with_both_places() {
    let text = "routes:\n  - tool: t\n    policy: [deny]\n    policy: [allow]\n";
    let shown = refusal(text).to_string();
    let expected = "policy.yaml:4:5: error[document.duplicate_key]: \
                    the key `policy` is given twice, here and at policy.yaml:3:5";
    assert!(shown.starts_with(expected), "{shown}");
    assert_eq!(codes("routes: []\nroutes: []\n"), ["document.duplicate_key"]);
}

#[test]
fn trap_13_foreign_braces_survive() {
    let text = "x-a: '{{ x }}'\nroutes:\n  - tool: 'get_{{ env }}'\n    description: ${HOME} $HOME %HOME%\n";
    let document = Document::parse("d", text).unwrap();
    let route = &document.root().get("routes").map(Node::one_or_many).unwrap()[0];
    assert_eq!(route.get("tool").and_then(Node::text).unwrap().value, "get_{{ env }}");
    assert_eq!(route.get("description").and_then(Node::text).unwrap().value, "${HOME} $HOME %HOME%");
}

#[test]
fn twenty_different_mistakes_are_twenty_findings() {
    let text = "include: [a.yaml]
identity: x
tool: t
polices: []
plugin_settings:
  unmatched: allow
  plugin_timeout: 0
  limits: { max_steps: 0.5 }
  sessions: [{ claim: a..b }]
plugins:
  - { name: a, kind: audit/loger }
  - { name: a, kind: identity/jwt, priority: 1.5 }
  - { name: b, kind: cedar, capabilities: [read_all] }
  - { name: c, kind: audit/logger, name: d }
routes:
  - tool: !name t
    policy: [deny]
    authorization: {}
  - tool: 5
    policy: []
    pre_invocation: []
";
    let error = refusal(text);
    let found: Vec<(u32, &str)> = error
        .diagnostics()
        .iter()
        .map(|finding| (error.sources().position(finding.span).line, finding.code.name.trim_start_matches("document.")))
        .collect();
    let expected = [
        (1, "include"),
        (2, "renamed"),
        (3, "misplaced_key"),
        (4, "unknown_key"),
        (6, "wrong_value"),
        (7, "wrong_value"),
        (8, "wrong_value"),
        (9, "wrong_value"),
        (11, "unknown_kind"),
        (12, "duplicate_plugin"),
        (12, "absent_kind"),
        (12, "wrong_value"),
        (13, "misplaced_kind"),
        (13, "wrong_value"),
        (14, "absent_kind"),
        (14, "duplicate_key"),
        (16, "tag"),
        (18, "empty_authorization"),
        (19, "wrong_shape"),
        (21, "phase_twice"),
    ];
    assert_eq!(found, expected, "{error}");
    assert!(error.to_string().ends_with("the document is refused: 20 errors"), "{error}");
}

#[test]
fn findings_are_shown_in_the_order_of_the_text_with_the_line_and_advice() {
    let shown = refusal("routes:\n  - tool: é\n    polcy: [deny]\nroutez: 1\n").to_string();
    let expected = "policy.yaml:3:5: error[document.unknown_key]: unknown key `polcy` in `routes[]`
    |
  3 |     polcy: [deny]
    |     ^^^^^
  help: did you mean `policy`?

policy.yaml:4:1: error[document.unknown_key]: unknown key `routez` at the top level
    |
  4 | routez: 1
    | ^^^^^^
  help: did you mean `routes`?

the document is refused: 2 errors";
    assert_eq!(shown, expected);
}

#[test]
fn a_byte_order_mark_is_no_column() {
    let shown = refusal("\u{feff}rout: []\n").to_string();
    assert!(shown.starts_with("policy.yaml:1:1: error[document.unknown_key]"), "{shown}");
}

#[test]
fn an_empty_document_declares_nothing() {
    for text in ["", "# nothing\n", "{}", "\u{feff}"] {
        assert!(codes(text).is_empty(), "{text:?}");
    }
}

#[test]
fn the_digest_is_that_of_the_text() {
    let document = Document::parse("d", "").unwrap();
    assert_eq!(document.digest(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let digest = |secret: &str| Document::parse("d", &format!("a: {{secret: {secret}}}")).unwrap().digest().to_owned();
    assert_ne!(digest("x"), digest("y"));
}

#[test]
fn a_file_is_read_with_its_directory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml");
    std::fs::write(&path, "routes: []\n").unwrap();
    let document = Document::read_file(&path).unwrap();
    assert_eq!(document.directory(), directory.path());
    let place = document.sources().place(document.root().span);
    assert_eq!(place, format!("{}:1:1", path.display()));
}

#[test]
fn a_file_that_cannot_be_read_is_refused_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml");
    let shown = |error: LoadError| error.to_string();
    let absent = shown(Document::read_file(&path).unwrap_err());
    let expected = format!("{}:1:1: error[document.unreadable]: cannot open the file: ", path.display());
    assert!(absent.starts_with(&expected), "{absent}");
    std::fs::write(&path, b"a: \xff\n").unwrap();
    let binary = shown(Document::read_file(&path).unwrap_err());
    assert!(binary.contains("the file is not UTF-8: byte 3 begins no character"), "{binary}");
    let limits = Limits { bytes: 3, ..Limits::default() };
    let large = shown(Document::read_file_within(&path, &limits).unwrap_err());
    assert!(large.contains("error[document.limit]: the file is larger than 3 bytes"), "{large}");
}

#[test]
fn each_cost_tier_is_named_once_and_is_text() {
    let tiers = "plugin_settings: { cost_tiers: [bronze, silver, gold] }";
    assert!(codes(tiers).is_empty());
    assert_eq!(Document::parse("d", tiers).unwrap().settings().cost_tiers, ["bronze", "silver", "gold"]);
    let shown = refusal("plugin_settings: { cost_tiers: [bronze, silver, bronze] }").to_string();
    let expected = "policy.yaml:1:49: error[document.wrong_value]: the cost tier `bronze` has a place already";
    assert!(shown.starts_with(expected), "{shown}");
    assert_eq!(codes("plugin_settings: { cost_tiers: [1, 2] }"), ["document.wrong_shape", "document.wrong_shape"]);
    assert_eq!(codes("plugin_settings: { cost_tiers: gold }"), ["document.wrong_shape"]);
}

#[test]
fn a_session_store_is_of_a_kind_and_within_bounds() {
    let bounds = |text: &str| {
        assert!(codes(text).is_empty(), "{text}: {}", refusal(text));
        Document::parse("d", text).unwrap().settings().session_store
    };
    assert_eq!(bounds("global: { description: nothing }"), None);
    assert_eq!(bounds("global: { session_store: { kind: memory } }"), Some(MemoryBounds::default()));
    let written = MemoryBounds { max_sessions: 7, ttl: Duration::from_secs(60) };
    assert_eq!(bounds("global: { session_store: { kind: memory, max_sessions: 7, ttl_seconds: 60 } }"), Some(written));
    for (store, expected) in [
        ("{}", "document.missing_key"),
        ("{ kind: 1 }", "document.wrong_shape"),
        ("memory", "document.wrong_shape"),
        ("{ kind: memory, max_session: 7 }", "document.unknown_key"),
        ("{ kind: memory, max_sessions: 0 }", "document.wrong_value"),
        ("{ kind: memory, ttl_seconds: -1 }", "document.wrong_value"),
        ("{ kind: memory, ttl_seconds: 0 }", "document.wrong_value"),
        ("{ kind: valkey, endpoint: 'valkeys://labels.example' }", "document.absent_kind"),
        ("{ kind: disk, path: labels }", "document.unknown_kind"),
        ("{ kind: audit/logger }", "document.misplaced_kind"),
    ] {
        let text = format!("global: {{ session_store: {store} }}");
        assert_eq!(codes(&text), [expected], "{text}");
    }
}

#[test]
fn what_stands_under_global_apl_is_read_in_global() {
    let folded =
        "global:\n  description: d\n  apl:\n    policy: [deny]\n    defaults: { tool: { args: { x: str } } }\n";
    assert!(codes(folded).is_empty(), "{}", refusal(folded));
    let document = Document::parse("d", folded).unwrap();
    let plain = "global:\n  description: d\n  policy: [deny]\n  defaults: { tool: { args: { x: str } } }\n";
    assert_eq!(document.root().to_json(), Document::parse("d", plain).unwrap().root().to_json());
    let policy = document.root().get("global").and_then(|global| global.get("policy")).unwrap();
    assert_eq!(document.sources().place(policy.span), "d:4:13");
}

#[test]
fn trap_1_what_is_wrong_under_global_apl_is_found_as_in_global() {
    for (global, expected) in [
        ("{ apl: { polcy: [deny] } }", "1:18: error[document.unknown_key]: unknown key `polcy` in `global`"),
        ("{ apl: { tool: x } }", "1:18: error[document.misplaced_key]: `tool` is not read in `global`"),
        ("{ apl: { apl: {} } }", "1:18: error[document.misplaced_key]: `apl` is not read in `apl`"),
        ("{ apl: [deny] }", "1:16: error[document.wrong_shape]: expected a map, found a list"),
        ("{ apl: ~ }", "1:16: error[document.wrong_shape]: expected a map, found nothing"),
    ] {
        let shown = refusal(&format!("global: {global}")).to_string();
        assert!(shown.starts_with(&format!("policy.yaml:{expected}")), "{global}: {shown}");
    }
}

#[test]
fn trap_2_global_and_global_apl_are_not_two_places_of_one_layer() {
    for global in [
        "{ policy: [deny], apl: { policy: [allow] } }",
        "{ apl: { policy: [allow] }, pre_invocation: [deny] }",
        "{ apl: { policy: [allow] }, args: { x: str } }",
        "{ apl: { session_store: { kind: memory } }, session_store: { kind: memory } }",
    ] {
        let text = format!("global: {global}");
        assert_eq!(codes(&text)[0], "document.misplaced_key", "{}", refusal(&text));
    }
    let both = "global: { apl: { policy: [allow], authorization: { pre_invocation: [deny] } } }";
    assert_eq!(codes(both), ["document.phase_twice"]);
}

#[test]
fn a_decision_engine_is_of_a_kind_that_can_be_made() {
    for (entry, expected) in [
        ("{}", "error[document.missing_key]: `kind` must be given here"),
        ("{ kind: 5 }", "error[document.wrong_shape]: expected text, found a number"),
        ("cedar", "error[document.wrong_shape]: expected a map, found text"),
        ("{ kind: cedar, policy_text: x }", "error[document.absent_kind]: the kind `cedar` is not compiled in"),
        ("{ kind: cedar-direct }", "error[document.absent_kind]: the kind `cedar-direct` is not compiled in"),
        ("{ kind: cel }", "error[document.absent_kind]: the kind `cel` is not compiled in"),
        ("{ kind: ceder }", "error[document.unknown_kind]: unknown kind `ceder`"),
        ("{ kind: acme.Relations }", "error[document.unknown_kind]: no factory makes the kind `acme.Relations`"),
        (
            "{ kind: audit/logger }",
            "error[document.misplaced_kind]: `audit/logger` is an audit sink, not a decision engine",
        ),
    ] {
        let text = format!("global: {{ pdp: [ {entry} ] }}");
        let shown = refusal(&text).to_string();
        assert!(shown.contains(expected) && shown.ends_with("refused: 1 error"), "{text}: {shown}");
    }
    assert_eq!(codes("global: { pdp: { kind: cedar } }"), ["document.wrong_shape", "document.absent_kind"]);
}
