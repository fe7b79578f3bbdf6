//! What a step asks: `{action, resource, principal?, context?}`, read once, at load.

use cedar_policy::{EntityTypeName, EntityUid, RestrictedExpression};
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use serde_json::Value as Json;

use crate::value::{
    Misfit, Plan, convert_members, fill_record, id, is_filled, read_record, read_type, references, uid,
};

/// What an entity may say.
const ENTITY: &[Key] = &[
    Key::required("type", Shape::Text, "Its type, such as `Doc` or `Ns::Doc`."),
    Key::required("id", Shape::Text, "Its id."),
    Key::optional("attributes", MEMBERS, "Its attributes."),
];

/// What a step may say.
const STEP: &[Key] = &[
    Key::required("action", Shape::Text, "The action: `view`, or in full `Ns::Action::\"view\"`."),
    Key::required("resource", Shape::Section(ENTITY), "What it is done to."),
    Key::optional("principal", Shape::Section(ENTITY), "Who does it; the subject as a `User` by default."),
    Key::optional("context", MEMBERS, "What else policies may look at."),
];

/// A map, or the `${path}` of one.
const MEMBERS: Shape = Shape::Either(&[Shape::Map(&Shape::Any), Shape::Text]);

/// What a step asks.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) action: ActionPlan,
    pub(crate) resource: EntityPlan,
    /// None for the subject.
    pub(crate) principal: Option<EntityPlan>,
    pub(crate) context: Members,
}

/// An action.
#[derive(Debug)]
pub(crate) enum ActionPlan {
    Written(EntityUid),
    /// One whose id is filled in, between so many bytes before it and after.
    Filled {
        of: EntityTypeName,
        before: usize,
        after: usize,
    },
}

/// An entity.
#[derive(Debug)]
pub(crate) struct EntityPlan {
    pub(crate) of: EntityTypeName,
    /// The entity itself, where its id is written.
    pub(crate) uid: Option<EntityUid>,
    pub(crate) attributes: Members,
}

/// Attributes, or a context.
#[derive(Debug)]
pub(crate) enum Members {
    Written(Vec<(String, Plan)>),
    /// A map that is filled in as one.
    Filled,
}

impl Step {
    /// Reads the map of a step.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub(crate) fn read(written: &Json) -> Result<Self, Vec<ConfigFault>> {
        let root = ConfigNode::root(written);
        let mut faults = check(&root, STEP);
        if !faults.is_empty() {
            return Err(faults);
        }
        let action = root.get("action").and_then(|action| kept(ActionPlan::read(&action), &mut faults));
        let resource = root.get("resource").and_then(|resource| EntityPlan::read(&resource, &mut faults));
        let principal = root.get("principal").map(|principal| EntityPlan::read(&principal, &mut faults));
        let context = Members::read(root.get("context").as_ref(), &mut faults);
        match (action, resource, principal, context) {
            (Some(action), Some(resource), None, Some(context)) => {
                Ok(Self { action, resource, principal: None, context })
            }
            (Some(action), Some(resource), Some(Some(principal)), Some(context)) => {
                Ok(Self { action, resource, principal: Some(principal), context })
            }
            _ => Err(faults),
        }
    }
}

impl ActionPlan {
    fn read(node: &ConfigNode<'_>) -> Result<Self, ConfigFault> {
        let text = node.text().unwrap_or_default();
        let refuse = || {
            let fault = node.fault(format!("`{text}` is no action"));
            fault.help("write `view`, or in full `Ns::Action::\"view\"`")
        };
        let in_full = text.strip_suffix('"').and_then(|text| text.split_once("::\""));
        let (of, id) = in_full.unwrap_or(("Action", text));
        let of: EntityTypeName = of.parse().map_err(|_| refuse())?;
        if of.basename() != "Action" || is_filled(&of.to_string()) {
            return Err(refuse());
        }
        match in_full {
            _ if is_filled(id) && !id.contains('\\') => {
                let before = text.len() - id.len() - usize::from(in_full.is_some());
                Ok(Self::Filled { of, before, after: usize::from(in_full.is_some()) })
            }
            Some(_) => text.parse().map(Self::Written).map_err(|_| refuse()),
            None => Ok(Self::Written(uid(&of, id))),
        }
    }

    /// The action, where it is written.
    pub(crate) const fn written(&self) -> Option<&EntityUid> {
        match self {
            Self::Written(uid) => Some(uid),
            Self::Filled { .. } => None,
        }
    }

    /// The action, from what the step says with everything filled in.
    pub(crate) fn fill(&self, filled: &Json) -> Result<EntityUid, Misfit> {
        match self {
            Self::Written(uid) => Ok(uid.clone()),
            Self::Filled { of, before, after } => {
                let text = filled.as_str().ok_or(Misfit::new("is no text"))?;
                let id = text.len().checked_sub(*after).and_then(|end| text.get(*before..end));
                Ok(uid(of, id.ok_or(Misfit::new("is no action"))?))
            }
        }
    }
}

impl EntityPlan {
    fn read(node: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<Self> {
        let of = node.get("type").and_then(|of| kept(read_type(&of), faults));
        let attributes = Members::read(node.get("attributes").as_ref(), faults);
        let (of, written, attributes) = (of?, node.get("id")?.text()?, attributes?);
        let uid = (!is_filled(written)).then(|| uid(&of, written));
        Some(Self { of, uid, attributes })
    }

    /// Which entity it is, from what the step says with everything filled in.
    pub(crate) fn fill(&self, filled: &Json) -> Result<EntityUid, Misfit> {
        if let Some(uid) = &self.uid {
            return Ok(uid.clone());
        }
        let id = filled.get("id").and_then(id);
        Ok(uid(&self.of, &id.ok_or(Misfit::new("is neither text nor a whole number").below("id"))?))
    }
}

impl Members {
    fn read(node: Option<&ConfigNode<'_>>, faults: &mut Vec<ConfigFault>) -> Option<Self> {
        match node.map(|node| (node, node.text())) {
            None => Some(Self::Written(Vec::new())),
            Some((_, Some(text))) if is_filled(text) => Some(Self::Filled),
            Some((node, Some(_))) => kept(Err(node.fault("expected a map, found text")), faults),
            Some((node, None)) => read_record(node, faults).map(Self::Written),
        }
    }

    /// The attributes, from what the step says with everything filled in.
    pub(crate) fn fill(&self, filled: Option<&Json>) -> Result<Vec<(String, RestrictedExpression)>, Misfit> {
        let filled = filled.unwrap_or(&Json::Null);
        match self {
            Self::Written(members) => fill_record(members, filled),
            Self::Filled => convert_members(filled.as_object().ok_or(Misfit::new("is no map"))?),
        }
    }

    /// Adds the entities they refer to.
    pub(crate) fn references(&self, filled: Option<&Json>, found: &mut Vec<EntityUid>) {
        if let (Self::Written(members), Some(filled)) = (self, filled) {
            references(members, filled, found);
        }
    }
}

/// What was read; a fault is added to the others.
fn kept<T>(read: Result<T, ConfigFault>, faults: &mut Vec<ConfigFault>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}
