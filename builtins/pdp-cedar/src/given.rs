//! What a config gives an engine.

use crate::entities::KnownEntities;
use crate::policies::Rule;
use crate::schema::CheckedSchema;
use crate::stack::Deep;

/// What a config gives.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) rules: Deep<Vec<Rule>>,
    pub(crate) schema: Option<CheckedSchema>,
    pub(crate) known: KnownEntities,
}
