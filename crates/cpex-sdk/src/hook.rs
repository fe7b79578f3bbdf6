//! Hooks: the named points at which plugins run.

use apl_cmf::{EntityKind, MessagePayload};

/// One declaration of a hook: everything the runtime knows of it comes from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookPoint {
    /// Its name.
    pub name: &'static str,
    /// Which side of the operation it stands on.
    pub side: HookSide,
    /// What kind of capability it guards.
    pub entity: EntityKind,
}

impl HookPoint {
    /// Every declared hook.
    pub const ALL: [&'static Self; 2] = [CmfToolPreInvoke::POINT, CmfToolPostInvoke::POINT];

    /// The declaration of a hook name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|point| point.name == name)
    }
}

/// The side of an operation a hook stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookSide {
    /// Before it.
    Pre,
    /// After it.
    Post,
}

/// A hook as a type, so that a handler is written for the payload it gets.
pub trait Hook: Send + Sync + 'static {
    /// What a handler gets and may modify.
    type Payload: Send + Sync + 'static;
    /// Its declaration.
    const POINT: &'static HookPoint;
}

macro_rules! cmf_hook {
    ($type:ident $name:literal $side:ident $entity:ident $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug)]
        pub struct $type;

        impl Hook for $type {
            type Payload = MessagePayload;
            const POINT: &'static HookPoint =
                &HookPoint { name: $name, side: HookSide::$side, entity: EntityKind::$entity };
        }
    };
}

cmf_hook!(CmfToolPreInvoke "cmf.tool_pre_invoke" Pre Tool "Before a tool is called; the message holds the call.");
cmf_hook!(CmfToolPostInvoke "cmf.tool_post_invoke" Post Tool "After a tool answered; the message holds the result.");
