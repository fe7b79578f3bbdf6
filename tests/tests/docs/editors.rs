//! The settings of editors that a page shows are in their notation, start the command that is there, and name the schema
//! where it is.

use serde_json::Value as Json;

use super::page::{Block, blocks, read, top};

const PAGE: &str = "docs/editors.md";

fn shown(language: &str) -> Vec<Block> {
    let found: Vec<Block> = blocks(PAGE, &read(PAGE)).into_iter().filter(|block| block.language == language).collect();
    assert!(!found.is_empty(), "{PAGE} shows no {language}");
    found
}

/// Fails unless the command is `cpex` and takes these arguments.
fn expect_command(command: &str, arguments: &[&str]) {
    assert_eq!(command, "cpex");
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut std::io::empty(), output: &mut output, errors: &mut errors };
    let line = [&["cpex"], arguments, &["--help"]].concat();
    assert_eq!(cpex_cli::run(line.into_iter().map(Into::into), &mut streams), 0, "{arguments:?}");
    assert!(String::from_utf8(output).unwrap().contains("Language Server Protocol"), "{arguments:?}");
}

#[test]
fn settings_in_json_start_the_server_or_name_the_schema() {
    let (mut servers, mut schemas) = (0, 0);
    for block in shown("json") {
        let settings: Json =
            serde_json::from_str(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.place()));
        if let Some(command) = settings["glspc.serverCommand"].as_str() {
            let arguments = settings["glspc.serverCommandArguments"].as_array().unwrap();
            expect_command(command, &arguments.iter().filter_map(Json::as_str).collect::<Vec<_>>());
            servers += 1;
        }
        for path in settings["yaml.schemas"].as_object().into_iter().flat_map(|schemas| schemas.keys()) {
            assert!(top().join(path).exists(), "there is no {path}");
            schemas += 1;
        }
    }
    assert_eq!((servers, schemas), (1, 1));
}

#[test]
fn settings_in_toml_start_the_server() {
    for block in shown("toml") {
        let settings: toml::Table = block.text.parse().unwrap_or_else(|error| panic!("{}: {error}", block.place()));
        let server = &settings["language-server"]["cpex"];
        let arguments = server["args"].as_array().unwrap();
        let arguments: Vec<&str> = arguments.iter().filter_map(toml::Value::as_str).collect();
        expect_command(server["command"].as_str().unwrap(), &arguments);
        let language = &settings["language"][0];
        assert_eq!(language["language-servers"][0].as_str(), Some("cpex"));
    }
}

#[test]
fn settings_in_lua_start_the_server() {
    for block in shown("lua") {
        let command = block.text.lines().find_map(|line| line.trim().strip_prefix("cmd = { ")?.strip_suffix(" },"));
        let words: Vec<&str> = command.unwrap().split(", ").map(|word| word.trim_matches('"')).collect();
        expect_command(words[0], &words[1..]);
    }
}
