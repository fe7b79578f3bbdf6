//! The lists and maps that a place stands in.

/// One step from a collection to what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Step {
    /// The value of a key.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// A list or map that is not closed yet. A column is the number of characters before it on its line.
#[derive(Debug)]
pub(super) enum Frame {
    Map { column: usize, key: Option<String> },
    List { column: usize, index: usize },
    FlowMap { key: Option<String>, has_value: bool, is_pair: bool },
    FlowList { index: usize, has_value: bool },
}

/// Those that are open, outermost first.
#[derive(Debug, Default)]
pub(super) struct Stack(pub(super) Vec<Frame>);

impl Stack {
    /// The steps that lead to the value that stands next.
    pub(super) fn path(&self) -> Vec<Step> {
        let step = |frame: &Frame| match frame {
            Frame::Map { key, .. } | Frame::FlowMap { key, .. } => key.clone().map(Step::Key),
            Frame::List { index, .. } | Frame::FlowList { index, .. } => Some(Step::Index(*index)),
        };
        self.0.iter().filter_map(step).collect()
    }

    /// The steps that lead to the innermost map.
    pub(super) fn path_of_map(&self) -> Vec<Step> {
        let mut path = self.path();
        if let Some(Frame::Map { key: Some(_), .. } | Frame::FlowMap { key: Some(_), .. }) = self.0.last() {
            path.pop();
        }
        path
    }

    /// The column of the innermost block collection; none where there is none.
    pub(super) fn column(&self) -> Option<usize> {
        self.0.iter().rev().find_map(column)
    }

    /// Closes the block collections that something at that column is no part of.
    pub(super) fn leave(&mut self, at: usize) {
        while self.0.last().and_then(column).is_some_and(|column| column > at) {
            self.0.pop();
        }
    }

    /// Goes on to an item whose dash stands at that column.
    pub(super) fn begin_item(&mut self, at: usize) {
        match self.0.last_mut() {
            Some(Frame::List { column, index }) if *column == at => *index += 1,
            _ => self.0.push(Frame::List { column: at, index: 0 }),
        }
    }

    /// Whether what stands at that column is a key of the innermost map. A list may stand at the column of the map it is in.
    pub(super) fn is_in_map(&mut self, at: usize) -> bool {
        if matches!(self.0.last(), Some(Frame::List { column, .. }) if *column == at) {
            let is_map = |frame: &Frame| matches!(frame, Frame::Map { column, .. } if *column == at);
            if self.0.len().checked_sub(2).and_then(|below| self.0.get(below)).is_some_and(is_map) {
                self.0.pop();
            }
        }
        matches!(self.0.last(), Some(Frame::Map { column, .. }) if *column == at)
    }

    /// Enters the map whose keys stand at that column, unless it is the innermost already.
    pub(super) fn enter_map(&mut self, at: usize) {
        if !self.is_in_map(at) {
            self.0.push(Frame::Map { column: at, key: None });
        }
    }

    /// Goes on to the value of a key of the innermost map.
    pub(super) fn begin_value(&mut self, name: String) {
        if let Some(Frame::Map { key, .. } | Frame::FlowMap { key, .. }) = self.0.last_mut() {
            *key = Some(name);
        }
    }
}

const fn column(frame: &Frame) -> Option<usize> {
    match frame {
        Frame::Map { column, .. } | Frame::List { column, .. } => Some(*column),
        Frame::FlowMap { .. } | Frame::FlowList { .. } => None,
    }
}
