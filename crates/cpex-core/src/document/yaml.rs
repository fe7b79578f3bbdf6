//! YAML 1.2 (core schema) into the tree of a document. Nothing else that reads a document knows what YAML is.
//!
//! Read strictly: no tags, directives or merge keys, one document, unique keys, numbers as JSON writes them (RFC 8259),
//! booleans and `null` in lower case only (`~` and nothing at all are null too); any other plain scalar is text. Aliases
//! are expanded within [`Limits`]. A control character that YAML does not print is written as an escape; apart from
//! that, JSON is a subset.

mod scalar;
mod syntax;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Text, Value};
use apl_core::span::{Sources, Span};
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use self::scalar::Plain;
use super::codes;
use super::limits::Limits;

/// What a text holds.
pub(super) struct Parsed {
    /// The tree; none where the text is no YAML or past a limit.
    pub(super) root: Option<Node>,
    /// Every mistake. With one of these, the tree only serves to find more.
    pub(super) faults: Vec<Diagnostic>,
}

/// Reads the source of that index.
pub(super) fn read(sources: &Sources, source: u16, limits: &Limits) -> Parsed {
    let text = sources.source(Span::new(source, 0, 0)).map_or("", |source| source.text());
    let mut builder = Builder::new(sources, source, text, *limits);
    if text.len() > limits.bytes {
        builder.fault(codes::LIMIT, 0..0, format!("the document is larger than {} bytes", limits.bytes));
        return Parsed { root: None, faults: builder.faults };
    }
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        // A key of JSON may be as long as the document.
        simple_key_max_lookahead: limits.bytes,
        // One more than ours, so that the refusal is ours.
        flow_nesting_limit: limits.depth.saturating_add(1),
        block_nesting_limit: limits.depth.saturating_add(1),
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let flow = match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                builder.faults.push(syntax::diagnostic(text, source, &error));
                ControlFlow::Break(())
            }
        };
        if flow.is_break() {
            return Parsed { root: None, faults: builder.faults };
        }
    }
    let nothing = Node { span: Span::new(source, 0, 0), value: Value::Null };
    Parsed { root: Some(builder.root.unwrap_or(nothing)), faults: builder.faults }
}

/// Makes the tree from the parser's events.
struct Builder<'s> {
    sources: &'s Sources,
    /// The index of the source that is read.
    source: u16,
    text: &'s str,
    limits: Limits,
    /// The lists and maps that are not closed yet, outermost first.
    open: Vec<Open>,
    /// What aliases stand for, by the parser's number of the anchor.
    anchors: HashMap<usize, Anchored>,
    /// Values made so far.
    nodes: usize,
    /// One past the last byte of content: where a block collection ends, whatever blank lines follow.
    end: usize,
    root: Option<Node>,
    documents: usize,
    faults: Vec<Diagnostic>,
}

/// A list or map that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    style: StructureStyle,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<Entry>, Awaited),
}

/// What a map waits for.
enum Awaited {
    Key,
    Value(Text),
    /// The value of a key that was refused; it is dropped.
    Nothing,
}

struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

impl<'s> Builder<'s> {
    fn new(sources: &'s Sources, source: u16, text: &'s str, limits: Limits) -> Self {
        let (open, anchors, faults) = (Vec::new(), HashMap::new(), Vec::new());
        Self { sources, source, text, limits, open, anchors, nodes: 0, end: 0, root: None, documents: 0, faults }
    }

