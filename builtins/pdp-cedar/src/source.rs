//! A text that a config holds or a file of it, and what is wrong in it.

use std::sync::Arc;

use cpex_sdk::Host;
use cpex_sdk::config::{ConfigFault, ConfigNode};

use crate::fault::Finding;

/// A text in a language of its own.
#[derive(Clone, Debug)]
pub(crate) struct Source<'c> {
    pub(crate) text: Arc<str>,
    /// The file it stands in, as the config names it.
    pub(crate) file: Option<&'c str>,
    node: ConfigNode<'c>,
}

impl<'c> Source<'c> {
    /// The text of a value.
    pub(crate) fn written(node: &ConfigNode<'c>) -> Option<Self> {
        Some(Self { text: node.text()?.into(), file: None, node: node.clone() })
    }

    /// The text of the file that a value names; none where it cannot be read, which is then among the faults.
    pub(crate) fn file(node: &ConfigNode<'c>, host: &Host, faults: &mut Vec<ConfigFault>) -> Option<Self> {
        let path = node.text()?;
        match host.files.read(path) {
            Ok(text) => Some(Self { text, file: Some(path), node: node.clone() }),
            Err(error) => {
                faults.push(node.fault(format!("cannot read `{path}`: {error}")));
                None
            }
        }
    }

    /// A fault of this text.
    pub(crate) fn fault(&self, finding: Finding) -> ConfigFault {
        let place = finding.offset.and_then(|offset| place(&self.text, offset));
        let mut fault = finding.at(self.node.fault(""));
        match (self.file, place) {
            (Some(path), _) => fault.in_file(path),
            (None, None) => fault,
            // Where a text of several lines stands in a document, only its begin can be pointed at.
            (None, Some((line, column))) => {
                fault.text = format!("{}, at line {line}, column {column} of the text", fault.text);
                fault
            }
        }
    }
}

/// The line and the column of an offset, from 1, in a text of several lines.
fn place(text: &str, offset: usize) -> Option<(usize, usize)> {
    let before = text.get(..offset).filter(|_| text.trim_end().contains('\n'))?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some((before.split('\n').count(), line.chars().count() + 1))
}
