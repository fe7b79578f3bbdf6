//! Pages of Markdown: their fenced blocks, their sections, and the parts of them that are made from tables.

use std::fs;
use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The page, from the top of the repository.
    pub(super) page: String,
    /// The line of its fence, from 1.
    pub(super) line: usize,
    /// The language, such as `yaml`.
    pub(super) language: String,
    /// What follows the language after commas, such as `policy` or `refused=rule.syntax`.
    pub(super) marks: Vec<String>,
    pub(super) text: String,
}

impl Block {
    pub(super) fn is(&self, mark: &str) -> bool {
        self.marks.iter().any(|own| own == mark)
    }

    /// What is written after `key=`.
    pub(super) fn mark(&self, key: &str) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix(key)?.strip_prefix('='))
    }

    /// Whether it is a file, or a part of one, of a page that is followed from top to bottom.
    pub(super) fn is_kept(&self) -> bool {
        self.mark("file").is_some() || self.mark("append").is_some()
    }

    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// The top of the repository.
pub(super) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file of the repository.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every page: those at the top, and those of `docs`.
pub(super) fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    for folder in ["", "docs"] {
        for entry in fs::read_dir(top().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                pages.push(Path::new(folder).join(name).to_str().unwrap().to_owned());
            }
        }
    }
    pages.sort();
    pages
}

/// The fenced blocks of a page, in order. A block that stands in a list is taken without its indentation.
pub(super) fn blocks(page: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().zip(1..);
    while let Some((fence, line)) = lines.next() {
        let Some(info) = fence.trim_start().strip_prefix("```") else { continue };
        let indent = fence.len() - fence.trim_start().len();
        let mut words = info.trim().split(',').map(str::to_owned);
        let mut block = Block {
            page: page.to_owned(),
            line,
            language: words.next().unwrap_or_default(),
            marks: words.collect(),
            text: String::new(),
        };
        for (inside, _) in lines.by_ref().take_while(|(line, _)| line.trim() != "```") {
            block.text.push_str(inside.get(indent..).unwrap_or_default());
            block.text.push('\n');
        }
        blocks.push(block);
    }
    blocks
}

/// Every block of a language on every page.
pub(super) fn all_blocks(language: &str) -> Vec<Block> {
    let of_page = |page: String| blocks(&page, &read(&page));
    pages().into_iter().flat_map(of_page).filter(|block| block.language == language).collect()
}

/// The headings of a depth, each with the text up to the next heading of that depth or above.
pub(super) fn sections(text: &str, depth: usize) -> Vec<(&str, &str)> {
    let mut sections: Vec<(&str, usize, usize)> = Vec::new();
    let (mut at, mut fenced, mut open) = (0, false, false);
    for line in text.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if !fenced && (1..=depth).contains(&level) {
            if let Some((.., end)) = sections.last_mut().filter(|_| open) {
                *end = at;
            }
            open = level == depth;
            if open {
                sections.push((line[level..].trim(), at + line.len(), text.len()));
            }
        }
        at += line.len();
    }
    sections.into_iter().map(|(heading, start, end)| (heading, text[start..end].trim())).collect()
}

/// Checks that a file is what was made, or writes it when asked to by `CPEX_BLESS=1`.
pub(super) fn expect_fresh(path: &str, made: &str) {
    if std::env::var_os("CPEX_BLESS").is_some_and(|value| value == "1") {
        return fs::write(top().join(path), made).unwrap();
    }
    let found = fs::read_to_string(top().join(path)).unwrap_or_default();
    let number = found.lines().zip(made.lines()).take_while(|(found, made)| found == made).count();
    let line = |text: &str| text.lines().nth(number).unwrap_or("(nothing)").to_owned();
    assert!(
        found == made,
        "{path} is not what the tables say. Run the tests again with CPEX_BLESS=1 to write it anew.\n\
         line {}, found: {}\n  the tables say: {}",
        number + 1,
        line(&found),
        line(made),
    );
}

/// A page with its part between `<!-- name -->` and `<!-- end of name -->` replaced.
pub(super) fn with_part(page: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("there is no `{begin}`"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("there is no `{end}`"));
    format!("{before}{begin}\n{}\n\n{end}{after}", part.trim())
}

/// A table of Markdown. A bar in a cell is escaped, in code too, as GitHub asks for.
pub(super) fn table<const N: usize>(heading: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let row = |cells: [String; N]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let line = format!("|{}\n", "---|".repeat(N));
    let rows: String = rows.into_iter().map(row).collect();
    format!("{}{line}{rows}", row(heading.map(str::to_owned)))
}

#[test]
fn blocks_are_read_with_their_marks() {
    let text = "a\n```yaml,policy,refused=rule.x\n- a\n\n```\n- b\n  ```sh\n  make\n  ```\n";
    let found = blocks("p.md", text);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].line, found[0].text.as_str()), (2, "- a\n\n"));
    assert!(found[0].is("policy") && !found[0].is("refused"));
    assert_eq!(found[0].mark("refused"), Some("rule.x"));
    assert_eq!((found[1].language.as_str(), found[1].text.as_str()), ("sh", "make\n"));
}

#[test]
fn sections_end_at_the_next_heading_and_ignore_code() {
    let text = "# T\n## A\none\n### B\n```\n### no\n```\n### C\ntwo\n## D\nthree\n### E\n";
    assert_eq!(sections(text, 3), [("B", "```\n### no\n```"), ("C", "two"), ("E", "")]);
}

#[test]
fn a_part_is_replaced_and_the_rest_stays() {
    let page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n";
    let made = with_part(page, "x", "new");
    assert_eq!(made, "a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb\n");
    assert_eq!(with_part(&made, "x", "new"), made);
}
