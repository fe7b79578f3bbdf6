//! A decision point and what is known of its decisions.

use cpex_sdk::engine::EngineError;

use crate::cache::Cache;
use crate::point::DecisionPoint;
use crate::request::{Request, Semantic};

/// A decision point and what is known of its decisions. Each load of a document begins with nothing known.
pub(crate) struct Asked {
    pub(crate) point: DecisionPoint,
    /// None where every operation asks anew.
    pub(crate) cache: Option<Cache>,
    /// How lists are evaluated.
    pub(crate) semantic: Semantic,
}

impl Asked {
    /// Whether the decision point permits what a request asks for, all of it.
    pub(crate) async fn permits(&self, request: &Request) -> Result<bool, EngineError> {
        let ask = self.point.evaluate(request);
        match &self.cache {
            Some(cache) => cache.decided(&request.body, ask).await,
            None => ask.await,
        }
    }
}
