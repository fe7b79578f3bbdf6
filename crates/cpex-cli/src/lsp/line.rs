//! What may stand at a cursor within a rule: a step, an expression or a pipeline, as far as it is typed.

use cpex::apl::compile::REQUIRE;

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A step in one line.
    Step,
    /// An expression.
    Expression,
    /// The stages of a field.
    Pipeline,
}

/// What may stand at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted<'t> {
    /// The first word of a step: an effect, `require`, or what begins a condition.
    Step,
    /// An effect.
    Effect,
    /// An attribute.
    Attribute,
    /// A stage.
    Stage,
    /// The first argument of what has that name.
    Argument(&'t str),
    /// Nothing that is known beforehand.
    Nothing,
}

/// What takes expressions in parentheses, besides `require`.
const TAKE_EXPRESSIONS: [&str; 3] = ["exists", "redact", "omit"];

/// What may stand behind a text in place of its last word.
pub(super) fn wanted(sort: Sort, before: &str) -> Wanted<'_> {
    let text = before.get(..before.len() - last_word(before).len()).unwrap_or_default();
    let Some(typed) = Typed::read(text) else { return Wanted::Nothing };
    if let Some(open) = typed.open.last() {
        return within(text, open);
    }
    let is_first_since = |sign: Option<usize>| {
        let start = sign.map_or(0, |at| at + 1);
        text.get(start..).is_some_and(|rest| rest.trim().is_empty())
    };
    match sort {
        Sort::Expression => Wanted::Attribute,
        Sort::Pipeline if is_first_since(typed.bar) => Wanted::Stage,
        Sort::Step if typed.colon.is_some() && is_first_since(typed.colon) => Wanted::Effect,
        Sort::Step if typed.colon.is_none() && is_first_since(None) => Wanted::Step,
        Sort::Step if is_field_operation(text) && is_first_since(typed.bar) => Wanted::Stage,
        Sort::Step if typed.colon.is_none() => Wanted::Attribute,
        Sort::Pipeline | Sort::Step => Wanted::Nothing,
    }
}

/// The word that ends a text.
pub(super) fn last_word(text: &str) -> &str {
    text.get(text.trim_end_matches(is_word).len()..).unwrap_or_default()
}

/// The word that begins a text.
pub(super) fn first_word(text: &str) -> &str {
    text.get(..text.len() - text.trim_start_matches(is_word).len()).unwrap_or_default()
}

/// Whether a sign is part of a path or a name.
const fn is_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.')
}

/// What may stand within parentheses or brackets.
fn within<'t>(text: &'t str, open: &Open<'t>) -> Wanted<'t> {
    let argument = text.get(open.argument..).unwrap_or_default().trim();
    let takes_expressions = open.name.is_empty() || open.name == REQUIRE.name || TAKE_EXPRESSIONS.contains(&open.name);
    match open.bracket {
        '[' if open.name.is_empty() => Wanted::Nothing,
        '[' => Wanted::Attribute,
        _ if takes_expressions || argument == "from:" => Wanted::Attribute,
        _ if open.is_first && argument.is_empty() => Wanted::Argument(open.name),
        _ => Wanted::Nothing,
    }
}

/// A field operation stands among steps.
fn is_field_operation(text: &str) -> bool {
    let rest = text.trim_start();
    ["args.", "args[", "result.", "result["].iter().any(|begin| rest.starts_with(begin))
}

/// The signs of a text that matter to what follows it.
#[derive(Default)]
struct Typed<'t> {
    /// The parentheses and brackets that are not closed, outermost first.
    open: Vec<Open<'t>>,
    /// The last `:` outside of them.
    colon: Option<usize>,
    /// The last `|` outside of them.
    bar: Option<usize>,
}

struct Open<'t> {
    bracket: char,
    /// The word right before it.
    name: &'t str,
    /// Where the argument begins that is not ended.
    argument: usize,
    is_first: bool,
}

impl<'t> Typed<'t> {
    /// Reads a text; none where it ends within a quote.
    fn read(text: &'t str) -> Option<Self> {
        let mut typed = Self::default();
        let mut signs = text.char_indices();
        while let Some((at, sign)) = signs.next() {
            match sign {
                '\'' | '"' => {
                    while let Some((_, inner)) = signs.next().map(Some)? {
                        match inner {
                            '\\' => drop(signs.next()),
                            _ if inner == sign => break,
                            _ => {}
                        }
                    }
                }
                '(' | '[' => {
                    let name = last_word(text.get(..at).unwrap_or_default());
                    typed.open.push(Open { bracket: sign, name, argument: at + 1, is_first: true });
                }
                ')' | ']' => drop(typed.open.pop()),
                ',' => {
                    if let Some(open) = typed.open.last_mut() {
                        open.argument = at + 1;
                        open.is_first = false;
                    }
                }
                ':' if typed.open.is_empty() => typed.colon = Some(at),
                '|' if typed.open.is_empty() => typed.bar = Some(at),
                _ => {}
            }
        }
        Some(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_begins_with_an_effect_or_a_condition() {
        for (before, expected) in [
            ("", Wanted::Step),
            ("req", Wanted::Step),
            ("role.", Wanted::Step),
            ("role.hr & ", Wanted::Attribute),
            ("role.hr & subject.", Wanted::Attribute),
            ("!", Wanted::Attribute),
            ("role.hr: ", Wanted::Effect),
            ("role.hr: de", Wanted::Effect),
            ("role.hr: deny and", Wanted::Nothing),
            ("args.a == 'x: ", Wanted::Nothing),
            ("args.a == 'x': ", Wanted::Effect),
            ("args.a == 'it\\'s': ", Wanted::Effect),
        ] {
            assert_eq!(wanted(Sort::Step, before), expected, "{before}");
        }
    }

    #[test]
    fn parentheses_say_what_stands_in_them() {
        for (before, expected) in [
            ("require(", Wanted::Attribute),
            ("require(role.hr, (perm.a | te", Wanted::Attribute),
            ("exists(args.", Wanted::Attribute),
            ("role.hr: run(", Wanted::Argument("run")),
            ("run(audit-l", Wanted::Argument("run")),
            ("taint(secret, ", Wanted::Nothing),
            ("require_approval(manager, from: claim.", Wanted::Attribute),
            ("args.items[", Wanted::Attribute),
            ("delegate(d, permissions: [", Wanted::Nothing),
            ("args.a in [", Wanted::Nothing),
            ("deny('", Wanted::Nothing),
            ("require(role.hr)", Wanted::Attribute),
        ] {
            assert_eq!(wanted(Sort::Step, before), expected, "{before}");
        }
    }

    #[test]
    fn stages_stand_behind_bars() {
        for (sort, before, expected) in [
            (Sort::Pipeline, "", Wanted::Stage),
            (Sort::Pipeline, "str | re", Wanted::Stage),
            (Sort::Pipeline, "str re", Wanted::Nothing),
            (Sort::Pipeline, "regex('a|b') | ", Wanted::Stage),
            (Sort::Pipeline, "redact(!perm.", Wanted::Attribute),
            (Sort::Pipeline, "run(", Wanted::Argument("run")),
            (Sort::Step, "args.a | ", Wanted::Stage),
            (Sort::Step, "args.a | str", Wanted::Stage),
            (Sort::Step, "role.a | ", Wanted::Attribute),
            (Sort::Expression, "a | ", Wanted::Attribute),
        ] {
            assert_eq!(wanted(sort, before), expected, "{before}");
        }
    }
}
