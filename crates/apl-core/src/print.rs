//! Rules in their one canonical spelling: what a formatter writes in place of what was typed.
//!
//! A rule is read as the compiler reads it and written anew: single blanks around operators and after commas, no bracket
//! and no pair of negations that changes nothing, quotes as the printer of literals chooses them. Attributes and names are
//! not looked up, so a rule that will be refused for what it names is written all the same; one that is no rule by its
//! signs has no canonical spelling, and whoever asks leaves it as it is.

mod expression;

use std::ops::Range;

use pest::iterators::Pair;

use crate::grammar::{self, GrammarRule};
use crate::literal;
use crate::node::{Layout, Text};
use crate::parse;
use crate::scan;
use crate::span::Span;
use crate::stage::{self, Parse, Written, is_quoted};

/// The canonical spelling of an expression.
#[must_use]
pub fn expression(rule: &str) -> Option<String> {
    let (text, range) = whole(rule)?;
    expression_in(&text, range)
}

/// The canonical spelling of a step of one line: `require(e, …)`, `e: EFFECT`, `EFFECT`, or a field operation.
#[must_use]
pub fn step(rule: &str) -> Option<String> {
    let (text, range) = whole(rule)?;
    let signs = scan::top_level(&text, range.clone()).ok()?;
    let first = |sign| signs.iter().find(|found| found.sign == sign).map(|found| found.at);
    let Some(colon) = first(':') else { return unguarded(&text, range, first('|')) };
    let guard = expression_in(&text, scan::trim(rule, range.start..colon))?;
    let effect = scan::trim(rule, colon + 1..range.end);
    let bar = signs.iter().find(|found| found.sign == '|' && found.at > colon).map(|found| found.at);
    Some(format!("{guard}: {}", effect_in(&text, effect, bar)?))
}

/// The canonical spelling of a field pipeline.
#[must_use]
pub fn pipeline(rule: &str) -> Option<String> {
    let (text, range) = whole(rule)?;
    pipeline_in(&text, range)
}

fn whole(rule: &str) -> Option<(Text, Range<usize>)> {
    let range = scan::trim(rule, 0..rule.len());
    // Nobody is shown where in it something stands.
    let text = Text { value: rule.to_owned(), span: Span::default(), layout: Layout::Folded };
    (!range.is_empty()).then_some((text, range))
}

fn expression_in(text: &Text, range: Range<usize>) -> Option<String> {
    parse::expression(text, range, &mut Vec::new()).map(|expr| expr.to_string())
}

fn unguarded(text: &Text, range: Range<usize>, bar: Option<usize>) -> Option<String> {
    let is_require = part(text, &range).strip_prefix("require").is_some_and(|rest| rest.trim_start().starts_with('('));
    if !is_require {
        return effect_in(text, range, bar);
    }
    let demanded = parse::requirements(text, range, &mut Vec::new())?;
    let demanded: Vec<String> = demanded.iter().map(ToString::to_string).collect();
    (!demanded.is_empty()).then(|| format!("require({})", demanded.join(", ")))
}

/// An effect, `bar` being the first `|` outside its quotes and brackets.
fn effect_in(text: &Text, range: Range<usize>, bar: Option<usize>) -> Option<String> {
    match bar.filter(|_| is_of_payload(part(text, &range))) {
        Some(bar) => {
            let field = scan::trim(&text.value, range.start..bar);
            Some(format!("{} | {}", part(text, &field), pipeline_in(text, bar + 1..range.end)?))
        }
        None => call(text, range),
    }
}

/// Whether a line names a field of the arguments or the result.
fn is_of_payload(line: &str) -> bool {
    let rest = line.strip_prefix("args").or_else(|| line.strip_prefix("result"));
    rest.is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn call(text: &Text, range: Range<usize>) -> Option<String> {
    let start = range.start;
    let mut pairs = grammar::parse(GrammarRule::call, text, range).ok()?;
    let name = pairs.next()?.as_str();
    let arguments = pairs.filter(|pair| pair.as_rule() == GrammarRule::argument);
    let arguments: Vec<String> = arguments.map(|pair| argument(text, start, pair)).collect::<Option<_>>()?;
    Some(if arguments.is_empty() { name.to_owned() } else { format!("{name}({})", arguments.join(", ")) })
}

fn argument(text: &Text, start: usize, pair: Pair<'_, GrammarRule>) -> Option<String> {
    let mut written = String::new();
    for part in pair.into_inner() {
        match part.as_rule() {
            GrammarRule::key => written.push_str(&format!("{}: ", part.as_str())),
            GrammarRule::items => {
                let items: Vec<String> =
                    part.into_inner().map(|item| value(text, start, &item)).collect::<Option<_>>()?;
                written.push_str(&format!("[{}]", items.join(", ")));
            }
            _ => written.push_str(&value(text, start, &part)?),
        }
    }
    Some(written)
}

fn value(text: &Text, start: usize, pair: &Pair<'_, GrammarRule>) -> Option<String> {
    let span = pair.as_span();
    match pair.as_rule() {
        GrammarRule::string => {
            literal::unquote(text, start + span.start()..start + span.end()).ok().map(|text| literal::quote(&text))
        }
        _ => Some(pair.as_str().trim().to_owned()),
    }
}

fn pipeline_in(text: &Text, range: Range<usize>) -> Option<String> {
    let stages = scan::split(text, range, '|').ok()?.into_iter().map(|range| stage_in(text, range));
    Some(stages.collect::<Option<Vec<_>>>()?.join(" | "))
}

fn stage_in(text: &Text, range: Range<usize>) -> Option<String> {
    let written = Written::parse(text, range).ok()?;
    let name = written.name();
    let inside = match written.optional().ok()? {
        None if written.is_range() => return Some(bounds(name)),
        None => return Some(name.to_owned()),
        Some(inside) => inside,
    };
    let inside = match (stage::row(&written).map(|row| row.parse), name) {
        (Ok(Parse::Guarded(_)), _) => expression_in(text, inside)?,
        (_, "regex") => literal::quote_pattern(stage::pattern(&written)?.as_str()),
        (_, "len") => bounds(written.part(&inside)),
        _ => items(text, inside)?,
    };
    Some(format!("{name}({inside})"))
}

/// `a..b` without blanks.
fn bounds(written: &str) -> String {
    written.splitn(2, "..").map(str::trim).collect::<Vec<_>>().join("..")
}

/// Items between commas, each a quoted text or whatever stands there.
fn items(text: &Text, range: Range<usize>) -> Option<String> {
    let mut items = Vec::new();
    for range in scan::split(text, range, ',').ok()? {
        let item = part(text, &range);
        items.push(if is_quoted(item) {
            literal::quote(&literal::unquote(text, range).ok()?)
        } else {
            item.to_owned()
        });
    }
    Some(items.join(", "))
}

fn part<'t>(text: &'t Text, range: &Range<usize>) -> &'t str {
    text.value.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
