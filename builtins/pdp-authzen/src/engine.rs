//! The engine of an `authzen`.

use std::sync::Arc;

use cpex_sdk::config::ConfigFault;
use cpex_sdk::engine::{DecisionEngine, Prepared};
use serde_json::Value as Json;

use crate::asked::Asked;
use crate::question::prepare;

/// Asks one decision point.
pub(crate) struct AuthZen {
    pub(crate) asked: Arc<Asked>,
}

impl DecisionEngine for AuthZen {
    fn prepare(&self, written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        prepare(written, &self.asked)
    }
}
