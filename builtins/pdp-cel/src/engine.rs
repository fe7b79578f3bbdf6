//! The engine: what all expressions share, and how one is prepared.

use std::sync::Arc;

use cel::Env;
use cpex_sdk::config::ConfigFault;
use cpex_sdk::engine::{DecisionEngine, Prepared};
use serde_json::Value as Json;

use crate::place::EXPR;
use crate::question::Asked;
use crate::{budget, lower, parse, pattern, place, scan};

/// Decides by expressions of CEL.
pub(crate) struct Engine {
    env: Arc<Env>,
}

impl Engine {
    pub(crate) fn new() -> Result<Self, String> {
        let mut env = Env::stdlib().with_optional_support(false);
        pattern::declare(&mut env).map_err(|error| error.to_string())?;
        budget::declare(&mut env).map_err(|error| error.to_string())?;
        Ok(Self { env: Arc::new(env) })
    }
}

impl DecisionEngine for Engine {
    fn prepare(&self, written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        let text = written.get(EXPR).and_then(Json::as_str).unwrap_or_default();
        scan::check(text).map_err(|fault| vec![fault])?;
        let env = Arc::clone(&self.env);
        let lowered = parse::on_large_stack(|| lower::lower(text, &parse::parse(&env, text)?))
            .unwrap_or_else(|| Err(vec![place::fault(text, 0, "this cannot be read")]))?;
        let paths = lowered.reads.iter().map(|read| read.path.as_str().into()).collect();
        let question = Asked { env, expression: lowered.expression, paths, patterns: lowered.patterns };
        Ok(Prepared { question: Arc::new(question), reads: lowered.reads })
    }
}
