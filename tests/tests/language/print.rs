//! Writes trees as documents. What the language leaves free (blanks, quotes, brackets) is chosen at random.

use serde_json::json;

use super::choices::Choices;
use super::print_steps;
use super::tree::{Bound, Expr, Literal, Members, Operand, Part, Path, Pattern, Pipeline, Route, Segment, Stage};

/// What binds loosest in the place an expression stands in.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binds {
    Or,
    And,
    Not,
}

pub(super) fn expression(expr: &Expr, choices: &mut Choices) -> String {
    bound(expr, Binds::Or, choices)
}

fn bound(expr: &Expr, place: Binds, choices: &mut Choices) -> String {
    let join = |parts: &[Expr], sign: &str, inner, choices: &mut Choices| {
        let parts: Vec<String> = parts.iter().map(|part| bound(part, inner, choices)).collect();
        let blank = choices.pick(&[" ", "", "  "]);
        parts.join(&format!("{blank}{sign}{blank}"))
    };
    let (own, text) = match expr {
        Expr::Or(parts) => (Binds::Or, join(parts, "|", Binds::And, choices)),
        Expr::And(parts) => (Binds::And, join(parts, "&", Binds::Not, choices)),
        Expr::Not(inner) => (Binds::Not, not(inner, choices)),
        test => (Binds::Not, atom(test, choices)),
    };
    if own < place || choices.once_in(12) { format!("({text})") } else { text }
}

/// `!` stands before a path, `exists` or parentheses; before a comparison it is refused.
fn not(inner: &Expr, choices: &mut Choices) -> String {
    match inner {
        Expr::Yes(_) | Expr::Exists(_) => format!("!{}", atom(inner, choices)),
        Expr::Not(inner) if choices.once_in(2) => format!("!{}", not(inner, choices)),
        other => format!("!({})", bound(other, Binds::Or, choices)),
    }
}

fn atom(test: &Expr, choices: &mut Choices) -> String {
    match test {
        Expr::Yes(asked) => path(asked, choices),
        Expr::Exists(asked) => format!("exists({})", path(asked, choices)),
        Expr::Equal(left, right) => signed(left, "==", right, choices),
        Expr::Unequal(left, right) => signed(left, "!=", right, choices),
        Expr::Ordered(left, sign, right) => signed(left, sign, right, choices),
        Expr::Contains(left, right) => format!("{} contains {}", operand(left, choices), operand(right, choices)),
        Expr::In { not, item, members } => {
            let members = match members {
                Members::Path(members) => path(members, choices),
                Members::List(values) => {
                    let values: Vec<String> = values.iter().map(|value| literal(value, choices)).collect();
                    format!("[{}]", values.join(choices.pick(&[", ", ","])))
                }
            };
            format!("{} {} {members}", operand(item, choices), if *not { "not in" } else { "in" })
        }
        Expr::Matches(text, regex) => format!("{} matches {}", operand(text, choices), pattern(*regex, choices)),
        Expr::Or(_) | Expr::And(_) | Expr::Not(_) => bound(test, Binds::Not, choices),
    }
}

fn signed(left: &Operand, sign: &str, right: &Operand, choices: &mut Choices) -> String {
    let blank = choices.pick(&[" ", ""]);
    format!("{}{blank}{sign}{blank}{}", operand(left, choices), operand(right, choices))
}

fn operand(side: &Operand, choices: &mut Choices) -> String {
    match side {
        Operand::Path(asked) => path(asked, choices),
        Operand::Literal(value) => literal(value, choices),
    }
}

fn literal(value: &Literal, choices: &mut Choices) -> String {
    match value {
        Literal::Text(text) => quoted(text, choices),
        Literal::Number(number) => (*number).to_owned(),
        Literal::Bool(value) => value.to_string(),
    }
}

pub(super) fn path(path_: &Path, choices: &mut Choices) -> String {
    let mut text = path_.root.to_owned();
    for segment in &path_.rest {
        text += &match segment {
            Segment::Name(name) => format!(".{name}"),
            Segment::Key(key) => format!("[{}]", quoted(key, choices)),
            Segment::Index(index) => format!("[{index}]"),
            Segment::At(inner) => format!("[{}]", path(inner, choices)),
        };
    }
    text
}

