//! `docs/errors.md` has a section for each kind of finding, in the order of the tables, with its sentence, an example that
//! shows it and one that is mended. That the examples do what they say is tested with all others.

use cpex::apl::diagnostic::{Code, Severity};

use super::page::{self, Block, blocks, sections};

const PAGE: &str = "docs/errors.md";

fn all() -> impl Iterator<Item = &'static Code> {
    let tables = [cpex::document::codes::ALL, cpex::policy::code::ALL, cpex::apl::codes::ALL, cpex::apl::lint::ALL];
    tables.into_iter().flatten().copied()
}

#[test]
fn every_kind_of_finding_has_a_section_and_no_other_has() {
    let text = page::read(PAGE);
    let found: Vec<&str> = sections(&text, 3).into_iter().map(|(heading, _)| heading.trim_matches('`')).collect();
    let kinds: Vec<&str> = all().map(|code| code.name).collect();
    assert_eq!(found, kinds);
}

#[test]
fn every_section_says_its_sentence_and_shows_an_example_and_its_mending() {
    let text = page::read(PAGE);
    let sections = sections(&text, 3);
    let faults: Vec<String> = all().zip(sections).filter_map(|(code, (_, section))| fault(code, section)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn fault(code: &Code, section: &str) -> Option<String> {
    let fault = |what: &str| Some(format!("{}: {what}", code.name));
    if !section.starts_with(&sentence(code)) {
        return fault(&format!("the section does not begin with `{}`", sentence(code)));
    }
    let examples: Vec<Block> = blocks(PAGE, section).into_iter().filter(|block| block.language == "yaml").collect();
    let [shown, mended] = examples.as_slice() else {
        return fault("the section has not exactly two examples");
    };
    let mark = match code.severity {
        Severity::Error => "refused",
        Severity::Warning => "warned",
    };
    if shown.mark(mark) != Some(code.name) {
        return fault(&format!("the first example is not marked `{mark}={}`", code.name));
    }
    let is_mended = mended.mark("refused").is_none() && mended.mark("warned").is_none();
    if is_mended { None } else { fault("the second example is not mended") }
}

fn sentence(code: &Code) -> String {
    match code.severity {
        Severity::Error => code.summary.to_owned(),
        Severity::Warning => format!("{} A warning: the document loads.", code.summary),
    }
}

#[test]
fn a_section_that_lacks_something_is_found() {
    let code = &Code { name: "a.b", severity: Severity::Error, summary: "It is so." };
    let shown = "```yaml,refused=a.b\nx: 1\n```\n";
    let mended = "```yaml\ny: 1\n```\n";
    assert_eq!(fault(code, &format!("It is so. Why.\n\n{shown}\nmended:\n\n{mended}")), None);
    assert!(fault(code, &format!("It is not so.\n{shown}{mended}")).is_some());
    assert!(fault(code, &format!("It is so.\n{shown}")).is_some());
    assert!(fault(code, &format!("It is so.\n{mended}{shown}")).is_some());
    assert!(fault(code, &format!("It is so.\n{shown}{shown}")).is_some());
}
