//! `docs/schema.json` is made from the tables of keys, and takes what the reader takes.

use cpex::document::{Document, kinds, schema};
use cpex::sdk::config::Key;
use serde_json::{Value as Json, json};

use super::page::{self, Block, all_blocks};
use super::policy;
use super::validator;

/// Findings that the tables of keys have, so that the schema must refuse what has one.
const OF_KEYS: [&str; 5] = [
    "document.unknown_key",
    "document.missing_key",
    "document.misplaced_key",
    "document.unsupported",
    "document.wrong_shape",
];

fn made() -> Json {
    let published = |kind: &kinds::Kind| Some((kind.name, cpex::builtin_factory(kind.name)?.keys(kind.name)?));
    let configs: Vec<(&str, &[Key])> = kinds::ALL.iter().filter_map(published).collect();
    assert!(configs.len() >= 2, "the builtins publish the keys of their configs");
    schema::schema(&configs)
}

fn to_json(block: &Block) -> Option<Json> {
    Some(Document::parse(block.place(), &policy::document(block)).ok()?.root().to_json())
}

#[test]
fn the_schema_is_made_from_the_tables() {
    page::expect_fresh("docs/schema.json", &format!("{:#}\n", made()));
}

#[test]
fn the_schema_takes_every_example_that_loads() {
    let schema = made();
    let is_policy = |block: &Block| !block.is("test") && (!block.is_kept() || block.is("file=policy.yaml"));
    let loads = |block: &Block| block.mark("refused").is_none() && !block.is("latin-1") && is_policy(block);
    for block in all_blocks("yaml").iter().filter(|block| loads(block)) {
        let document = to_json(block).unwrap_or_else(|| panic!("{} is no document", block.place()));
        assert_eq!(validator::fault(&schema, &document), None, "{}", block.place());
    }
}

#[test]
fn the_schema_refuses_every_example_whose_keys_are_refused() {
    let schema = made();
    let is_of_keys = |block: &Block| block.mark("refused").is_some_and(|code| OF_KEYS.contains(&code));
    let examples: Vec<Block> = all_blocks("yaml").into_iter().filter(is_of_keys).collect();
    assert!(examples.len() >= OF_KEYS.len());
    for block in examples {
        let document = to_json(&block).unwrap_or_else(|| panic!("{} is no document", block.place()));
        assert!(validator::fault(&schema, &document).is_some(), "{}", block.place());
    }
}

#[test]
fn the_schema_knows_the_config_of_a_builtin() {
    let schema = made();
    let with = |config: Json| json!({ "plugins": [{ "name": "log", "kind": "audit/logger", "config": config }] });
    assert_eq!(validator::fault(&schema, &with(json!({ "source": "here" }))), None);
    assert!(validator::fault(&schema, &with(json!({ "sauce": "here" }))).is_some());
    let other = json!({ "plugins": [{ "name": "own", "kind": "my.Own", "config": { "sauce": "here" } }] });
    assert_eq!(validator::fault(&schema, &other), None);
}
