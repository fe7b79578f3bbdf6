//! Every row of the language's tables has a case in the corpus: a form, an effect, a stage, an attribute that no policy of
//! the corpus uses is listed here.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

use cpex::apl::{DIALECTS, EFFECTS, STAGES};
use cpex::policy::{Field, Holding, Tree};

/// Forms that are no rows of a table in the code: what they are, and how a policy that has one is told.
const FORMS: &[(&str, &str)] = &[
    ("step require", "require("),
    ("step when/do", "when:"),
    ("step sequential", "sequential:"),
    ("step parallel", "parallel:"),
    ("step deny as a map", "deny: {"),
    ("step declassify as a map", "declassify: {"),
    ("step delegate as a map", "delegate: {"),
    ("step opa as a text", "opa("),
    ("step args pipeline", "\"args.note |"),
    ("step result pipeline", "\"result.ssn |"),
    ("step restrict", "restrict:"),
    ("step of an expression as a key", "{ \"args."),
    ("reaction on_allow", "on_allow:"),
    ("reaction on_deny", "on_deny:"),
    ("template", "${"),
    ("id", "id:"),
    ("deny details", "details:"),
    ("taint scope session", ", session)"),
    ("taint scope message", ", message)"),
    ("engine cel expr", "expr:"),
    ("engine cedar action", "action:"),
    ("engine cedar resource attributes", "attributes:"),
    ("engine cedar principal", "principal:"),
    ("engine cedar and authzen context", "context:"),
    ("engine authzen subject", "subject: {"),
    ("engine opa query", "query:"),
    ("engine opa input", "input:"),
    ("selector tool", "tool:"),
    ("selector prompt", "prompt:"),
    ("selector resource", "resource:"),
    ("selector llm", "llm:"),
    ("selector agent", "agent:"),
    ("selector http", "http:"),
    ("selector http path", "{ path:"),
    ("selector http path_prefix", "path_prefix:"),
    ("selector http method", "method: "),
    ("selector http methods", "method: ["),
    ("server", "server:"),
    ("groups", "groups:"),
    ("tags", "tags:"),
    ("layer defaults", "defaults:"),
    ("authentication", "authentication:"),
    ("replace_inherited", "replace_inherited:"),
    ("optional", "optional:"),
    ("response", "response:"),
    ("phase args", "args:"),
    ("phase policy", "policy:"),
    ("phase pre_invocation", "pre_invocation:"),
    ("phase authorization.pre_invocation", "authorization: { pre_invocation:"),
    ("phase authorization.post_invocation", "authorization: { post_invocation:"),
    ("phase result", "result:"),
    ("phase post_policy", "post_policy:"),
    ("phase post_invocation", "post_invocation:"),
    ("plugin override", "plugins: {"),
    ("data files", "attribute_files:"),
    ("path index", "[0]"),
    ("path key", "['"),
    ("path lookup", "[args."),
    ("field quoted part", "'a.b'"),
    ("field each", "[]."),
    ("field top list", "\"[]."),
    ("field search", "**."),
    ("operator not", "!("),
    ("operator ==", " == "),
    ("operator !=", " != "),
    ("operator <", " < "),
    ("operator <=", " <= "),
    ("operator >", " > "),
    ("operator >=", " >= "),
    ("operator contains", " contains "),
    ("operator in", " in "),
    ("operator not in", " not in "),
    ("operator matches", " matches "),
    ("operator &", " & "),
    ("operator |", " | "),
    ("exists", "exists("),
    ("restrict allow_models", "allow_models:"),
    ("restrict deny_models", "deny_models:"),
    ("restrict allow_regions", "allow_regions:"),
    ("restrict allow_sites", "allow_sites:"),
    ("restrict max_cost_tier", "max_cost_tier:"),
    ("restrict custom", "custom:"),
    ("restrict on_empty fallback", "on_empty: fallback"),
    ("restrict from data", ": data."),
    ("stage redact with a condition", "redact("),
    ("stage omit with a condition", "omit("),
    ("stage len exactly", "len(3)"),
    ("stage pii.detect that denies", "pii.detect(deny)"),
    ("stage injection.scan that denies", "injection.scan(deny)"),
    ("stage taint with a scope", "taint(noted, message) |"),
    ("delegate target", "target:"),
    ("delegate permissions", "permissions:"),
    ("delegate audience", "audience:"),
    ("delegate subject", "subject:"),
    ("delegate actor", "actor:"),
    ("delegate on_error", "on_error: continue"),
    ("approval from", "from:"),
    ("approval scope", "scope:"),
    ("approval purpose", "purpose:"),
    ("approval timeout", "timeout:"),
    ("approval channel", "channel:"),
];

