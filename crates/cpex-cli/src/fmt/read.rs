//! From the events of the YAML parser to a [`Tree`].
//!
//! Only documents that were read without a mistake come here: no tags, no directives, one document, keys that are scalars.
//! What is otherwise all the same makes no tree.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use super::block::BlockLines;
use super::gap::Gaps;
use super::tree::{Collection, Form, Item, Key, Line, Scalar, Tree, Value};

/// Reads a text whose lines end in `\n`.
pub(super) fn read(text: &str) -> Option<Tree<'_>> {
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_anchor_events: true,
        simple_key_max_lookahead: text.len(),
    };
    let mut events = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.ok()?;
        if !matches!(event, Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd | Event::StreamEnd) {
            events.push((event, span.byte_range()?));
        }
    }
    let mut reader = Reader { text, events: events.into_iter().peekable(), gaps: Gaps::new(text) };
    let mut root = Item::new();
    if reader.events.peek().is_some() {
        reader.node(&mut root, None)?;
    }
    reader.gaps.pass();
    let foot = reader.gaps.take();
    reader.events.next().is_none().then_some(Tree { root, foot })
}

struct Reader<'t> {
    text: &'t str,
    events: Peekable<IntoIter<(Event<'t>, Range<usize>)>>,
    gaps: Gaps<'t>,
}

impl<'t> Reader<'t> {
    /// Reads the value of an item, `outer` being the column of the block collection the item stands in. The place reached
    /// is behind what introduces it.
    fn node(&mut self, item: &mut Item<'t>, outer: Option<usize>) -> Option<()> {
        let (event, range) = self.events.next()?;
        self.anchor(item, &event);
        match event {
            Event::Alias(_) => {
                self.begin(item, range.start);
                item.value = Value::Alias(self.text.get(range.clone())?);
                self.end(item, range.end);
            }
            Event::Scalar(value, style, ..) => self.scalar(item, value, style, range)?,
            Event::SequenceStart(StructureStyle::Block, ..) => item.value = Value::List(self.block_list(outer)?),
            Event::MappingStart(StructureStyle::Block, ..) => item.value = Value::Map(self.block_map(outer)?),
            Event::SequenceStart(StructureStyle::Flow, ..) => self.flow(item, range, Value::List)?,
            Event::MappingStart(StructureStyle::Flow, ..) => self.flow(item, range, Value::Map)?,
            _ => return None,
        }
        lift(item);
        Some(())
    }

    fn anchor(&mut self, item: &mut Item<'t>, event: &Event<'_>) {
        let (Event::Scalar(_, _, 1.., _) | Event::SequenceStart(_, 1.., _) | Event::MappingStart(_, 1.., _)) = event
        else {
            return;
        };
        if let Some((Event::Anchor(..), range)) = self.events.next_if(|(event, _)| matches!(event, Event::Anchor(..))) {
            self.gaps.pass();
            item.anchor = self.text.get(range.clone());
            self.gaps.go_to(range.end);
            if item.intro.is_none() {
                item.intro = self.gaps.line_end();
            }
        }
    }

    /// Goes to where a value that is no block collection begins.
    fn begin(&mut self, item: &mut Item<'t>, at: usize) {
        self.gaps.pass();
        add_lines(&mut item.head, &mut self.gaps.take());
        self.gaps.go_to(at);
    }

    /// Goes behind a value that is no block collection.
    fn end(&mut self, item: &mut Item<'t>, at: usize) {
        self.gaps.go_to(at);
        item.tail = self.gaps.line_end();
        if item.tail.is_none() {
            item.tail = item.intro.take();
        }
        item.head.extend(item.intro.take().map(Line::Comment));
    }

    fn scalar(
        &mut self,
        item: &mut Item<'t>,
        value: Cow<'t, str>,
        style: ScalarStyle,
        range: Range<usize>,
    ) -> Option<()> {
        match style {
            ScalarStyle::Plain if range.is_empty() => {
                item.tail = item.intro.take();
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.begin(item, 0);
                let begin = self.gaps.at();
                let lines = BlockLines::read(self.gaps.rest(), range.end.saturating_sub(begin), &value)?;
                item.value = Value::Block(lines.block);
                item.head.extend(item.intro.take().map(Line::Comment));
                item.tail = lines.comment;
                self.gaps.go_to(begin + lines.length);
            }
            _ => {
                self.begin(item, range.start);
                item.value = Value::Scalar(scalar(value, style, self.text.get(range.clone())?)?);
                self.end(item, range.end);
            }
        }
        Some(())
    }

