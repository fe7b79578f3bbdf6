//! Hooks: the named points at which plugins run.
//!
//! Most stand before and after operations, and their payload is the message of the operation, or what a typed spelling
//! shows of it. Hosts declare others of their own with [`crate::define_hook!`].

use apl_cmf::{EntityKind, MessagePayload};

/// One declaration of a hook: everything the runtime knows of it comes from here. Two of one name are the same point.
#[derive(Clone, Copy, Debug)]
pub struct HookPoint {
    /// Its name.
    pub name: &'static str,
    /// Other spellings of it.
    pub aliases: &'static [&'static str],
    /// Which side of the operation it stands on.
    pub side: HookSide,
    /// What kind of capability it guards; none of a hook that stands at no operation.
    pub entity: Option<EntityKind>,
    /// The hook on the other side of the operation, of a hook before it.
    pub after: Option<&'static Self>,
}

impl HookPoint {
    /// The hook of an operation, by any of its spellings.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|point| point.is_named(name))
    }

    /// Whether that is a spelling of its name.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// The hook before an operation on that kind of capability, if one is declared.
    #[must_use]
    pub fn before(entity: EntityKind) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|point| point.side == HookSide::Pre && point.entity == Some(entity))
    }

    /// The hook after the operation; a hook that stands there is its own.
    #[must_use]
    pub const fn after(&'static self) -> &'static Self {
        match self.after {
            Some(after) => after,
            None => self,
        }
    }
}

impl PartialEq for HookPoint {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for HookPoint {}

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

macro_rules! hooks {
    ($(
        $entity:ident
        $before:ident $before_name:literal $([$($before_alias:literal)+])? $before_doc:literal,
        $after:ident $after_name:literal $([$($after_alias:literal)+])? $after_doc:literal;
    )+) => {
        $(
            hooks!(@hook $before $before_name [$($($before_alias)+)?] Pre $entity Some($after::POINT) $before_doc);
            hooks!(@hook $after $after_name [$($($after_alias)+)?] Post $entity None $after_doc);
        )+

        impl HookPoint {
            /// Every hook of operations.
            pub const ALL: &'static [&'static Self] = &[$($before::POINT, $after::POINT),+];
        }
    };
    (@hook $type:ident $name:literal [$($alias:literal)*] $side:ident $entity:ident $other:ident $(($point:expr))? $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug)]
        pub struct $type;

        impl Hook for $type {
            type Payload = MessagePayload;
            const POINT: &'static HookPoint = &HookPoint {
                name: $name,
                aliases: &[$($alias),*],
                side: HookSide::$side,
                entity: Some(EntityKind::$entity),
                after: $other $(($point))?,
            };
        }
    };
}

hooks! {
    Tool
        CmfToolPreInvoke "cmf.tool_pre_invoke" ["tool_pre_invoke"] "Before a tool is called; the message holds the call.",
        CmfToolPostInvoke "cmf.tool_post_invoke" ["tool_post_invoke"] "After a tool answered; the message holds the result.";
    Prompt
        CmfPromptPreFetch "cmf.prompt_pre_fetch" ["prompt_pre_fetch"] "Before a prompt is rendered; the message holds the request.",
        CmfPromptPostFetch "cmf.prompt_post_fetch" ["prompt_post_fetch"] "After a prompt was rendered; the message holds what it was rendered to.";
    Resource
        CmfResourcePreFetch "cmf.resource_pre_fetch" ["resource_pre_fetch"] "Before a resource is read; the message holds a reference to it.",
        CmfResourcePostFetch "cmf.resource_post_fetch" ["resource_post_fetch"] "After a resource was read; the message holds its content.";
    Llm
        CmfLlmInput "cmf.llm_input" "Before a model is asked; the message holds the request.",
        CmfLlmOutput "cmf.llm_output" "After a model answered; the message holds what it said.";
    Agent
        CmfAgentPreInvoke "cmf.agent_pre_invoke" ["agent_pre_invoke"] "Before another agent is called; the message holds the request.",
        CmfAgentPostInvoke "cmf.agent_post_invoke" ["agent_post_invoke"] "After another agent answered; the message holds the answer.";
    Http
        HttpPreRequest "http.request" ["http_pre_request"]
            "Before an HTTP request goes on; the message holds its query and body, its context the rest.",
        HttpPostRequest "http.response" ["http_post_request"]
            "After an HTTP request was answered; the message holds the content of the answer.";
}
