//! The words of steps that are no effects: the one that demands, and the keys of steps written as maps.

/// A word of steps, as documentation lists it.
#[derive(Clone, Copy, Debug)]
pub struct StepWord {
    /// The word.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// What follows it.
    pub holds: Holds,
}

/// What follows a [`StepWord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// An expression, or several.
    Expressions,
    /// A step or a list of steps.
    Steps,
    /// A name or a map of its own.
    Other,
}

/// The word that a step in one line may begin with and that is no effect.
pub const REQUIRE: StepWord = StepWord {
    name: "require",
    doc: "Denies unless all of the expressions in parentheses hold.",
    holds: Holds::Expressions,
};

/// The keys of a step written as a map that are no effects and no engines.
pub const STEP_KEYS: &[StepWord] = &[
    StepWord { name: "id", doc: "Names the rule in records and traces.", holds: Holds::Other },
    StepWord { name: "when", doc: "The condition under which `do` runs.", holds: Holds::Expressions },
    StepWord { name: "do", doc: "What runs when the condition of `when` holds.", holds: Holds::Steps },
    StepWord { name: "sequential", doc: "Steps that run one after the other.", holds: Holds::Steps },
    StepWord {
        name: "parallel",
        doc: "Steps that wait on independent gates together; the first deny in written order is the answer.",
        holds: Holds::Steps,
    },
    StepWord { name: "restrict", doc: "Narrows the backends that the host's router may choose.", holds: Holds::Other },
    StepWord { name: "on_allow", doc: "What runs when the decision engine allows.", holds: Holds::Steps },
    StepWord { name: "on_deny", doc: "What runs when the decision engine denies.", holds: Holds::Steps },
];

/// Whether a word is a key of steps written as maps.
pub(super) fn is_step_key(word: &str) -> bool {
    STEP_KEYS.iter().any(|key| key.name == word)
}