    fn block_list(&mut self, outer: Option<usize>) -> Option<Collection<'t>> {
        let mut items = Vec::new();
        let mut column = 0;
        while self.events.next_if(|(event, _)| *event == Event::SequenceEnd).is_none() {
            self.gaps.pass();
            column = self.gaps.column();
            let mut item = Item { head: self.gaps.take(), ..Item::new() };
            self.gaps.pass_sign('-');
            item.intro = self.gaps.line_end();
            self.node(&mut item, Some(column))?;
            items.push(item);
        }
        Some(Collection { items, foot: self.gaps.take_foot(column, outer), is_flow: false })
    }

    fn block_map(&mut self, outer: Option<usize>) -> Option<Collection<'t>> {
        let mut items = Vec::new();
        let mut column = 0;
        while self.events.next_if(|(event, _)| *event == Event::MappingEnd).is_none() {
            self.gaps.pass();
            column = self.gaps.column();
            items.push(self.entry(Some(column))?);
        }
        Some(Collection { items, foot: self.gaps.take_foot(column, outer), is_flow: false })
    }

    fn entry(&mut self, column: Option<usize>) -> Option<Item<'t>> {
        let mut item = Item { head: self.gaps.take(), ..Item::new() };
        let (event, range) = self.events.next()?;
        // An anchor of a key stands before it as that of a value does.
        self.anchor(&mut item, &event);
        let Event::Scalar(value, style, ..) = event else { return None };
        self.gaps.pass();
        self.gaps.go_to(range.end);
        let text = key(value, style, self.text.get(range)?)?;
        item.key = Some(Key { anchor: item.anchor.take(), text });
        self.gaps.pass_sign(':');
        item.intro = item.intro.take().or_else(|| self.gaps.line_end());
        self.node(&mut item, column)?;
        Some(item)
    }

    /// Reads what stands in brackets.
    fn flow(&mut self, item: &mut Item<'t>, open: Range<usize>, make: fn(Collection<'t>) -> Value<'t>) -> Option<()> {
        self.begin(item, open.start);
        self.gaps.go_to(open.end);
        if !open.is_empty() && item.intro.is_none() {
            item.intro = self.gaps.line_end();
        }
        let mut items = Vec::new();
        let close = loop {
            let is_end = |(event, _): &(Event<'_>, _)| matches!(event, Event::SequenceEnd | Event::MappingEnd);
            if let Some((_, close)) = self.events.next_if(is_end) {
                break close;
            }
            self.gaps.pass();
            match make(Collection { items: Vec::new(), foot: Vec::new(), is_flow: true }) {
                Value::Map(_) => items.push(self.entry(None)?),
                _ => {
                    let mut element = Item { head: self.gaps.take(), ..Item::new() };
                    self.node(&mut element, None)?;
                    items.push(element);
                }
            }
        };
        let mut foot = Vec::new();
        // A map of one pair in a list needs no brackets of its own.
        if !close.is_empty() {
            self.gaps.pass();
            foot = self.gaps.take();
            self.gaps.go_to(close.end);
        }
        if items.is_empty() {
            item.head.extend(foot.drain(..).filter(|line| *line != Line::Blank));
            self.end(item, close.end);
        } else if !close.is_empty() {
            item.tail = self.gaps.line_end();
        }
        item.value = make(Collection { items, foot, is_flow: true });
        Some(())
    }
}

/// Moves lines that stand below what introduces an item above it. A blank one they begin with parts nothing there.
fn add_lines<'t>(head: &mut Vec<Line<'t>>, lines: &mut Vec<Line<'t>>) {
    let is_blank = lines.first() == Some(&Line::Blank);
    head.extend(lines.drain(..).skip(usize::from(is_blank)));
}

/// Moves the comments above the first thing of a value that begins on the line of its `-` above the item.
fn lift(item: &mut Item<'_>) {
    // Behind a key, a comment or an anchor it begins on a line of its own.
    if item.key.is_some() || item.intro.is_some() || item.anchor.is_some() {
        return;
    }
    if let Value::List(inner) | Value::Map(inner) = &mut item.value
        && let Some(first) = inner.items.first_mut()
    {
        add_lines(&mut item.head, &mut first.head);
    }
}

fn scalar<'t>(value: Cow<'t, str>, style: ScalarStyle, source: &'t str) -> Option<Scalar<'t>> {
    let lines = unindented(source, style);
    let form = match style {
        // The parser reads on over a comment behind a tab, and the comment would be lost.
        ScalarStyle::Plain if lines.iter().any(|line| line.starts_with('#')) => return None,
        ScalarStyle::Plain if is_marker(source) => Form::Text,
        _ if lines.len() > 1 => Form::Lines(lines),
        ScalarStyle::Plain => Form::Source,
        _ => Form::Text,
    };
    let is_text = style != ScalarStyle::Plain || !is_other(&value);
    Some(Scalar { source, text: is_text.then_some(value), form })
}

/// A key is text whatever it looks like. One of no characters is given as null; one of lines under `|` or `>` is nothing a
/// document needs.
fn key<'t>(value: Cow<'t, str>, style: ScalarStyle, source: &'t str) -> Option<Scalar<'t>> {
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return None;
    }
    let is_plain = style == ScalarStyle::Plain && !source.is_empty() && !source.contains('\n') && !is_marker(source);
    let form = if is_plain { Form::Source } else { Form::Text };
    let text = if source.is_empty() { Cow::Borrowed("") } else { value };
    Some(Scalar { source, text: Some(text), form })
}

/// The lines of a scalar that is folded anyway. What ends a line between double quotes may be escaped.
fn unindented(source: &str, style: ScalarStyle) -> Vec<&str> {
    let first = source.split('\n').take(1);
    let others = source.split('\n').skip(1).map(|line| line.trim_start_matches([' ', '\t']));
    let trim = |line: &'_ str| if style == ScalarStyle::DoubleQuoted { line.len() } else { line.trim_end().len() };
    first.chain(others).map(|line| line.get(..trim(line)).unwrap_or_default()).collect()
}

/// Whether a plain scalar would, at the begin of a line, begin or end the document.
fn is_marker(source: &str) -> bool {
    source.starts_with("---") || source.starts_with("...")
}

/// Whether a plain scalar is null, a boolean or a number.
fn is_other(value: &str) -> bool {
    matches!(value, "null" | "~" | "true" | "false") || serde_json::from_str::<serde_json::Number>(value).is_ok()
}