/// The rows of the table of meanings: the form, what it is asked of, and the case that asks it.
const MEANINGS: &[(&str, &str)] = &[
    ("truthiness of what is absent", "not of a role not held holds"),
    ("truthiness of a boolean", "false is false"),
    ("truthiness of a number", "zero is false"),
    ("truthiness of a list", "an empty list is false"),
    ("truthiness of a map", "an empty map is false"),
    ("truthiness of text", "text is neither true nor false"),
    ("== of what is absent", "an absent value equals nothing"),
    ("== of two absent sides", "two absent attributes are not equal"),
    ("== across types", "text is no number"),
    ("== of integer and float", "an integer equals a float by value"),
    ("!= of what is absent", "an absent value differs"),
    ("!= across types", "another type differs"),
    ("an order of what is absent", "an absent value is in no order"),
    ("an order of text that is a number", "text that is exactly a number is ordered"),
    ("an order of other text", "words under an ordering deny"),
    ("an order of a boolean", "a boolean under an ordering denies"),
    ("an order of a collection", "a list under an ordering denies"),
    ("contains of what is absent", "an absent list contains nothing"),
    ("contains of a set", "a set contains what is in it"),
    ("contains of a list", "a list contains by value"),
    ("contains of text", "text contains a part of itself"),
    ("contains of anything else", "a number contains nothing"),
    ("in of what is absent", "an absent value is in nothing"),
    ("in of a list", "a list is in no list"),
    ("in of a list of the call", "a value in a list of the call is found"),
    ("in of an absent list", "nothing is in a list that is absent"),
    ("in of what is no list", "nothing can be in what is no list"),
    ("not in of what is absent", "an absent value is not in a list"),
    ("not in, the negation of in", "not in is the negation of in"),
    ("matches of what is absent", "absent text matches nothing"),
    ("matches of text", "a pattern searches"),
    ("matches of anything else", "a number is no text to match"),
    ("exists of null", "null does not exist"),
    ("a type error under !", "not does not turn an ordering of words"),
    ("a type error under |", "or does not turn an ordering of words"),
    ("an operand that is not reached", "or stops at the first that holds"),
];

/// The forms of selectors, and the case that is selected by each.
const SELECTORS: &[(&str, &str)] = &[
    ("tool", "exact beats glob"),
    ("tool: a list", "a list selects each of its names"),
    ("tool: a pattern", "the shorter glob gets the rest"),
    ("tool: two stars", "one star and two in the name of a tool"),
    ("tool: a star alone", "a star alone is every tool"),
    ("tool with a server", "a server narrows"),
    ("prompt", "a prompt has its name"),
    ("prompt: a list", "a prompt of a list"),
    ("prompt: a pattern", "a pattern of prompts"),
    ("prompt: a star alone", "a star alone is every prompt"),
    ("prompt with a server", "a prompt on a server"),
    ("resource", "a resource has its URI"),
    ("resource: a list", "a resource of a list"),
    ("resource: a pattern", "a pattern of resources"),
    ("resource: two stars", "a pattern of resources at any depth"),
    ("resource: a star alone", "a star alone is every resource"),
    ("resource: dot segments", "a resource with dot segments"),
    ("resource with a server", "a resource on a server"),
    ("llm", "a model is matched exactly"),
    ("llm: a list", "a model of a list"),
    ("llm: a pattern of a provider", "a provider with each of its models"),
    ("llm: a pattern of providers", "a model with each of its providers"),
    ("llm: one star and a slash", "a star in a model stops at a slash"),
    ("llm: a star alone", "a star alone is every model"),
    ("llm with a server", "a model on a server"),
    ("agent", "an agent with every method"),
    ("agent/method", "an agent with one method"),
    ("agent/method: another", "another method of that agent"),
    ("agent: a list", "an agent of a list"),
    ("agent: a pattern", "a pattern of agents with every method"),
    ("agent/method: a pattern", "an agent with a pattern of methods"),
    ("agent/method: of all agents", "a method of all agents"),
    ("agent: a star alone", "a star alone is every agent"),
    ("agent with a server", "an agent on a server"),
    ("http", "a path is matched exactly"),
    ("http: a list", "a path of a list of patterns"),
    ("http: a pattern", "a glob stops at a slash"),
    ("http: two stars", "and two stars do not"),
    ("http: a star alone", "a star alone is every request"),
    ("http: path, a star alone, and method", "a star alone narrowed to a method"),
    ("http: path and method", "fewer methods win"),
    ("http: paths and methods", "a path of a list by a method of a list"),
    ("http: paths and methods, another", "a path of it by another method"),
    ("http: a pattern and method", "a pattern of paths by one method"),
    ("http: path_prefix", "a prefix is a path of its own"),
    ("http: path_prefix, segments", "and no longer name"),
    ("http: path_prefix with a slash", "a prefix that ends in a slash is not the path without"),
    ("http: path_prefix and method", "a prefix of a list by one method"),
    ("http: methods have case", "methods are compared with case"),
    ("http: decoded once", "a path is matched decoded"),
    ("http: a host, by a condition", "a host is told by a condition"),
    ("http with a server", "a request on a server"),
    ("unmatched: deny", "a model without a route"),
    ("unmatched: global", "what no route matches is left to the layers of all"),
];