    fn event(&mut self, event: Event<'_>, span: granit_parser::Span) -> ControlFlow<()> {
        let (start, end) = self.range(span);
        if let Event::Scalar(_, _, _, Some(tag))
        | Event::SequenceStart(_, _, Some(tag))
        | Event::MappingStart(_, _, Some(tag)) = &event
        {
            self.tag(tag, span);
        }
        match event {
            Event::DocumentStart(..) => self.document(start, end)?,
            Event::Scalar(value, style, anchor, _) => self.scalar(value, style, anchor, start..end)?,
            Event::SequenceStart(style, anchor, _) => {
                self.open(Open { start, anchor, style, content: Content::List(Vec::new()) })?;
            }
            Event::MappingStart(style, anchor, _) => {
                self.open(Open { start, anchor, style, content: Content::Map(Vec::new(), Awaited::Key) })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end)?,
            Event::Alias(anchor) => self.alias(anchor, start..end)?,
            Event::UnresolvedAlias(name) => {
                self.fault(codes::ALIAS, start..end, format!("nothing before this is anchored as `&{name}`"));
                self.end = end;
                self.place(Node { span: Span::new(self.source, start, end), value: Value::Null });
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn document(&mut self, start: usize, end: usize) -> ControlFlow<()> {
        self.documents += 1;
        if self.documents == 1 {
            return ControlFlow::Continue(());
        }
        let help = "put it into a file of its own";
        let fault =
            Diagnostic::new(codes::SEVERAL, Span::new(self.source, start, end), "a second document begins here");
        self.faults.push(fault.help(help));
        ControlFlow::Break(())
    }

    fn open(&mut self, open: Open) -> ControlFlow<()> {
        self.charge(1, open.start)?;
        if self.open.len() >= self.limits.depth {
            return self.too_deep(open.start);
        }
        self.end = self.end.max(open.start);
        self.open.push(open);
        ControlFlow::Continue(())
    }

    fn close(&mut self, end: usize) -> ControlFlow<()> {
        let Some(Open { start, anchor, style, content }) = self.open.pop() else { return ControlFlow::Continue(()) };
        if style == StructureStyle::Flow {
            self.end = self.end.max(end);
        }
        let value = match content {
            Content::List(nodes) => Value::List(nodes),
            Content::Map(entries, _) => Value::Map(self.unique(entries)),
        };
        let node = Node { span: Span::new(self.source, start, self.end), value };
        self.remember(anchor, &node)?;
        self.place(node);
        ControlFlow::Continue(())
    }

    fn scalar(
        &mut self,
        value: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        range: std::ops::Range<usize>,
    ) -> ControlFlow<()> {
        self.charge(1, range.start)?;
        let written = self.text.get(range.clone()).unwrap_or_default();
        if !written.is_empty() {
            self.end = self.end.max(range.end);
        }
        let span = Span::new(self.source, range.start, range.end);
        if style == ScalarStyle::Plain {
            self.tab_before_comment(written, range.start);
        }
        if let Some(Open { content: Content::Map(_, awaited @ Awaited::Key), .. }) = self.open.last_mut() {
            if style == ScalarStyle::Plain && value == "<<" {
                *awaited = Awaited::Nothing;
                self.merge_key(span);
            } else {
                // The parser reports a key of no characters as `~`; a key is the text that was written.
                let value = if written.is_empty() { Cow::Borrowed("") } else { value };
                *awaited = Awaited::Value(scalar::text(value, style, written, span));
            }
            return ControlFlow::Continue(());
        }
        let value = match style {
            ScalarStyle::Plain if written.is_empty() => Value::Null,
            ScalarStyle::Plain => match scalar::plain(&value) {
                Plain::Null => Value::Null,
                Plain::Bool(value) => Value::Bool(value),
                Plain::Number(number) => Value::Number(number),
                Plain::Text => Value::Text(scalar::text(value, style, written, span)),
                Plain::TooLarge => {
                    let fault = Diagnostic::new(codes::NUMBER, span, format!("the number `{value}` is too large"));
                    self.faults.push(fault.help("put it in quotes if it is meant as text"));
                    Value::Null
                }
            },
            _ => Value::Text(scalar::text(value, style, written, span)),
        };
        let node = Node { span, value };
        self.remember(anchor, &node)?;
        self.place(node);
        ControlFlow::Continue(())
    }

    fn alias(&mut self, anchor: usize, range: std::ops::Range<usize>) -> ControlFlow<()> {
        self.end = self.end.max(range.end);
        let written = self.text.get(range.clone()).unwrap_or_default();
        let Some((size, height)) = self.anchors.get(&anchor).map(|kept| (kept.size, kept.height)) else {
            self.fault(codes::ALIAS, range.clone(), format!("`{written}` stands within what it is an alias of"));
            self.place(Node { span: Span::new(self.source, range.start, range.end), value: Value::Null });
            return ControlFlow::Continue(());
        };
        self.charge(size, range.start)?;
        if self.open.len().saturating_add(height) > self.limits.depth {
            return self.too_deep(range.start);
        }
        if let Some(Open { content: Content::Map(_, awaited @ Awaited::Key), .. }) = self.open.last_mut() {
            *awaited = Awaited::Nothing;
            self.fault(codes::ALIAS, range, format!("a key is written out, `{written}` is an alias"));
        } else if let Some(node) = self.anchors.get(&anchor).map(|kept| kept.node.clone()) {
            self.place(node);
        }
        ControlFlow::Continue(())
    }

    /// Puts a finished value where the innermost open collection awaits one.
    fn place(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(nodes)) => nodes.push(node),
            Some(Content::Map(entries, awaited)) => match std::mem::replace(awaited, Awaited::Key) {
                Awaited::Value(key) => entries.push(Entry { key, value: node }),
                Awaited::Nothing => {}
                Awaited::Key => {
                    *awaited = Awaited::Nothing;
                    let message = format!("a key is text, not {}", node.shape());
                    self.faults.push(Diagnostic::new(codes::KEY, node.span, message).help("put the key in quotes"));
                }
            },
        }
    }

    /// Keeps a value for the aliases of its anchor. What is kept counts, or nested anchors would multiply it.
    fn remember(&mut self, anchor: usize, node: &Node) -> ControlFlow<()> {
        if anchor != 0 {
            let (size, height) = measure(node);
            self.charge(size, node.span.start as usize)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        ControlFlow::Continue(())
    }

    /// The entries with the first of each key; the others are faults.
    fn unique(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let mut order: Vec<(&Text, usize)> = entries.iter().map(|entry| &entry.key).zip(0..).collect();
        order.sort_by(|left, right| left.0.value.cmp(&right.0.value));
        let mut repeated = HashSet::new();
        let mut first: Option<&Text> = None;
        for (key, index) in order {
            match first.filter(|first| first.value == key.value) {
                None => first = Some(key),
                Some(first) => {
                    let place = self.sources.place(first.span);
                    let message = format!("the key `{}` is given twice, here and at {place}", key.value);
                    self.faults.push(Diagnostic::new(codes::DUPLICATE_KEY, key.span, message).help("keep one of them"));
                    repeated.insert(index);
                }
            }
        }
        if !repeated.is_empty() {
            let mut index = 0..;
            entries.retain(|_| index.next().is_none_or(|index| !repeated.contains(&index)));
        }
        entries
    }

    /// Refuses `text<tab># words`: a comment to YAML, and text to the parser.
    fn tab_before_comment(&mut self, written: &str, start: usize) {
        if let Some(at) = written.find("\t#") {
            let at = start + at;
            self.fault(codes::SYNTAX, at..at + 2, "a comment needs a blank before `#`, and here is a tab".to_owned());
        }
    }

    fn merge_key(&mut self, span: Span) {
        let fault = Diagnostic::new(codes::MERGE_KEY, span, "the merge key `<<` is not supported");
        self.faults.push(fault.help("write the keys out, or give the whole value by an alias"));
    }

    fn tag(&mut self, tag: &Tag, span: granit_parser::Span) {
        let (start, end) = self.range(span.tag_span().unwrap_or(span));
        let message = format!("`{}` is read as a YAML tag, and tags are not supported", tag.original());
        let fault = Diagnostic::new(codes::TAG, Span::new(self.source, start, end), message);
        let help = syntax::quoted_item(self.text, start).unwrap_or_else(|| "put the text in quotes".to_owned());
        self.faults.push(fault.help(help));
    }

    fn charge(&mut self, nodes: usize, at: usize) -> ControlFlow<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= self.limits.nodes {
            return ControlFlow::Continue(());
        }
        let message = format!("the document has more than {} values, aliases expanded", self.limits.nodes);
        self.fault(codes::LIMIT, at..at, message);
        ControlFlow::Break(())
    }

    fn too_deep(&mut self, at: usize) -> ControlFlow<()> {
        self.fault(codes::LIMIT, at..at, format!("lists and maps nest deeper than {} levels", self.limits.depth));
        ControlFlow::Break(())
    }

    fn fault(&mut self, code: &'static apl_core::diagnostic::Code, at: std::ops::Range<usize>, message: String) {
        self.faults.push(Diagnostic::new(code, Span::new(self.source, at.start, at.end), message));
    }

    fn range(&self, span: granit_parser::Span) -> (usize, usize) {
        let start = syntax::offset(self.text, &span.start);
        (start, syntax::offset(self.text, &span.end).max(start))
    }
}

/// How many values a tree has, and how many collections nest in it. The recursion is as deep as the limit on depth.
pub(super) fn measure(node: &Node) -> (usize, usize) {
    let over = |nodes: &mut dyn Iterator<Item = &Node>| {
        nodes.map(measure).fold((1, 1), |(size, height): (usize, usize), (inner, deep)| {
            (size.saturating_add(inner), height.max(deep.saturating_add(1)))
        })
    };
    match &node.value {
        Value::List(nodes) => over(&mut nodes.iter()),
        Value::Map(entries) => over(&mut entries.iter().map(|entry| &entry.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => (1, 0),
    }
}

#[cfg(test)]
mod tests;
