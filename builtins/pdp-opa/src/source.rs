//! The texts of a config, and where in them something is wrong.

use std::sync::Arc;

use cpex_sdk::config::{ConfigFault, ConfigNode};

/// A text, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) text: Arc<str>,
    /// The file it was read from; none where it stands in the document.
    pub(crate) file: Option<String>,
}

/// A text, and the node that names it.
pub(crate) type Placed<'c> = (ConfigNode<'c>, Source);

impl Source {
    /// How people call it.
    pub(crate) fn name(&self) -> &str {
        self.file.as_deref().unwrap_or("policy_text")
    }

    /// A fault at a byte of it. The node is the one that names it.
    pub(crate) fn fault(&self, node: &ConfigNode<'_>, offset: usize, text: impl Into<String>) -> ConfigFault {
        let fault = node.fault(text).offset(offset);
        match &self.file {
            Some(file) => fault.in_file(file),
            None => fault,
        }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }

    /// The byte at a line and a column, both from 1; a tab is so many columns wide.
    pub(crate) fn offset(&self, line: usize, column: usize, tab: usize) -> usize {
        let before: usize = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let mut left = column.saturating_sub(1);
        let here = self.text.get(before..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let within = here.char_indices().find(|(_, c)| {
            let is_there = left == 0;
            left = left.saturating_sub(if *c == '\t' { tab } else { 1 });
            is_there
        });
        before + within.map_or(here.len(), |(offset, _)| offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_a_column_lead_to_a_byte() {
        let source = Source { text: "ab\n\tüx\n".into(), file: None };
        let offset = |line, column| source.offset(line, column, 4);
        assert_eq!([offset(1, 1), offset(1, 2), offset(1, 9)], [0, 1, 2]);
        assert_eq!([offset(2, 1), offset(2, 5), offset(2, 6)], [3, 4, 6]);
        assert_eq!([offset(3, 1), offset(9, 9)], [8, 8]);
        assert_eq!([source.line(0), source.line(3), source.line(8)], [1, 2, 3]);
    }
}
