//! What a document is compiled to, without what is only said about it.

use cpex::apl::compile::{DeclaredKey, HashKey};
use cpex::apl::node::Node;
use cpex::document::Document;
use cpex::policy::{Declaration, Declarations, Policy, Role};

/// What a line of `{:#?}` begins with that tells where something stands or how it is written: `at: ".."` of rules, `written:
/// ".."` of conditions and stages, `range: ..` of paths; besides these, every `Span`. What is new in programs is compared
/// without being listed here; only a new field that holds a place or a spelling has to be added.
const SAID: [&str; 3] = ["at: ", "written: ", "range: "];

/// The compiled policy as text, and the codes of what was found in it. Equal digests are equal programs.
pub(super) fn digest(document: &Document) -> String {
    let declared = declared(document);
    let mut faults = Vec::new();
    let policy = Policy::compile(document.root(), &declared, document.sources(), &mut faults);
    let mut codes: Vec<&str> = faults.iter().map(|fault| fault.code.name).collect();
    codes.sort_unstable();
    let shown = format!("{:#?}", policy.plans());
    let mut digest = codes.join(" ");
    let mut lines = shown.lines();
    while let Some(line) = lines.next() {
        let begins = |word: &&str| line.trim_start().starts_with(*word);
        if line.ends_with("Span {") {
            lines.by_ref().find(|line| line.trim_start().starts_with('}'));
        } else if !SAID.iter().any(begins) {
            digest.push_str(line);
            digest.push('\n');
        }
    }
    digest
}

/// Everything that the document names, each fit for every place.
fn declared(document: &Document) -> Declarations {
    let listed = |list: Option<&Node>, key: &str| -> Vec<String> {
        let nodes = list.map(Node::one_or_many).unwrap_or_default();
        nodes.iter().filter_map(|node| Some(node.get(key)?.text()?.value.clone())).collect()
    };
    let plugins = listed(document.root().get("plugins"), "name");
    let plugin = |name| Declaration { name, role: Role::Host, disabled: false, may_modify: false };
    let engines = listed(document.root().get("global").and_then(|global| global.get("pdp")), "kind");
    Declarations::new(plugins.into_iter().map(plugin).collect())
        .with_engines(engines)
        .with_cost_tiers(document.settings().cost_tiers)
        .with_hash_key(DeclaredKey::Known(HashKey::new(&[7; 32]).unwrap()))
}

#[test]
fn documents_that_do_otherwise_have_other_digests() {
    let digest = |steps: &str| {
        let text =
            format!("routes:\n  - tool: t\n    policy: {steps}\n    result: {{ x: \"str | redact(role.a)\" }}\n");
        digest(&Document::parse("policy.yaml", &text).unwrap())
    };
    let digests =
        ["[deny]", "[\"role.a: deny\"]", "[\"!role.a: deny\"]", "[\"role.b: deny\"]", "[\"role.a: deny('x')\"]"]
            .map(digest);
    for (index, one) in digests.iter().enumerate() {
        assert!(digests.iter().skip(index + 1).all(|other| one != other), "{one}");
    }
    assert_eq!(digest("[\"!(args.x == 1): deny\"]"), digest("\n      - args.x != 1: deny"));
}
