//! What a field pipeline, or a plugin in one, does to the forms of a payload.

use apl_cmf::ContentPart;
use apl_core::{ActiveRewrite, RewriteFault, Treatment};
use apl_cpex::Attribute;
use serde_json::{Map, Value as Json};

/// What treats the forms of a payload.
pub(in crate::perform) trait Treats {
    /// Treats a structured value; answers whether it changed.
    fn apply(&mut self, value: &mut Json) -> Result<bool, RewriteFault>;

    /// Treats a text; answers what takes its place, if anything does.
    fn apply_text(&mut self, text: &str) -> Result<Option<String>, RewriteFault>;

    /// Whether a text can be asked for the field.
    fn can_read(&self, text: &str) -> bool;

    /// Whether a payload that cannot be read must be withheld.
    fn could_transform(&self) -> bool;
}

impl Treats for &ActiveRewrite<'_, Attribute> {
    fn apply(&mut self, value: &mut Json) -> Result<bool, RewriteFault> {
        ActiveRewrite::apply(self, value)
    }

    fn apply_text(&mut self, text: &str) -> Result<Option<String>, RewriteFault> {
        ActiveRewrite::apply_text(self, text)
    }

    fn can_read(&self, text: &str) -> bool {
        ActiveRewrite::can_read(self, text)
    }

    fn could_transform(&self) -> bool {
        ActiveRewrite::could_transform(self)
    }
}

impl Treats for Treatment<'_> {
    fn apply(&mut self, value: &mut Json) -> Result<bool, RewriteFault> {
        Treatment::apply(self, value)
    }

    fn apply_text(&mut self, text: &str) -> Result<Option<String>, RewriteFault> {
        Treatment::apply_text(self, text)
    }

    fn can_read(&self, _: &str) -> bool {
        true
    }

    fn could_transform(&self) -> bool {
        Treatment::could_transform(self)
    }
}

/// Withholds a part that says more than what is treated of it: members the format does not have, and what a server says of a
/// resource beside its content.
pub(super) fn check_rest<T: Treats>(active: &T, part: &ContentPart) -> Result<(), RewriteFault> {
    let has_more = part.more().is_some_and(|more| !more.is_empty());
    let says_more = match part {
        ContentPart::Resource(resource) => resource.description.is_some() || !resource.annotations.is_empty(),
        _ => false,
    };
    if (has_more || says_more) && active.could_transform() { Err(RewriteFault::Unreadable) } else { Ok(()) }
}

/// Treats arguments that are a map.
pub(super) fn treat_arguments<T: Treats>(
    active: &mut T,
    arguments: &mut Map<String, Json>,
) -> Result<bool, RewriteFault> {
    let mut whole = Json::Object(std::mem::take(arguments));
    let treated = active.apply(&mut whole);
    if let Json::Object(whole) = whole {
        *arguments = whole;
    }
    treated
}
