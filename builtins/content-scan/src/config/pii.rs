//! The config of a `validator/pii-scan`.

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, PluginConfig, Shape, check};

use super::{MODE, Mode, mode, name, regex, take, written};
use crate::pii::{CUSTOM, Kind, PiiScanner};

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional(
        "detect",
        Shape::List(&Shape::Section(DETECT_KEYS)),
        "The kinds of personal data that are looked for, by default `ssn`, `credit_card` and `iban`.",
    ),
    MODE,
];

const DETECT_KEYS: &[Key] = &[
    Key::required("kind", Shape::Word(Kind::WORDS), "A kind of personal data, or `custom`."),
    Key::optional("name", Shape::Text, "Of `custom`: what its findings are called."),
    Key::optional("regex", Shape::Text, "Of `custom`: the regular expression that finds it."),
];

/// Reads a config.
pub(crate) fn read(declaration: &PluginConfig) -> Result<(PiiScanner, Mode), Vec<ConfigFault>> {
    let config = written(&declaration.config);
    let root = ConfigNode::root(&config);
    let mut faults = check(&root, KEYS);
    let mode = mode(&root, declaration, &mut faults);
    let scanner = match root.get("detect") {
        Some(list) => scanner(&list, &mut faults),
        None => PiiScanner::default(),
    };
    if faults.is_empty() { Ok((scanner, mode)) } else { Err(faults) }
}

fn scanner(list: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> PiiScanner {
    if list.value.as_array().is_some_and(Vec::is_empty) {
        faults.push(
            list.fault("the list is empty, so nothing would be looked for").help("name a kind, or remove the key"),
        );
    }
    let (mut kinds, mut own, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for element in list.items() {
        let Some(kind) = element.get("kind") else { continue };
        match kind.text() {
            Some(CUSTOM) => {
                let missing = ["name", "regex"].into_iter().filter(|key| element.get(key).is_none());
                faults.extend(missing.map(|key| element.fault(format!("the key `{key}` is missing"))));
                let name = name(&element, &mut taken, faults);
                own.extend(name.zip(regex(&element, faults)));
            }
            Some(word) => {
                let foreign = ["name", "regex"].into_iter().filter_map(|key| element.get(key));
                faults.extend(foreign.map(|node| node.fault("only a kind `custom` has this key")));
                if let Ok(known) = word.parse::<Kind>() {
                    take(&kind, word, &mut taken, faults);
                    kinds.push(known);
                }
            }
            None => {}
        }
    }
    own.into_iter().fold(PiiScanner::of(&kinds), |scanner, (name, regex)| scanner.with(name, regex))
}
