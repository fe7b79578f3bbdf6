//! A document as it is laid out: values in written order, with the comments and blank lines between them.
//!
//! Unlike a [`Node`](cpex::apl::node::Node) it keeps how things are written and not what they mean: aliases stay aliases.

use std::borrow::Cow;

/// A whole document.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub(super) root: Item<'t>,
    /// What follows it.
    pub(super) foot: Vec<Line<'t>>,
}

/// A value in its place: the root, an element of a list, or an entry of a map.
#[derive(Debug)]
pub(super) struct Item<'t> {
    /// The lines above it.
    pub(super) head: Vec<Line<'t>>,
    /// Its key, in a map.
    pub(super) key: Option<Key<'t>>,
    /// A comment behind what introduces it, where its value follows on lines of its own.
    pub(super) intro: Option<&'t str>,
    /// The name of its anchor, with the sign.
    pub(super) anchor: Option<&'t str>,
    pub(super) value: Value<'t>,
    /// A comment behind its value.
    pub(super) tail: Option<&'t str>,
}

/// A line that holds no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// Nothing, once or several times over.
    Blank,
    /// A comment, with its sign.
    Comment(&'t str),
}

/// The key of an entry.
#[derive(Debug)]
pub(super) struct Key<'t> {
    pub(super) anchor: Option<&'t str>,
    pub(super) text: Scalar<'t>,
}

#[derive(Debug)]
pub(super) enum Value<'t> {
    /// Nothing at all, which is null.
    Nothing,
    /// The name of an anchor, with the sign.
    Alias(&'t str),
    Scalar(Scalar<'t>),
    Block(Block<'t>),
    List(Collection<'t>),
    Map(Collection<'t>),
}

#[derive(Debug)]
pub(super) struct Collection<'t> {
    pub(super) items: Vec<Item<'t>>,
    /// The lines below the last item.
    pub(super) foot: Vec<Line<'t>>,
    /// Whether it stands in brackets.
    pub(super) is_flow: bool,
}

/// A scalar that is no block.
#[derive(Debug)]
pub(super) struct Scalar<'t> {
    /// How it stands in the source.
    pub(super) source: &'t str,
    /// What it says, if it is text.
    pub(super) text: Option<Cow<'t, str>>,
    pub(super) form: Form<'t>,
}

/// How a scalar is written anew.
#[derive(Debug)]
pub(super) enum Form<'t> {
    /// As it stands, on one line.
    Source,
    /// As it stands, on several lines, each without its indentation.
    Lines(Vec<&'t str>),
    /// As text, with quotes where they are needed.
    Text,
    /// As a rule of this spelling, in quotes unless it is a word.
    Rule(String),
}

/// A scalar of lines under `|` or `>`.
#[derive(Debug)]
pub(super) struct Block<'t> {
    /// `|` or `>`.
    pub(super) sign: char,
    /// Whether the header says how far the lines are indented.
    pub(super) is_measured: bool,
    /// `-` or `+`, if the header has one.
    pub(super) chomping: Option<char>,
    /// Its lines, without their indentation.
    pub(super) lines: Vec<&'t str>,
}

impl Item<'_> {
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), key: None, intro: None, anchor: None, value: Value::Nothing, tail: None }
    }
}

impl<'t> Tree<'t> {
    /// Every comment.
    pub(super) fn comments(&self) -> Vec<&'t str> {
        let mut found = Vec::new();
        self.root.comments(&mut found);
        of_lines(&self.foot, &mut found);
        found
    }
}

impl<'t> Item<'t> {
    fn comments(&self, found: &mut Vec<&'t str>) {
        of_lines(&self.head, found);
        found.extend(self.intro);
        if let Value::List(inner) | Value::Map(inner) = &self.value {
            inner.items.iter().for_each(|item| item.comments(found));
            of_lines(&inner.foot, found);
        }
        found.extend(self.tail);
    }
}

impl Collection<'_> {
    /// Whether a comment stands in it.
    pub(super) fn has_comments(&self) -> bool {
        let mut found = Vec::new();
        self.items.iter().for_each(|item| item.comments(&mut found));
        of_lines(&self.foot, &mut found);
        !found.is_empty()
    }
}

fn of_lines<'t>(lines: &[Line<'t>], found: &mut Vec<&'t str>) {
    found.extend(lines.iter().filter_map(|line| match line {
        Line::Comment(text) => Some(*text),
        Line::Blank => None,
    }));
}
