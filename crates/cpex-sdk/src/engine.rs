//! The decision port: engines that policy asks (policy decision points, PDP).
//!
//! A question is prepared once, at load, from the map a step writes; asking it parses and compiles nothing.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::config::{ConfigFault, ConfigStep};

/// An engine that decides what policy asks it.
#[async_trait]
pub trait DecisionEngine: Send + Sync + 'static {
    /// Prepares a question from the map of its step as written, `${path}` included: programs are compiled, shapes checked.
    ///
    /// # Errors
    /// Everything that is wrong with the map, each at its place in it.
    fn prepare(&self, written: &Json) -> Result<Prepared, Vec<ConfigFault>>;

    /// Makes ready.
    ///
    /// # Errors
    /// Why it cannot run; the document it belongs to is then not published.
    async fn initialize(&self) -> Result<(), crate::PluginError> {
        Ok(())
    }
}

/// A question, and the attributes it is to be asked with besides what its map says.
#[derive(Clone)]
pub struct Prepared {
    /// The question.
    pub question: Arc<dyn Question>,
    /// The attributes it reads.
    pub reads: Vec<Read>,
}

/// An attribute that a question reads. A path that names none is a mistake of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its path, as policy writes it, such as `subject.roles` or `args`.
    pub path: String,
    /// Where the map of the step names it, as steps into the map; none where the map as a whole means it.
    pub place: Vec<ConfigStep>,
    /// Byte offset of the name in the text at `place`, where that is in a language of its own.
    pub offset_in_text: Option<usize>,
}

/// A prepared question.
#[async_trait]
pub trait Question: Send + Sync + 'static {
    /// Asks it of one operation.
    ///
    /// # Errors
    /// Why the engine cannot decide; the operation is then denied `pdp.error`.
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError>;
}

/// What an engine learns of an operation.
#[derive(Clone, Copy)]
pub struct Inquiry<'i> {
    /// The map of the step with every `${path}` replaced by its value.
    pub map: &'i Json,
    /// The attributes of [`Prepared::reads`], by their index there.
    pub attributes: &'i dyn AttributeReader,
}

/// Reads attributes of one operation.
pub trait AttributeReader: Sync {
    /// The value of the attribute at that index of [`Prepared::reads`]; none where it is absent.
    fn read(&self, index: usize) -> Option<Json>;
}

/// What an engine decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it permits. There is no third answer: what cannot be decided is an [`EngineError`].
    pub permits: bool,
    /// The policies that determined it, by their ids in the engine.
    pub policies: Vec<String>,
}

/// Why an engine cannot decide. The text goes to the record, never to the caller, and holds no value of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(pub String);

impl Read {
    /// An attribute that the map of the step as a whole means.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), place: Vec::new(), offset_in_text: None }
    }

    /// The same attribute, named there in a text of the map.
    #[must_use]
    pub fn at(self, place: Vec<ConfigStep>, offset_in_text: usize) -> Self {
        Self { place, offset_in_text: Some(offset_in_text), ..self }
    }
}

impl Verdict {
    /// The engine permits, by these policies.
    #[must_use]
    pub const fn permit(policies: Vec<String>) -> Self {
        Self { permits: true, policies }
    }

    /// The engine denies, by these policies; none where nothing permitted.
    #[must_use]
    pub const fn deny(policies: Vec<String>) -> Self {
        Self { permits: false, policies }
    }
}

impl fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry").finish_non_exhaustive()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("reads", &self.reads).finish_non_exhaustive()
    }
}
