//! Pages that are followed from top to bottom: the files they write are written, the commands they show are run, and what
//! is shown below a command is what it prints.
//!
//! A block marked `file=NAME` is that file, `append=NAME` adds to its end. A block of `console` holds commands after `$ `,
//! each with what it prints, and with its exit status in parentheses where that is not 0. `CPEX_BLESS=1` writes what is
//! printed into the pages.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use super::page::{blocks, expect_fresh, pages, read};

#[test]
fn pages_show_what_commands_print() {
    let walked: Vec<String> = pages().into_iter().filter(|page| is_walked(&read(page))).collect();
    assert_eq!(walked, ["docs/replay.md", "docs/testing.md", "docs/tutorial.md"]);
    for page in walked {
        expect_fresh(&page, &walk(&page, &read(&page)));
    }
}

#[test]
fn a_page_that_shows_something_else_is_found() {
    let page = "```yaml,file=p.yaml\nroutes: []\n```\n\n```console\n$ cpex check p.yaml\nold\n$ cpex check nowhere\n```\nend\n";
    let made = walk("p.md", page);
    let expected = "```yaml,file=p.yaml\nroutes: []\n```\n\n```console\n$ cpex check p.yaml\n1 file checked: 0 errors, 0 \
                    warnings\n$ cpex check nowhere\n`nowhere` does not exist\n(exit status 2)\n```\nend\n";
    assert_eq!(made, expected);
}

fn is_walked(text: &str) -> bool {
    blocks("", text).iter().any(|block| block.language == "console" || block.is_kept())
}

/// The page with what its commands print, run in a folder that holds what the page writes.
fn walk(page: &str, text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().canonicalize().unwrap();
    let mut blocks = blocks(page, text).into_iter();
    let mut made = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made.push_str(line);
        made.push('\n');
        if !line.trim_start().starts_with("```") {
            continue;
        }
        let block = blocks.next().unwrap();
        assert!(line.starts_with("```") || block.language != "console", "{}: indented", block.place());
        let inside: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
        if block.language == "console" {
            made.push_str(&session(&folder, &inside));
        } else {
            keep(&folder, block.mark("file"), block.mark("append"), &block.text);
            inside.iter().for_each(|line| made.extend([line, "\n"]));
        }
        made.push_str("```\n");
    }
    made
}

/// Writes what the page says is in a file.
fn keep(folder: &Path, file: Option<&str>, append: Option<&str>, text: &str) {
    if let Some(name) = file {
        fs::write(folder.join(name), text).unwrap();
    }
    if let Some(name) = append {
        let mut file = OpenOptions::new().append(true).open(folder.join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}

/// The commands of a block, each with what it prints now.
fn session(folder: &Path, lines: &[&str]) -> String {
    let commands = lines.iter().filter_map(|line| line.strip_prefix("$ "));
    commands.map(|command| format!("$ {command}\n{}", run(folder, command))).collect()
}

/// Runs a command of words without blanks. Paths are relative to the folder, as in a shell that stands there.
fn run(folder: &Path, command: &str) -> String {
    let words: Vec<String> = command.split_whitespace().map(|word| within(folder, word)).collect();
    assert_eq!(words.first().map(String::as_str), Some("cpex"), "only `cpex` is run: {command}");
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut std::io::empty(), output: &mut output, errors: &mut errors };
    let status = cpex_cli::run(words.into_iter().map(Into::into), &mut streams);
    let printed = String::from_utf8([output, errors].concat()).unwrap();
    let printed = printed.replace(&format!("{}/", folder.display()), "");
    if status == 0 { printed } else { format!("{printed}(exit status {status})\n") }
}

fn within(folder: &Path, word: &str) -> String {
    if word == "." {
        return folder.display().to_string();
    }
    if folder.join(word).exists() { folder.join(word).display().to_string() } else { word.to_owned() }
}
