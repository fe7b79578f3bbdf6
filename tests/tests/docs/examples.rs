//! Every block of YAML on every page does what its mark says when it is loaded: nothing is found in one without a mark,
//! `refused=CODE` does not load for that reason alone, `warned=CODE` loads with that warning alone, and the cases of a
//! `test` pass. Files of pages that are followed are left to them.

use std::fs;

use cpex_cli::case::TestFile;

use super::page::{Block, all_blocks, blocks};
use super::policy;

/// What a block may be marked with.
const MARKS: [&str; 13] = [
    "policy",
    "post_policy",
    "args",
    "result",
    "latin-1",
    "bare",
    "alone",
    "test",
    "refused",
    "warned",
    "file",
    "append",
    "from",
];

#[test]
fn every_example_does_what_its_mark_says() {
    let examples = all_blocks("yaml");
    assert!(examples.len() > 100, "only {} examples were found", examples.len());
    let faults: Vec<String> = examples.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn fault(block: &Block) -> Option<String> {
    let unknown = |mark: &&String| !MARKS.contains(&mark.split('=').next().unwrap_or_default());
    if let Some(mark) = block.marks.iter().find(unknown) {
        return Some(format!("{}: nothing knows the mark `{mark}`", block.place()));
    }
    if block.is_kept() || block.mark("from").is_some() {
        // It is run where its page is followed, or by the file it is taken from.
        return None;
    }
    if block.is("test") {
        let failed = failed_cases(block);
        return (!failed.is_empty()).then(|| format!("{}: {}", block.place(), failed.join("\n")));
    }
    let found = policy::load(block);
    let (expected, refused) = match (block.mark("refused"), block.mark("warned")) {
        (Some(code), _) => (Some(code), true),
        (None, warned) => (warned, false),
    };
    let alone = match expected {
        Some(code) => !found.codes.is_empty() && found.codes.iter().all(|found| *found == code),
        None => found.codes.is_empty(),
    };
    let wanted = expected.unwrap_or("nothing");
    (!alone || found.refused != refused)
        .then(|| format!("{}: expected {wanted}, found:\n{}\n", block.place(), found.shown))
}

/// The cases of a policy test that do not end as they expect.
fn failed_cases(block: &Block) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.test.yaml");
    fs::write(&path, &block.text).unwrap();
    let file = match TestFile::read(&path) {
        Ok(file) => file,
        Err(refused) => return vec![refused.to_string()],
    };
    match file.run(None) {
        Ok(ends) if ends.is_empty() => vec!["there are no cases".to_owned()],
        Ok(ends) => {
            let failed = ends.iter().filter(|end| !end.passed());
            failed.map(|end| format!("{}: {}", end.name, end.diff.join("; "))).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn an_example_that_does_otherwise_is_found() {
    let faulty = |text: &str| blocks("p.md", text).iter().filter_map(fault).count();
    assert_eq!(faulty("```yaml\nroutes: []\n```\n"), 0);
    assert_eq!(faulty("```yaml\nroute: []\n```\n"), 1);
    assert_eq!(faulty("```yaml,refused=document.unknown_key\nroute: []\n```\n"), 0);
    assert_eq!(faulty("```yaml,warned=document.unknown_key\nroute: []\n```\n"), 1);
    assert_eq!(faulty("```yaml,refused=document.unknown_key\nroutes: []\n```\n"), 1);
    assert_eq!(faulty("```yaml,refused=document.unknown_key\nroute: []\nroutes: 1\n```\n"), 1);
    assert_eq!(faulty("```yaml,policy\n- \"role.hr: deny\"\n```\n"), 0);
    let case = "```yaml,test\npolicy_text: \"routes: [{ tool: t }]\"\ncases: [{ name: n, call: { tool: t }, expect: ";
    assert_eq!(faulty(&format!("{case}{{ decision: allow }} }}]\n```\n")), 0);
    assert_eq!(faulty(&format!("{case}{{ decision: deny }} }}]\n```\n")), 1);
    assert_eq!(faulty("```yaml,skip\nroutes: []\n```\n"), 1);
}
