//! Which spans there are, within which others, and what they say.

use std::collections::BTreeSet;

use cpex::prelude::*;
use cpex::spans;
use serde_json::{Map, json};

use super::capture::{Seen, capture};
use super::watched::{guard, manager};

const DOCUMENT: &str = "
plugins:
  - { name: gate, kind: test/scripted, hooks: [cmf.tool_pre_invoke], config: { do: yield } }
  - { name: shadow, kind: test/scripted, hooks: [cmf.tool_pre_invoke], mode: audit, config: { do: deny } }
  - { name: tee, kind: test/scripted, hooks: [cmf.tool_pre_invoke], mode: fire_and_forget, config: { do: error } }
  - { name: placed, kind: test/scripted, config: { do: error } }
routes:
  - tool: 'look*'
    policy: [ 'taint(secret, session)' ]
  - tool: closed
    policy: [ 'run(placed)' ]
";

fn tool(name: &str) -> Operation {
    let eve = Subject { id: "eve".into(), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(eve), ..Identity::default() });
    Operation::tool(name, Map::new()).session("s1").caller(caller)
}

/// What is seen of one guarded call and of what it leaves in the background.
fn seen(name: &str, answer: Answer) -> Vec<Seen> {
    let ((), seen) = capture(async {
        let manager = manager(DOCUMENT).await;
        let _ = guard(&manager, tool(name), answer).await;
        manager.background_ended().await;
    });
    seen
}

fn find<'s>(seen: &'s [Seen], name: &str, attribute: &str, value: &str) -> &'s Seen {
    seen.iter().find(|span| span.name() == name && span.value(attribute) == value).expect(name)
}

/// The names of the spans around one, the innermost first.
fn around(seen: &[Seen], span: &Seen) -> Vec<&'static str> {
    let parent = |span: &Seen| span.parent.map(|place| &seen[place]);
    std::iter::successors(parent(span), |span| parent(span)).map(Seen::name).collect()
}

#[test]
fn the_spans_that_are_seen_are_those_of_the_table() {
    let seen = seen("lookup", Answer::structured(json!({})));
    let row = |name, level: &str, attributes: Vec<&'static str>| (name, level.to_owned(), attributes);
    let found: BTreeSet<_> = seen
        .iter()
        .map(|span| {
            let attributes = span.metadata.fields().iter().map(|field| field.name()).collect();
            row(span.name(), span.metadata.level().as_str(), attributes)
        })
        .collect();
    let table: BTreeSet<_> = spans::ALL.iter().map(|it| row(it.name, it.level, it.attributes.to_vec())).collect();
    assert_eq!(found, table);
    assert!(seen.iter().all(|span| span.metadata.target() == spans::TARGET));
}

#[test]
fn an_allowed_operation_is_one_span_on_each_side() {
    let seen = seen("lookup", Answer::structured(json!({})));
    for (phase, hook) in [("pre", "cmf.tool_pre_invoke"), ("post", "cmf.tool_post_invoke")] {
        let span = find(&seen, "cpex.invocation", "cpex.phase", phase);
        assert_eq!(span.value("cpex.hook"), hook);
        assert_eq!(span.value("gen_ai.operation.name"), "execute_tool");
        assert_eq!(span.value("gen_ai.tool.name"), "lookup");
        assert_eq!(span.value("cpex.route"), "tool:look*");
        assert_eq!(span.value("cpex.decision"), "allow");
        assert_eq!((span.value("cpex.code"), span.value("error.type")), ("", ""));
        assert_eq!(span.value("cpex.operation").len(), 32);
        assert_eq!(span.parent, None);
    }
}

#[test]
fn calls_and_stores_stand_within_their_stage_though_they_wait() {
    let seen = seen("lookup", Answer::structured(json!({})));
    let gate = find(&seen, "cpex.control", "cpex.plugin.name", "gate");
    assert_eq!(around(&seen, gate), ["cpex.stage.shape", "cpex.invocation"]);
    assert_eq!((gate.value("cpex.plugin.kind"), gate.value("cpex.plugin.mode")), ("test/scripted", "sequential"));
    assert_eq!((gate.value("cpex.requested"), gate.value("cpex.decision")), ("allow", "allow"));
    let shadow = find(&seen, "cpex.control", "cpex.plugin.name", "shadow");
    assert_eq!(around(&seen, shadow), ["cpex.stage.watch", "cpex.invocation"]);
    assert_eq!((shadow.value("cpex.requested"), shadow.value("cpex.decision")), ("deny", "allow"));
    assert_eq!(shadow.value("cpex.code"), "plugin.denied");
    for (operation, stage) in [("load", "cpex.stage.bind"), ("append", "cpex.stage.settle")] {
        let store = find(&seen, "cpex.store", "cpex.store.operation", operation);
        assert_eq!(around(&seen, store), [stage, "cpex.invocation"]);
        assert_eq!(store.value("cpex.store.outcome"), "ok");
    }
}

#[test]
fn what_runs_in_the_background_follows_from_the_operation_and_is_no_part_of_it() {
    let seen = seen("lookup", Answer::structured(json!({})));
    let tee = find(&seen, "cpex.control", "cpex.plugin.name", "tee");
    assert_eq!(tee.parent, None);
    assert_eq!(seen[tee.follows.unwrap()].name(), "cpex.stage.settle");
    assert_eq!((tee.value("cpex.requested"), tee.value("cpex.code")), ("error", "plugin.error"));
}

#[test]
fn a_denial_says_its_code_and_who_denied() {
    let seen = seen("closed", Answer::structured(json!({})));
    let span = find(&seen, "cpex.invocation", "cpex.phase", "pre");
    assert_eq!((span.value("cpex.decision"), span.value("cpex.code")), ("deny", "plugin.error"));
    assert_eq!(span.value("error.type"), "plugin.error");
    let placed = find(&seen, "cpex.control", "cpex.plugin.name", "placed");
    assert_eq!(around(&seen, placed), ["cpex.stage.decide", "cpex.invocation"]);
    assert_eq!((placed.value("cpex.decision"), placed.value("cpex.code")), ("deny", "plugin.error"));
}

#[test]
fn an_answer_that_is_flagged_as_an_error_is_a_tool_error() {
    let seen = seen("lookup", Answer::structured(json!({})).flagged_as_error());
    assert_eq!(find(&seen, "cpex.invocation", "cpex.phase", "pre").value("error.type"), "");
    let span = find(&seen, "cpex.invocation", "cpex.phase", "post");
    assert_eq!((span.value("cpex.decision"), span.value("error.type")), ("allow", "tool_error"));
}

#[test]
fn a_permit_that_is_dropped_is_seen_as_abandoned() {
    let ((), seen) = capture(async {
        let manager = manager(DOCUMENT).await;
        drop(manager.authorize(tool("lookup")).await);
    });
    let span = find(&seen, "cpex.invocation", "cpex.phase", "post");
    assert_eq!(span.value("cpex.code"), "operation.abandoned");
}

#[test]
fn the_name_of_what_is_asked_stands_under_its_own_attribute() {
    let operations = [
        (Operation::prompt("greet", Map::new()), "gen_ai.prompt.name", "greet"),
        (Operation::llm("small", Map::new()), "gen_ai.request.model", "small"),
        (Operation::agent("helper/ask", Map::new()), "gen_ai.agent.name", "helper/ask"),
    ];
    for (operation, attribute, name) in operations {
        let (_, seen) = capture(async { manager(DOCUMENT).await.authorize(operation).await });
        assert_eq!(find(&seen, "cpex.invocation", "cpex.phase", "pre").value(attribute), name);
    }
}
