//! What Cedar says is wrong, told as this runtime tells it: at its place, in its own words, with what to do.

use cpex_sdk::config::ConfigFault;
use miette::Diagnostic;

/// What Cedar finds wrong with a text: the offset in it, the words, and the advice.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) offset: Option<usize>,
    pub(crate) text: String,
    pub(crate) help: Option<String>,
}

impl Finding {
    /// A finding of Cedar.
    pub(crate) fn of(diagnostic: &dyn Diagnostic) -> Self {
        let label = diagnostic.labels().and_then(|mut labels| labels.next());
        let beside = label.as_ref().and_then(|label| label.label()).map(str::to_owned);
        // Cedar says of some errors what it was about only, and what is wrong in their source.
        let mut text = diagnostic.to_string();
        let mut source = diagnostic.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        Self {
            offset: label.map(|label| label.offset()),
            text,
            help: diagnostic.help().map(|help| help.to_string()).or(beside),
        }
    }

    pub(crate) fn new(offset: Option<usize>, text: impl Into<String>) -> Self {
        Self { offset, text: text.into(), help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same, said of a value of the config.
    pub(crate) fn at(self, mut fault: ConfigFault) -> ConfigFault {
        fault.offset_in_text = self.offset;
        ConfigFault { text: self.text, help: self.help, ..fault }
    }
}
