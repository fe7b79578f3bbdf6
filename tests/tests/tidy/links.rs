//! Links in Markdown files lead to files and headings that exist. Addresses on the web are not followed.

use std::collections::BTreeMap;
use std::path::Path;

use super::repository::{File, expect_none, files, top};

#[test]
fn links_of_the_prose_are_alive() {
    let pages: Vec<File> = files().into_iter().filter(|file| file.path.ends_with(".md")).collect();
    let exists = |path: &str| top().join(path).exists();
    expect_none("links that lead nowhere:", &faults(&pages, &exists));
}

fn faults(pages: &[File], exists: &impl Fn(&str) -> bool) -> Vec<String> {
    let anchors: BTreeMap<&str, Vec<String>> = pages.iter().map(|page| (&*page.path, anchors(&page.text))).collect();
    let mut faults = Vec::new();
    for page in pages {
        for (line, link) in links(&page.text) {
            if !is_alive(page, &link, &anchors, exists) {
                faults.push(format!("{}:{line}: `{link}`", page.path));
            }
        }
    }
    faults
}

fn is_alive(page: &File, link: &str, anchors: &BTreeMap<&str, Vec<String>>, exists: &impl Fn(&str) -> bool) -> bool {
    if link.contains("://") || link.starts_with("mailto:") {
        return true;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let Some(path) = (if path.is_empty() { Some(page.path.clone()) } else { beside(&page.path, path) }) else {
        return false;
    };
    match (anchor, anchors.get(&*path)) {
        (None, _) => exists(&path),
        (Some(anchor), Some(known)) => known.iter().any(|known| known == anchor),
        (Some(_), None) => false,
    }
}

/// The path from the top of the repository that a relative link names; none if it leaves the repository.
fn beside(page: &str, link: &str) -> Option<String> {
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<&str> = folder.to_str()?.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Lines outside of fenced code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((number + 1, line))
    })
}

/// The targets of `[text](target)` and `[name]: target`, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let inline = outside.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let definition =
            outside.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target.trim());
        links.extend(inline.chain(definition).map(|target| (number, target.to_owned())));
    }
    links
}

/// The anchors that headings get: lower case, blanks to hyphens, other signs left out, numbered when repeated.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let headings = prose(text).filter_map(|(_, line)| line.strip_prefix('#'));
    for heading in headings.map(|line| line.trim_start_matches('#')).filter(|line| line.starts_with(' ')) {
        let kept = heading.trim().chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
        let anchor: String = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let repeated = |known: &&String| known.strip_prefix(&*anchor).is_some_and(is_number_suffix);
        let before = anchors.iter().filter(repeated).count();
        anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
    }
    anchors
}

fn is_number_suffix(rest: &str) -> bool {
    rest.is_empty() || rest.strip_prefix('-').is_some_and(|rest| rest.chars().all(|sign| sign.is_ascii_digit()))
}

fn dead(path: &str, text: &str) -> Vec<String> {
    let pages = [File::fixture(path, text), File::fixture("docs/b.md", "# Two words, `code`!\n## Again\n## Again\n")];
    faults(&pages, &|path| ["docs/b.md", "LICENSE", "docs"].contains(&path))
}

#[test]
fn a_link_to_no_file_and_to_no_heading_is_found() {
    let text = "[a](gone.md)\n[b](docs/b.md#nothing) and [c](#here)\n\n[d]: docs/gone.md\n[e](../out.md)";
    let expected = ["1: `gone.md`", "2: `docs/b.md#nothing`", "2: `#here`", "4: `docs/gone.md`", "5: `../out.md`"];
    assert_eq!(dead("a.md", text), expected.map(|fault| format!("a.md:{fault}")));
}

#[test]
fn living_links_pass() {
    let text = "# Here\n[a](LICENSE) [b](docs/b.md#two-words-code) [c](#here) [d](docs/b.md#again-1)\n\
                [e](https://example.com/x) [f](mailto:a@b.example) `[g](code.md)`\n```\n[h](fenced.md)\n```\n[i]: docs/";
    assert_eq!(dead("a.md", text), Vec::<String>::new());
    assert_eq!(dead("docs/a.md", "[a](b.md) [b](../LICENSE) [c](./b.md#again)"), Vec::<String>::new());
}