fn corpus() -> (String, Vec<String>) {
    let (mut policies, mut names) = (String::new(), Vec::new());
    read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus")), &mut policies, &mut names);
    (policies, names)
}

fn read(directory: &Path, policies: &mut String, names: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, policies, names);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let name = |line: &str| {
            let (line, is_flow) = line.trim().strip_prefix("- { ").map_or((line.trim(), false), |rest| (rest, true));
            let name = line.trim_start_matches("- ").strip_prefix("name: ")?;
            let end = if is_flow { name.find([',']).unwrap_or(name.len()) } else { name.len() };
            Some(name.get(..end)?.trim_matches('"').to_owned())
        };
        names.extend(text.lines().filter_map(name));
        // What stands before the cases is the policy.
        policies.push_str(text.split("\ncases:").next().unwrap());
        policies.push('\n');
    }
}

/// Whether a path stands in the policies, and not as the beginning or the end of a longer one.
fn reads(policies: &str, path: &str) -> bool {
    let goes_on = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.');
    policies.match_indices(path).any(|(at, _)| {
        let before = policies.get(..at).unwrap().chars().next_back();
        let after = policies.get(at + path.len()..).unwrap().chars().next();
        let is_tree = path.ends_with('.');
        !before.is_some_and(goes_on) && (is_tree || !after.is_some_and(goes_on))
    })
}

#[test]
fn every_row_of_the_tables_has_a_case() {
    let (policies, _) = corpus();
    let mut missing: Vec<String> = Vec::new();
    for (row, sign) in FORMS {
        if !policies.contains(sign) {
            missing.push((*row).to_owned());
        }
    }
    for name in EFFECTS.iter().flat_map(|effect| effect.names) {
        if !reads(&policies, name) {
            missing.push(format!("effect {name}"));
        }
    }
    for dialect in DIALECTS {
        if !policies.contains(&format!("{}: {{", dialect.name)) {
            missing.push(format!("engine {}", dialect.name));
        }
    }
    for stage in STAGES {
        let sign = stage.form.split('(').next().unwrap();
        let sign = if sign == "a..b" { ".." } else { sign };
        if !policies.contains(sign) {
            missing.push(format!("stage {}", stage.form));
        }
    }
    let fields = Field::ALL.iter().map(|field| field.path().to_owned());
    let trees = Tree::ALL.iter().map(|tree| format!("{}.", tree.path()));
    let held = Holding::ALL.iter().map(|held| format!("{}.", held.path()));
    missing.extend(
        fields.chain(trees).chain(held).filter(|path| !reads(&policies, path)).map(|path| format!("attribute {path}")),
    );
    assert!(missing.is_empty(), "no case of the corpus uses these:\n{}", missing.join("\n"));
}

#[test]
fn every_meaning_and_every_selector_is_asked_by_a_case() {
    let (_, names) = corpus();
    for (row, case) in MEANINGS.iter().chain(SELECTORS) {
        assert!(names.iter().any(|name| name == case), "{row}: there is no case `{case}`");
    }
}
