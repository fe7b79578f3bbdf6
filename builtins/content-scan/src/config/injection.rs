//! The config of a `validator/injection-scan`.

use cpex_sdk::config::{ConfigFault, ConfigNode, Key, PluginConfig, Shape, check};

use super::{MODE, Mode, mode, name, regex, take, written};
use crate::injection::{InjectionScanner, RULES, SHIPPED, WORDS};

/// What a config may say.
pub(crate) const KEYS: &[Key] = &[
    Key::optional(
        "rules",
        Shape::List(&Shape::Either(&[Shape::Word(WORDS), Shape::Section(OWN_KEYS)])),
        "The rules that are looked by: `shipped` (default) for all that come with it, some of them by name, and own ones.",
    ),
    MODE,
];

const OWN_KEYS: &[Key] = &[
    Key::required("name", Shape::Text, "What its findings are called."),
    Key::required("regex", Shape::Text, "The regular expression that finds it."),
];

/// Reads a config.
pub(crate) fn read(declaration: &PluginConfig) -> Result<(InjectionScanner, Mode), Vec<ConfigFault>> {
    let config = written(&declaration.config);
    let root = ConfigNode::root(&config);
    let mut faults = check(&root, KEYS);
    let mode = mode(&root, declaration, &mut faults);
    let scanner = match root.get("rules") {
        Some(list) => scanner(&list, &mut faults),
        None => InjectionScanner::default(),
    };
    if faults.is_empty() { Ok((scanner, mode)) } else { Err(faults) }
}

fn scanner(list: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> InjectionScanner {
    if list.value.as_array().is_some_and(Vec::is_empty) {
        faults.push(
            list.fault("the list is empty, so nothing would be looked for").help("name a rule, or remove the key"),
        );
    }
    let (mut shipped, mut own, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for element in list.items() {
        match element.text() {
            Some(word) => {
                for rule in RULES.iter().filter(|rule| word == SHIPPED || rule.id == word) {
                    take(&element, rule.id, &mut taken, faults);
                    shipped.push(rule);
                }
            }
            None => {
                let name = name(&element, &mut taken, faults);
                own.extend(name.zip(regex(&element, faults)));
            }
        }
    }
    own.into_iter().fold(InjectionScanner::of(shipped), |scanner, (name, regex)| scanner.with(name, regex))
}
