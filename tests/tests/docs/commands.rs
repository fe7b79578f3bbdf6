//! Commands that pages show exist: targets of `make`, packages of `cargo`, subcommands of `cpex`. So do the files that
//! pages name, and the features that `README.md` lists.

use std::collections::BTreeSet;

use super::page::{all_blocks, pages, read, top};

#[test]
fn commands_of_the_pages_exist() {
    let makefile = read("Makefile");
    let mut commands = shown();
    commands.extend(mentioned());
    assert!(commands.len() > 8, "only {} commands were found", commands.len());
    let faults: Vec<String> = commands
        .iter()
        .filter_map(|(place, command)| Some(format!("{place}: `{command}`: {}", fault(command, &makefile)?)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The commands of blocks of a shell, with their places.
fn shown() -> Vec<(String, String)> {
    let mut commands = Vec::new();
    for block in all_blocks("sh") {
        let lines = block.text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
        commands.extend(lines.filter(|line| !line.is_empty()).map(|line| (block.place(), line.to_owned())));
    }
    commands
}

/// The commands that stand in the text of pages as code.
fn mentioned() -> Vec<(String, String)> {
    let mut commands = Vec::new();
    for page in pages() {
        for line in read(&page).lines().filter(|line| !line.starts_with("```")) {
            let code = line.split('`').skip(1).step_by(2);
            let is_command = |code: &&str| ["make ", "cargo run ", "cpex "].iter().any(|first| code.starts_with(first));
            commands.extend(code.filter(is_command).map(|code| (page.clone(), code.to_owned())));
        }
    }
    commands
}

/// Why there is no such command.
fn fault(command: &str, makefile: &str) -> Option<String> {
    // Settings of the environment stand before a command.
    let words: Vec<&str> = command.split_whitespace().skip_while(|word| word.contains('=')).collect();
    match words.as_slice() {
        ["make", targets @ ..] => {
            let missing = targets.iter().find(|target| !makefile.lines().any(|line| is_rule(line, target)))?;
            Some(format!("the Makefile has no target `{missing}`"))
        }
        ["cargo", "run", "-p", package, "--", arguments @ ..] => {
            missing_package(package).or_else(|| missing_subcommand(arguments.first()))
        }
        ["cargo", "test" | "bench" | "check" | "clippy", "-p", package, rest @ ..] => {
            missing_package(package).or_else(|| missing_test(rest))
        }
        ["cargo", "test" | "fmt", ..] => None,
        ["cpex", arguments @ ..] => missing_subcommand(arguments.first()),
        _ => Some("this test does not know how to find such a command".to_owned()),
    }
}

fn is_rule(line: &str, target: &str) -> bool {
    line.strip_prefix(target).is_some_and(|rest| rest.starts_with(':'))
}

fn missing_package(name: &str) -> Option<String> {
    let here = [format!("crates/{name}/Cargo.toml"), format!("builtins/{name}/Cargo.toml")];
    let known = name == "cpex-conformance" || here.iter().any(|path| top().join(path).exists());
    (!known).then(|| format!("there is no package `{name}`"))
}

/// A test target that is named and not there.
fn missing_test(rest: &[&str]) -> Option<String> {
    let [.., "--test", name] = rest else { return None };
    let path = format!("tests/tests/{name}.rs");
    (!top().join(&path).exists()).then(|| format!("there is no `{path}`"))
}

fn missing_subcommand(name: Option<&&str>) -> Option<String> {
    let name = name?;
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut std::io::empty(), output: &mut output, errors: &mut errors };
    let status = cpex_cli::run(["cpex", name, "--help"].map(Into::into), &mut streams);
    (status != 0).then(|| format!("`cpex` has no command `{name}`"))
}

#[test]
fn files_that_pages_name_exist() {
    let mut named = 0;
    let mut missing = Vec::new();
    for page in pages() {
        for line in read(&page).lines() {
            for path in line.split('`').skip(1).step_by(2).filter(|code| is_path(code)) {
                named += 1;
                if !top().join(path).exists() {
                    missing.push(format!("{page}: `{path}`"));
                }
            }
        }
    }
    assert!(named > 3, "only {named} paths were found");
    assert!(missing.is_empty(), "there is no {}", missing.join(", "));
}

/// Whether a text is a path from the top of the repository, without wildcards.
fn is_path(code: &str) -> bool {
    let folders = ["builtins/", "crates/", "docs/", "examples/", "scripts/", "tests/"];
    folders.iter().any(|folder| code.starts_with(folder)) && !code.contains(['*', '<', ' '])
}

#[test]
fn the_features_of_the_readme_are_those_of_the_facade() {
    let manifest = read("crates/cpex/Cargo.toml");
    let lines =
        manifest.lines().skip_while(|line| *line != "[features]").skip(1).take_while(|line| !line.starts_with('['));
    let declared: BTreeSet<&str> = lines.filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    let readme = read("README.md");
    let rows = readme.lines().skip_while(|line| !line.starts_with("| feature of `cpex` ")).skip(2);
    let listed: BTreeSet<&str> =
        rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('`').nth(1)).collect();
    // The default brings nothing, and the shelf list is only what the others are made of.
    let chosen: BTreeSet<&str> =
        declared.into_iter().filter(|name| !["default", "cpex-builtins"].contains(name)).collect();
    let kinds = ["identity/jwt", "audit/logger"];
    assert_eq!(listed.difference(&BTreeSet::from(kinds)).copied().collect::<BTreeSet<_>>(), chosen);
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let fault = |command| fault(command, "test: ## run\n\tcargo test\n");
    assert_eq!(fault("make test"), None);
    assert_eq!(fault("cargo run -p cpex-cli -- demo"), None);
    assert_eq!(fault("CPEX_BLESS=1 cargo test -p cpex-conformance --test docs"), None);
    let absent = ["make tests", "cargo run -p cpex-clip -- demo", "cargo run -p cpex-cli -- dmo", "cpex chek a.yaml"];
    for command in absent.into_iter().chain(["cargo test -p cpex-conformance --test dogs", "rm -r x"]) {
        assert!(fault(command).is_some(), "{command}");
    }
}
