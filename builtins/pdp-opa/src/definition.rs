//! What the rules of a policy are called and depend on, taken from its tree once.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::syntax::{self, Reference, Seen};

/// One definition of a rule. A rule may have several.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// The names that lead to the rule from `data`, up to the first that is computed.
    pub(crate) path: Vec<String>,
    pub(crate) form: Form,
    pub(crate) place: Place,
    /// How much stack it takes by itself, in parts of [`crate::reach::PART`].
    pub(crate) weight: usize,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) calls: Vec<Call>,
    pub(crate) inputs: Vec<Input>,
    /// Where something is replaced by `with`.
    pub(crate) with: Option<Place>,
}

/// What a rule makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One value.
    Value,
    /// A set.
    Set,
    /// An object, key by key.
    Object,
    /// A value of so many arguments.
    Function(usize),
}

/// A place in the text of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The index of the text.
    pub(crate) text: usize,
    /// The byte offset in it.
    pub(crate) offset: usize,
}

/// A path that may lead to rules.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    /// Whether the definition has a variable of its own that is called so, so that most likely it means that.
    pub(crate) is_shadowed: bool,
}

/// A call of a function by a name that may be one of the policy.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The name as written.
    pub(crate) name: String,
    /// The names that lead to it from `data`, if it is one of the policy.
    pub(crate) path: Vec<String>,
    pub(crate) arguments: usize,
    /// The first argument, where it is written out as text.
    pub(crate) text: Option<String>,
    pub(crate) place: Place,
}

/// What is read of `input`.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The names after `input`, up to the first that is computed.
    pub(crate) names: Vec<String>,
    pub(crate) place: Place,
}

/// The definitions of one module, which is that text.
pub(crate) fn definitions(index: usize, text: &str, module: &Json) -> Vec<Definition> {
    let package = module.get("package").and_then(|package| package.get("refr")).and_then(syntax::reference);
    let package = package.as_ref().map(names).unwrap_or_default();
    let imports: Vec<Import<'_>> =
        module.get("imports").map(items).unwrap_or_default().iter().filter_map(|node| import(node, text)).collect();
    let module_scope = Module { index, text, package, imports };
    let rules = module.get("rules").map(items).unwrap_or_default();
    rules.iter().filter_map(|rule| definition(rule, &module_scope)).collect()
}

/// What names mean in a module.
struct Module<'t> {
    index: usize,
    text: &'t str,
    package: Vec<String>,
    imports: Vec<Import<'t>>,
}

/// Another name for what stands under `data` or `input`.
struct Import<'t> {
    alias: &'t str,
    target: Reference<'t>,
}

fn import<'t>(node: &'t Json, text: &'t str) -> Option<Import<'t>> {
    let target = node.get("refr").and_then(syntax::reference).filter(|it| matches!(it.root, "data" | "input"))?;
    let alias = node.get("as").and_then(|span| slice(text, span));
    let alias = alias.or_else(|| target.names.last().copied()).unwrap_or(target.root);
    Some(Import { alias, target })
}

fn definition(rule: &Json, module: &Module<'_>) -> Option<Definition> {
    let (head, rest): (&Json, Vec<&Json>) = match (rule.get("Spec"), rule.get("Default")) {
        (Some(spec), _) => (spec.get("head")?, spec.get("bodies").into_iter().collect()),
        (None, Some(default)) => (default, Vec::new()),
        (None, None) => return None,
    };
    let (form, head) = form(head)?;
    let refr = head.get("refr")?;
    let called = syntax::reference(refr)?;
    let path = module.package.iter().cloned().chain([called.root.to_owned()]);
    let path = path.chain(called.names.iter().map(|name| (*name).to_owned())).collect();
    let place = Place { text: module.index, offset: called.offset };
    let parts: Vec<&Json> =
        ["args", "key", "assign", "value"].iter().filter_map(|part| head.get(part)).chain(rest).collect();
    let mut own: BTreeSet<&str> = BTreeSet::new();
    items(head.get("args").unwrap_or(&Json::Null)).iter().for_each(|argument| {
        syntax::variables(argument, &mut |name| {
            own.insert(name);
        });
    });
    parts.iter().for_each(|part| declared(part, module.text, &mut own));
    let mut found = Definition {
        path,
        form,
        place,
        weight: 4 + parts.iter().map(|part| syntax::depth(part)).max().unwrap_or_default(),
        mentions: Vec::new(),
        calls: Vec::new(),
        inputs: Vec::new(),
        with: None,
    };
    let mut sight = |seen| found.note(seen, module, &own);
    parts.iter().for_each(|part| syntax::see(part, &mut sight));
    // The name of the rule itself is no mention of it, but what stands in its brackets is read.
    syntax::see(refr, &mut |seen| match seen {
        Seen::Reference(reference) if reference.offset == called.offset => {}
        seen => sight(seen),
    });
    Some(found)
}

