//! The point of a plugin that stands in a field pipeline.

use serde_json::Value as Json;

use crate::hook::{Hook, HookPoint, HookSide};

/// Where a plugin stands in a field pipeline. Policy alone leads there: it is not among [`HookPoint::ALL`].
#[derive(Debug)]
pub struct Field;

/// The values of one field, as a plugin in its pipeline gets them. It answers as many values, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPayload {
    /// `pre` before the operation, `post` after it.
    pub phase: &'static str,
    /// The path of the field as the policy writes it.
    pub path: String,
    /// What the path leads to, as the stages before left it: one value, or all of `[]` or `**`, in the order they stand.
    pub values: Vec<Json>,
}

impl Hook for Field {
    type Payload = FieldPayload;
    const POINT: &'static HookPoint =
        &HookPoint { name: "field", aliases: &[], side: HookSide::Pre, entity: None, after: None };
}
