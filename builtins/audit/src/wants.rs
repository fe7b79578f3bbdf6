//! What records of a sink hold beside what those of every sink do: its keys `digests` and `replay`.

use cpex_sdk::audit::{CARRIED, Digests, Replay, ValuePath, Wants};
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape};

/// The key `digests`.
pub(crate) const DIGESTS: Key = Key::optional(
    "digests",
    Shape::List(&Shape::Word(&["args", "result"])),
    "Whose keyed digests stand on a record: `args`, `result`. They take `plugin_settings.audit_key`.",
);

/// The key `replay`.
pub(crate) const REPLAY: Key = Key::optional(
    "replay",
    Shape::Section(REPLAY_KEYS),
    "Keeps what it takes to decide operations again, for `cpex replay`; `{}` keeps no value of an operation.",
);

const REPLAY_KEYS: &[Key] = &[Key::optional(
    "values",
    Shape::List(&Shape::Text),
    "Attributes whose values are kept as they are, such as `args.amount`, `result` or `custom.region`.",
)];

/// Reads both, and adds the mistakes in them that their shapes leave open.
pub(crate) fn read(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Wants {
    let digests = root.get("digests");
    let words: Vec<&str> =
        digests.iter().flat_map(|list| list.value.as_array()).flatten().filter_map(|word| word.as_str()).collect();
    Wants {
        digests: Digests { args: words.contains(&"args"), result: words.contains(&"result") },
        replay: root.get("replay").map(|replay| Replay { values: values(&replay, faults) }),
    }
}

fn values(replay: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Vec<ValuePath> {
    let Some(list) = replay.get("values") else { return Vec::new() };
    let mut values: Vec<ValuePath> = Vec::new();
    for item in list.items() {
        let Some(written) = item.text() else { continue };
        match ValuePath::read(written) {
            Some(path) => values.push(path),
            None => {
                let help = format!("write names joined by dots that begin with one of {}", CARRIED.join(", "));
                faults.push(item.fault(format!("`{written}` is no value an operation carries")).help(help));
            }
        }
    }
    values.sort();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(config: &serde_json::Value) -> (Wants, Vec<String>) {
        let mut faults = Vec::new();
        let wants = read(&ConfigNode::root(config), &mut faults);
        (wants, faults.into_iter().map(|fault| fault.text).collect())
    }

    #[test]
    fn what_is_not_listed_is_not_wanted() {
        assert_eq!(of(&json!({})), (Wants::default(), Vec::new()));
        let replay = Some(Replay::default());
        assert_eq!(of(&json!({"replay": {}})), (Wants { replay, ..Wants::default() }, Vec::new()));
    }

    #[test]
    fn listed_digests_and_values_are_wanted_once() {
        let (wants, faults) = of(&json!({"digests": ["result"], "replay": {"values": ["args.b", "args.a", "args.b"]}}));
        assert_eq!((wants.digests, faults), (Digests { args: false, result: true }, Vec::new()));
        let values: Vec<String> =
            wants.replay.iter().flat_map(|replay| &replay.values).map(ToString::to_string).collect();
        assert_eq!(values, ["args.a", "args.b"]);
    }

    #[test]
    fn a_path_that_holds_no_values_is_a_mistake() {
        let (_, faults) = of(&json!({"replay": {"values": ["subject.id", "args"]}}));
        assert_eq!(faults, ["`subject.id` is no value an operation carries"]);
    }
}
