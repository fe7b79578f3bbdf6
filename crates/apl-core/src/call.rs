//! Effects as written in one line: a name, and arguments in parentheses.

use std::ops::Range;

use pest::iterators::Pair;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::grammar::{self, GrammarRule};
use crate::literal;
use crate::node::Text;
use crate::span::Span;

/// An effect as written in one line. Ranges are bytes of the text.
pub(crate) struct Call<'t> {
    pub(crate) text: &'t Text,
    pub(crate) range: Range<usize>,
    pub(crate) name: &'t str,
    pub(crate) arguments: Vec<Argument<'t>>,
}

/// An argument of a call.
pub(crate) struct Argument<'t> {
    /// The word before `:`, where it is a pair.
    pub(crate) key: Option<&'t str>,
    pub(crate) value: String,
    /// Whether the value stands in quotes.
    pub(crate) is_quoted: bool,
    /// The items of a list, which has no value of its own.
    pub(crate) items: Option<Vec<Item>>,
    /// The whole argument.
    pub(crate) range: Range<usize>,
    /// The value without the key, quotes included.
    pub(crate) value_range: Range<usize>,
}

/// An item of a list. The range includes the quotes.
pub(crate) struct Item {
    pub(crate) value: String,
    pub(crate) range: Range<usize>,
}

impl<'t> Call<'t> {
    /// Reads a part of a text. Every mistake is added to `faults`; with one there is no call.
    pub(crate) fn parse(text: &'t Text, range: Range<usize>, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let start = range.start;
        let mut pairs =
            grammar::parse(GrammarRule::call, text, range.clone()).map_err(|fault| faults.push(fault)).ok()?;
        let name = pairs.next()?.as_str();
        let read = |pair| argument(text, start, pair).map_err(|fault| faults.push(fault)).ok();
        let arguments: Vec<_> = pairs.filter(|pair| pair.as_rule() == GrammarRule::argument).map(read).collect();
        Some(Self { text, range, name, arguments: arguments.into_iter().collect::<Option<_>>()? })
    }

    /// The arguments by position, if there are at least `least` and at most `most`.
    pub(crate) fn positional(
        &self,
        least: usize,
        most: usize,
        takes: &str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<&[Argument<'t>]> {
        if let Some(pair) = self.arguments.iter().find(|argument| argument.key.is_some()) {
            let message = format!("`{}` takes its arguments by position, not by name", self.name);
            faults.push(self.refuse(pair, message).help(format!("write `{takes}`")));
            return None;
        }
        let is_list = self.arguments.iter().any(|argument| argument.items.is_some());
        if is_list || !(least..=most).contains(&self.arguments.len()) {
            let fault =
                Diagnostic::new(codes::ARGUMENT, self.span(), format!("this is not how `{}` is written", self.name));
            faults.push(fault.help(format!("write `{takes}`")));
            return None;
        }
        Some(&self.arguments)
    }

    /// The place of the whole call.
    pub(crate) fn span(&self) -> Span {
        self.text.span_of(self.range.clone())
    }

    /// A refusal of an argument.
    pub(crate) fn refuse(&self, argument: &Argument<'_>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(codes::ARGUMENT, self.text.span_of(argument.range.clone()), message)
    }
}

fn argument<'t>(text: &'t Text, start: usize, pair: Pair<'t, GrammarRule>) -> Result<Argument<'t>, Diagnostic> {
    let within = |pair: &Pair<'_, GrammarRule>| {
        let span = pair.as_span();
        start + span.start()..start + span.end()
    };
    let range = within(&pair);
    let value_range = range.clone();
    let mut argument = Argument { key: None, value: String::new(), is_quoted: false, items: None, range, value_range };
    for part in pair.into_inner() {
        if part.as_rule() == GrammarRule::key {
            argument.key = Some(part.as_str());
            continue;
        }
        argument.value_range = within(&part);
        match part.as_rule() {
            GrammarRule::string => {
                argument.is_quoted = true;
                argument.value = literal::unquote(text, within(&part))?;
            }
            GrammarRule::items => {
                let item = |pair: Pair<'_, GrammarRule>| {
                    let range = within(&pair);
                    let value = match pair.as_rule() {
                        GrammarRule::string => literal::unquote(text, range.clone())?,
                        _ => pair.as_str().to_owned(),
                    };
                    Ok(Item { value, range })
                };
                argument.items = Some(part.into_inner().map(item).collect::<Result<_, Diagnostic>>()?);
            }
            _ => part.as_str().clone_into(&mut argument.value),
        }
    }
    Ok(argument)
}
