#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::cell::RefCell;

use proptest::prelude::*;

use super::*;
use crate::lsp::lines::Lines;

const URI: &str = "file:///policies/p.yaml";

/// A policy that declares something of each sort. A place in it is marked by `@`.
const POLICY: &str = "\
plugins:
  - { name: jwt-user, kind: identity/jwt, description: Who calls. }
  - { name: audit-log, kind: audit/logger }
  - { name: minter, kind: delegator/oauth }
groups:
  hr-tools:
    description: Tools of HR.
    policy: [ \"require(role.hr)\" ]
routes:
";

struct Session(Server);

impl Session {
    fn new() -> Self {
        let mut session = Self(Server::new());
        session.ask("initialize", json!({ "capabilities": {} }));
        session
    }

    fn ask(&mut self, method: &str, params: Json) -> Json {
        let reaction = self.0.react(&Message::Request { id: json!(1), method: method.to_owned(), params });
        reaction.messages.into_iter().next().unwrap()
    }

    fn tell(&mut self, method: &str, params: Json) -> Reaction {
        self.0.react(&Message::Notification { method: method.to_owned(), params })
    }

    fn open(&mut self, text: &str) -> Vec<Json> {
        self.tell("textDocument/didOpen", json!({ "textDocument": { "uri": URI, "version": 1, "text": text } }))
            .messages
    }

    /// Asks about the `@` of a text, which is not in it, after the document was whole.
    fn about(&mut self, method: &str, marked: &str) -> Json {
        self.open(POLICY);
        let before = marked.split('@').next().unwrap();
        let change = json!({ "text": marked.replacen('@', "", 1) });
        self.tell("textDocument/didChange", json!({ "textDocument": { "uri": URI }, "contentChanges": [change] }));
        let position =
            json!({ "line": before.matches('\n').count(), "character": before.lines().last().map_or(0, str::len) });
        self.ask(method, json!({ "textDocument": { "uri": URI }, "position": position }))["result"].take()
    }
}

fn completions(session: &mut Session, route: &str) -> Vec<String> {
    let found = session.about("textDocument/completion", &format!("{POLICY}{route}"));
    found.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

fn hovered(session: &mut Session, route: &str) -> String {
    let found = session.about("textDocument/hover", &format!("{POLICY}{route}"));
    found.pointer("/contents/value").and_then(Json::as_str).unwrap_or_default().to_owned()
}

#[test]
fn completions_fit_their_place() {
    let mut session = Session::new();
    for (route, has, has_not) in [
        ("  - @", "tool", "name"),
        ("  - tool: t\n    gro@", "groups", "kind"),
        ("  - tool: t\n    groups: [@]", "hr-tools", "jwt-user"),
        ("  - tool: t\n    meta: { tags: [h@", "hr-tools", "jwt-user"),
        ("  - tool: t\n    authentication: [@", "jwt-user", "audit-log"),
        ("  - tool: t\n    authentication: { use: [{ name: @", "jwt-user", "audit-log"),
        ("  - tool: t\n    authentication: @", "use", "audit-log"),
        ("  - tool: t\n    plugins: { @", "audit-log", "hr-tools"),
        ("  - tool: t\n    plugins: { audit-log: { config: { @", "destination", "audit-log"),
        ("  - tool: t\n    policy: [ \"@", "require", "str"),
        ("  - tool: t\n    policy: [ \"@", "role", "str"),
        ("  - tool: t\n    policy:\n      - @", "when", "str"),
        ("  - tool: t\n    policy:\n      - cel: { @", "expr", "require"),
        ("  - tool: t\n    policy:\n      - when: @", "subject", "deny"),
        ("  - tool: t\n    policy:\n      - when: role.hr\n        do: @", "deny", "str"),
        ("  - tool: t\n    policy: [ \"role.hr: @", "deny", "role"),
        ("  - tool: t\n    policy: [ \"role.hr: run(@", "audit-log", "jwt-user"),
        ("  - tool: t\n    policy: [ \"delegate(@", "minter", "jwt-user"),
        ("  - tool: t\n    policy:\n      - delegate: { name: @", "minter", "audit-log"),
        ("  - tool: t\n    policy: [ \"subject.@", "tenant", "subject"),
        ("  - tool: t\n    policy: [ \"require(delegation.granted.@", "audience", "depth"),
        ("  - tool: t\n    policy: [ \"args.a | @", "redact", "deny"),
        ("  - tool: t\n    authorization: { pre_invocation: [ \"role.hr: @", "deny", "role"),
        ("  - tool: t\n    result: { ssn: \"str | @\" }", "redact", "role"),
        ("  - tool: t\n    result: { ssn: \"str | redact(!perm.a & @", "role", "redact"),
        ("global:\n  session_store: { kind: @", "memory", "cel"),
        ("global:\n  pdp: [{ kind: @", "cel", "memory"),
        ("plugin_settings: { unmatched: @", "global", "true"),
        ("plugin_settings: { routing_enabled: @", "true", "global"),
    ] {
        let found = completions(&mut session, route);
        assert!(found.iter().any(|name| name == has), "{route}: `{has}` is not among {found:?}");
        assert!(found.iter().all(|name| name != has_not), "{route}: `{has_not}` is among {found:?}");
    }
}

#[test]
fn nothing_is_completed_where_anything_may_stand() {
    let mut session = Session::new();
    for route in
        ["  - tool: @", "  - tool: t\n    policy: [ \"deny('@", "  # @", "  - tool: t\n    response: { body: @"]
    {
        assert_eq!(completions(&mut session, route), Vec::<String>::new(), "{route}");
    }
}

#[test]
fn a_completion_takes_the_place_of_what_was_typed() {
    let mut session = Session::new();
    let item = |session: &mut Session, text: &str, name: &str| {
        let found = session.about("textDocument/completion", text);
        found.as_array().unwrap().iter().find(|item| item["label"] == name).unwrap()["textEdit"].clone()
    };
    let edit = |line: usize, start: usize, end: usize, text: &str| {
        let at = |character: usize| json!({ "line": line, "character": character });
        json!({ "range": { "start": at(start), "end": at(end) }, "newText": text })
    };
    assert_eq!(item(&mut session, "rou@", "routes"), edit(0, 0, 3, "routes: "));
    assert_eq!(item(&mut session, "rou@: []", "routes"), edit(0, 0, 3, "routes"));
    assert_eq!(item(&mut session, "global: { policy: [\"subject.te@", "tenant"), edit(0, 28, 30, "tenant"));
    assert_eq!(item(&mut session, "plugins: [{ kind: \"audit/lo@", "audit/logger"), edit(0, 19, 27, "audit/logger"));
    session.0.client.has_snippets = true;
    assert_eq!(item(&mut session, "global: { policy: [\"req@", "require"), edit(0, 20, 23, "require($0)"));
    assert_eq!(item(&mut session, "global: { policy: [\"req@(", "require"), edit(0, 20, 23, "require"));
}

#[test]
fn what_is_hovered_is_explained() {
    let mut session = Session::new();
    for (route, said) in [
        ("  - tool: t\n    policy: [ \"require(subject.te@nant == 'a')\" ]", "**`subject.tenant`** (text)"),
        ("  - tool: t\n    policy: [ \"require(subject.te@nant == 'a')\" ]", "`read_subject`"),
        ("  - tool: t\n    policy: [ \"role.h@r: deny\" ]", "Whether the caller has the role."),
        ("  - tool: t\n    policy: [ \"role.hr: de@ny\" ]", "Halts the phase and denies the operation."),
        ("  - tool: t\n    policy: [ \"req@uire(role.hr)\" ]", "Denies unless"),
        ("  - tool: t\n    policy: [ \"run(audit-@log)\" ]", "audit/logger, sequential"),
        ("  - tool: t\n    authentication: [jwt-us@er]", "Who calls."),
        ("  - tool: t\n    groups: hr-@tools", "Tools of HR."),
        ("  - tool: t\n    po@licy: []", "Steps before the operation."),
        ("  - tool: t\n    result: { a: \"str | ma@sk(4)\" }", "Every character but the last n"),
        ("  - tool: t\n    policy:\n      - w@hen: role.hr", "The condition under which"),
        ("plugin_settings: { unm@atched: deny }", "What becomes of an operation that no route matches"),
    ] {
        let found = hovered(&mut session, route);
        assert!(found.contains(said), "{route}: {found}");
    }
    assert_eq!(hovered(&mut session, "  - tool: na@me"), "");
}

#[test]
fn every_row_of_the_tables_is_explained() {
    use cpex::apl::{EFFECTS, STAGES};
    use cpex::policy::Row;
    let mut session = Session::new();
    for row in Row::all() {
        let rest = row.placeholder.map_or("", |_| ".x");
        let found = hovered(&mut session, &format!("  - tool: t\n    policy: [ \"require(@{}{rest})\" ]", row.path));
        assert!(found.contains(row.doc) && found.contains(row.kind.name()), "{}: {found}", row.path);
    }
    for (name, doc) in EFFECTS.iter().flat_map(|effect| effect.names.iter().map(|name| (name, effect.doc))) {
        let found = hovered(&mut session, &format!("  - tool: t\n    policy: [ \"role.hr: @{name}\" ]"));
        assert!(found.contains(doc), "{name}: {found}");
    }
    for stage in STAGES.iter().filter(|stage| !stage.form.contains("..") || stage.form.contains('(')) {
        let found =
            hovered(&mut session, &format!("  - tool: t\n    args: {{ a: '@{}' }}", stage.form.replace('\'', "")));
        let name = stage.form.split('(').next().unwrap();
        assert!(found.starts_with(&format!("**`{name}`**")), "{}: {found}", stage.form);
    }
}

#[test]
fn names_lead_to_their_declarations() {
    let mut session = Session::new();
    for (route, line, character) in [
        ("  - tool: t\n    groups: [hr-@tools]", 5, 2),
        ("  - tool: t\n    meta: { tags: hr-to@ols }", 5, 2),
        ("  - tool: t\n    authentication: [jwt-u@ser]", 1, 12),
        ("  - tool: t\n    policy: [ \"run(audit@-log)\" ]", 2, 12),
        ("  - tool: t\n    plugins: { audit@-log: {} }", 2, 12),
        // The quote is never closed, and the tree is that of the text before.
        ("  - tool: t\n    policy: [ \"run(audit-log@", 2, 12),
    ] {
        let found = session.about("textDocument/definition", &format!("{POLICY}{route}"));
        assert_eq!(found.pointer("/range/start"), Some(&json!({ "line": line, "character": character })), "{route}");
        assert_eq!(found["uri"], URI);
    }
    let nowhere = session.about("textDocument/definition", &format!("{POLICY}  - tool: t\n    groups: [o@ther]"));
    assert_eq!(nowhere, Json::Null);
}

#[test]
fn findings_are_published_with_their_version_and_taken_back() {
    let mut session = Session::new();
    let published = session.open("routes:\n  - tool: \"😀\"\n    polcy: []\n");
    let params = &published[0]["params"];
    assert_eq!((&params["uri"], &params["version"]), (&json!(URI), &json!(1)));
    let finding = &params["diagnostics"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("document.unknown_key"), &json!(1)));
    assert!(finding["message"].as_str().unwrap().ends_with("help: did you mean `policy`?"), "{finding}");
    assert_eq!(finding["range"]["start"], json!({ "line": 2, "character": 4 }));
    let document = json!({ "uri": URI, "version": 2 });
    let change = json!({ "textDocument": document, "contentChanges": [{ "text": "routes: []\n" }] });
    let changed = session.tell("textDocument/didChange", change.clone()).messages;
    assert_eq!(changed[0]["params"], json!({ "uri": URI, "version": 2, "diagnostics": [] }));
    let closed = session.tell("textDocument/didClose", change.clone()).messages;
    assert_eq!(closed[0]["params"], json!({ "uri": URI, "diagnostics": [] }));
    assert_eq!(session.tell("textDocument/didChange", change), Reaction::default());
}

#[test]
fn units_are_those_that_were_agreed_on() {
    for (offered, encoding, character) in [(json!([]), "utf-16", 26), (json!(["utf-16", "utf-8"]), "utf-8", 28)] {
        let mut session = Session(Server::new());
        let capabilities = json!({ "capabilities": { "general": { "positionEncodings": offered } } });
        let answer = session.ask("initialize", capabilities);
        assert_eq!(answer.pointer("/result/capabilities/positionEncoding"), Some(&json!(encoding)));
        let published = session.open("global: { policy: [\"'😀' > rol.x: deny\"] }\n");
        let start = published[0].pointer("/params/diagnostics/0/range/start");
        assert_eq!(start, Some(&json!({ "line": 0, "character": character + 1 })), "{published:?}");
    }
}

#[test]
fn documents_are_laid_out_as_the_command_does() {
    let mut session = Session::new();
    session.open("routes: []   # none\n\n\n\n");
    let ask = json!({ "textDocument": { "uri": URI } });
    let edits = session.ask("textDocument/formatting", ask.clone())["result"].take();
    assert_eq!(edits[0]["newText"], "routes: [] # none\n");
    assert_eq!(edits[0]["range"]["end"], json!({ "line": 4, "character": 0 }));
    session.open("routes: [\n");
    assert_eq!(session.ask("textDocument/formatting", ask.clone())["result"], Json::Null);
    session.open("routes: []\n");
    assert_eq!(session.ask("textDocument/formatting", ask)["result"], json!([]));
}

#[test]
fn requests_out_of_turn_are_refused() {
    let code = |answer: Json| answer["error"]["code"].as_i64();
    let mut session = Session(Server::new());
    assert_eq!(code(session.ask("textDocument/hover", json!({}))), Some(-32002));
    assert_eq!(session.tell("textDocument/didOpen", json!({})), Reaction::default());
    session.ask("initialize", json!({}));
    assert_eq!(code(session.ask("initialize", json!({}))), Some(-32600));
    assert_eq!(code(session.ask("textDocument/rename", json!({}))), Some(-32601));
    assert_eq!(code(session.ask("textDocument/hover", json!({}))), Some(-32602));
    assert_eq!(code(session.ask("textDocument/hover", json!([1]))), Some(-32602));
    assert_eq!(session.ask("shutdown", Json::Null), json!({ "jsonrpc": "2.0", "id": 1, "result": null }));
    assert_eq!(code(session.ask("textDocument/hover", json!({}))), Some(-32600));
}

#[test]
fn the_exit_status_tells_whether_there_was_a_shutdown() {
    assert_eq!(Session(Server::new()).tell("exit", Json::Null).exit, Some(1));
    let mut session = Session::new();
    assert_eq!(session.tell("exit", Json::Null).exit, Some(1));
    session.ask("shutdown", Json::Null);
    assert_eq!(session.tell("exit", Json::Null).exit, Some(0));
}

#[test]
fn any_part_of_a_policy_is_served_at_any_place() {
    let whole = format!("{POLICY}  - tool: t\n    policy: [ \"role.hr: run(audit-log)\", {{ when: a, do: deny }} ]\n");
    let session = RefCell::new(Session::new());
    let index = any::<prop::sample::Index>;
    proptest!(|(cut in index(), at in index(), typed in "[a-z.:|('\"\\[{ \n😀-]{0,4}")| {
        let text = format!("{}{typed}", whole.get(..cut.index(whole.len())).unwrap());
        let mut session = session.borrow_mut();
        session.open(&whole);
        let document = json!({ "uri": URI });
        let change = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        session.tell("textDocument/didChange", change);
        let position = Lines::new(text.as_str()).position(at.index(text.len() + 1), Encoding::Utf16).json();
        for method in ["hover", "completion", "definition"] {
            let params = json!({ "textDocument": document, "position": position });
            let answer = session.ask(&format!("textDocument/{method}"), params);
            prop_assert!(answer.get("result").is_some());
        }
    });
}

#[test]
fn any_parameters_are_taken_or_refused() {
    let leaf =
        prop::sample::select(vec![json!(null), json!(1), json!(-1), json!(1e300), json!(URI), json!("x"), json!([])]);
    let params = leaf.prop_recursive(4, 24, 4, |inner| {
        let keys = prop::sample::select(vec![
            "textDocument",
            "uri",
            "version",
            "text",
            "contentChanges",
            "range",
            "start",
            "end",
            "line",
            "character",
            "position",
            "capabilities",
            "general",
            "positionEncodings",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::btree_map(keys.prop_map(str::to_owned), inner, 0..5)
                .prop_map(|pairs| Json::Object(pairs.into_iter().collect())),
        ]
    });
    let methods = prop::sample::select(vec![
        "hover",
        "completion",
        "definition",
        "formatting",
        "didOpen",
        "didChange",
        "didSave",
        "didClose",
    ]);
    let session = RefCell::new(Session::new());
    proptest!(|(method in methods, params in params)| {
        let mut session = session.borrow_mut();
        let method = format!("textDocument/{method}");
        let answer = session.ask(&method, params.clone());
        prop_assert!(answer.get("result").is_some() != answer.get("error").is_some());
        prop_assert_eq!(session.tell(&method, params).exit, None);
    });
}
