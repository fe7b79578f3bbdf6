//! Holds `docs/sessions.md` to the keys of a config.

use cpex_sdk::Factory as _;
use cpex_sdk::config::{Key, Shape};
use cpex_session_valkey::{KIND, ValkeyFactory};

const PAGE: &str = include_str!("../../../../docs/sessions.md");

/// The names of keys, those of a map behind its own.
fn names(keys: &[Key]) -> Vec<String> {
    let named = |key: &Key| {
        let mut named = vec![key.name.to_owned()];
        if let Shape::Either(shapes) = key.shape {
            let sections =
                shapes.iter().filter_map(|shape| if let Shape::Section(keys) = shape { Some(*keys) } else { None });
            named.extend(sections.flat_map(names).map(|inner| format!("{}.{inner}", key.name)));
        }
        named
    };
    keys.iter().flat_map(named).collect()
}

#[test]
fn the_page_lists_every_key_and_no_other() {
    let rows = PAGE.lines().skip_while(|line| *line != "| key | default | meaning |").skip(2);
    let cells = rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1));
    let listed: Vec<String> =
        cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned()).collect();
    assert_eq!(listed, names(ValkeyFactory.keys(KIND).unwrap()));
}