/// A text in either quotes; the other quote may be escaped or not.
pub(super) fn quoted(text: &str, choices: &mut Choices) -> String {
    let quote = choices.pick(&['\'', '"']);
    let escapes_both = choices.once_in(4);
    let mut out = String::from(quote);
    for sign in text.chars() {
        if sign == '\\' || sign == quote || escapes_both && matches!(sign, '\'' | '"') {
            out.push('\\');
        }
        out.push(sign);
    }
    out.push(quote);
    out
}

/// A regular expression: only the enclosing quote is escaped.
fn pattern(pattern: Pattern, choices: &mut Choices) -> String {
    let quote = choices.pick(&['\'', '"']);
    format!("{quote}{}{quote}", pattern.regex.replace(quote, &format!("\\{quote}")))
}

pub(super) fn field(parts: &[Part], choices: &mut Choices) -> String {
    let mut text = String::new();
    for part in parts {
        let dot = if text.is_empty() { "" } else { "." };
        text += &match part {
            Part::Each => "[]".to_owned(),
            Part::Any => format!("{dot}**"),
            Part::Name(name) if name.contains(['.', ' ', '*']) || choices.once_in(6) => format!("{dot}'{name}'"),
            Part::Name(name) => format!("{dot}{name}"),
        };
    }
    text
}

pub(super) fn document(routes: &[Route], choices: &mut Choices) -> String {
    let declarations = print_steps::declarations(routes, choices);
    let routes: Vec<String> = routes.iter().map(|route| route_text(route, choices)).collect();
    format!("{{ {declarations}\"routes\": [\n{}\n] }}\n", routes.join(",\n"))
}

/// Pipelines are written by hand, for their order counts and a map of JSON values has none.
fn route_text(route: &Route, choices: &mut Choices) -> String {
    let mut keys = vec![format!("\"tool\": {}", json!(route.tool))];
    for (key, pipelines) in [("args", &route.args), ("result", &route.result)] {
        let mut fields = Vec::new();
        for Pipeline { field, stages } in pipelines {
            fields.push(format!("{}: {}", json!(field.text), json!(stages_text(stages, choices))));
        }
        if !fields.is_empty() {
            keys.push(format!("\"{key}\": {{ {} }}", fields.join(", ")));
        }
    }
    for (key, steps) in [("policy", &route.policy), ("post_policy", &route.post_policy)] {
        if !steps.is_empty() {
            keys.push(format!("\"{key}\": {}", print_steps::list(steps, choices)));
        }
    }
    format!("{{ {} }}", keys.join(",\n  "))
}

pub(super) fn stages_text(stages: &[Stage], choices: &mut Choices) -> String {
    let stages: Vec<String> = stages.iter().map(|one| stage(one, choices)).collect();
    stages.join(choices.pick(&[" | ", "|"]))
}

fn stage(stage: &Stage, choices: &mut Choices) -> String {
    let bound = |bound: &Option<Bound>| bound.map_or("", |(written, _)| written);
    let count = |count: &Option<usize>| count.map_or_else(String::new, |count| count.to_string());
    match stage {
        Stage::Required => "required".to_owned(),
        Stage::Form(name) => (*name).to_owned(),
        Stage::Enum(items) => {
            let items: Vec<String> = items.iter().map(|one| item(one, choices)).collect();
            format!("enum({})", items.join(", "))
        }
        Stage::Regex(regex) => format!("regex({})", pattern(*regex, choices)),
        Stage::Len(Some(least), Some(most)) if least == most && choices.once_in(2) => format!("len({least})"),
        Stage::Len(least, most) => format!("len({}..{})", count(least), count(most)),
        Stage::Range(least, most) => format!("{}..{}", bound(least), bound(most)),
        Stage::MaxBytes(most) => format!("max_bytes({most})"),
        Stage::Mask(shown) => format!("mask({shown})"),
        Stage::Redact(None) => "redact".to_owned(),
        Stage::Omit(None) => "omit".to_owned(),
        Stage::Redact(Some(guard)) => format!("redact({})", guard.text),
        Stage::Omit(Some(guard)) => format!("omit({})", guard.text),
    }
}

/// An item of `enum`: a word needs no quotes.
fn item(item: &Literal, choices: &mut Choices) -> String {
    match item {
        Literal::Text(text) if !text.is_empty() && text.chars().all(char::is_alphabetic) && choices.once_in(2) => {
            text.clone()
        }
        other => literal(other, choices),
    }
}