/// What a head makes, and the head itself.
fn form(head: &Json) -> Option<(Form, &Json)> {
    let arguments = |head: &Json| head.get("args").map(items).unwrap_or_default().len();
    if let Some(head) = head.get("Set") {
        return Some((Form::Set, head));
    }
    if let Some(head) = head.get("Func") {
        return Some((Form::Function(arguments(head)), head));
    }
    if let Some(head) = head.get("Compr") {
        let is_keyed = head.get("refr").and_then(syntax::reference).is_some_and(|refr| !refr.is_fixed);
        return Some((if is_keyed { Form::Object } else { Form::Value }, head));
    }
    // A default.
    let form = match arguments(head) {
        0 => Form::Value,
        count => Form::Function(count),
    };
    Some((form, head))
}

/// Names that a definition declares: by `some`, `every` and `:=`.
fn declared<'t>(node: &'t Json, text: &'t str, own: &mut BTreeSet<&'t str>) {
    match node {
        Json::Array(nodes) => nodes.iter().for_each(|node| declared(node, text, own)),
        Json::Object(members) => {
            for (kind, node) in members {
                match kind.as_str() {
                    "span" => continue,
                    "SomeVars" => {
                        own.extend(
                            node.get("vars").map(items).unwrap_or_default().iter().filter_map(|it| slice(text, it)),
                        );
                    }
                    "Every" => own.extend(["key", "value"].iter().filter_map(|it| slice(text, node.get(it)?))),
                    "SomeIn" => {
                        for pattern in ["key", "value"].iter().filter_map(|it| node.get(it)) {
                            syntax::variables(pattern, &mut |name| {
                                own.insert(name);
                            });
                        }
                    }
                    "AssignExpr" if node.get("op").and_then(Json::as_str) == Some("ColEq") => {
                        if let Some(pattern) = node.get("lhs") {
                            syntax::variables(pattern, &mut |name| {
                                own.insert(name);
                            });
                        }
                    }
                    _ => {}
                }
                declared(node, text, own);
            }
        }
        _ => {}
    }
}

impl Definition {
    fn note(&mut self, seen: Seen<'_>, module: &Module<'_>, own: &BTreeSet<&str>) {
        match seen {
            Seen::Loop => self.weight += 2,
            Seen::With { offset } => self.with = self.with.or(Some(Place { text: module.index, offset })),
            Seen::Reference(reference) => self.refer(&reference, module, own),
            Seen::Call { function, arguments } => {
                let (_, path) = module.target(&function);
                let first = arguments.first().and_then(|first| first.get("String").or_else(|| first.get("RawString")));
                self.calls.push(Call {
                    name: function.dotted(),
                    path,
                    arguments: arguments.len(),
                    text: first.and_then(|text| text.get("value")).and_then(Json::as_str).map(str::to_owned),
                    place: Place { text: module.index, offset: function.offset },
                });
            }
        }
    }

    fn refer(&mut self, reference: &Reference<'_>, module: &Module<'_>, own: &BTreeSet<&str>) {
        let (root, path) = module.target(reference);
        let place = Place { text: module.index, offset: reference.offset };
        match root {
            Root::Input => self.inputs.push(Input { names: path, place }),
            Root::Data => {
                let is_shadowed = reference.root != "data" && own.contains(reference.root);
                self.mentions.push(Mention { path, is_shadowed });
            }
        }
    }
}

enum Root {
    Data,
    Input,
}

impl Module<'_> {
    /// What a reference is of, and the names that lead to it from there.
    fn target(&self, reference: &Reference<'_>) -> (Root, Vec<String>) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let own = owned(&reference.names);
        match reference.root {
            "input" => return (Root::Input, own),
            "data" => return (Root::Data, own),
            _ => {}
        }
        if let Some(import) = self.imports.iter().find(|import| import.alias == reference.root) {
            let root = if import.target.root == "input" { Root::Input } else { Root::Data };
            return (root, owned(&import.target.names).into_iter().chain(own).collect());
        }
        let path = self.package.iter().cloned().chain([reference.root.to_owned()]).chain(own).collect();
        (Root::Data, path)
    }
}

fn names(reference: &Reference<'_>) -> Vec<String> {
    [reference.root].iter().chain(&reference.names).map(|name| (*name).to_owned()).collect()
}

fn items(node: &Json) -> &[Json] {
    node.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The text of a span.
fn slice<'t>(text: &'t str, span: &Json) -> Option<&'t str> {
    let bound = |name| span.get(name).and_then(Json::as_u64).and_then(|bound| usize::try_from(bound).ok());
    text.get(bound("start")?..bound("end")?)
}
