//! `cpex replay`: records hold what a decision needs, and what another policy changes is found exactly.

use cpex_cli::case::TestFile;
use cpex_cli::replay_cases;
use serde_json::Value as Json;

use super::command::top;
use super::corpus::collect;

#[test]
fn every_operation_of_the_corpus_is_decided_again_as_it_was() {
    let mut files = Vec::new();
    collect(&top().join("tests/corpus"), &mut files);
    let (mut alike, mut faults) = (0, Vec::new());
    for path in files {
        let file = TestFile::read(&path).unwrap();
        for (name, report) in replay_cases(&file, None).unwrap() {
            alike += report["alike"].as_u64().unwrap();
            if report["operations"] != report["alike"] {
                faults.push(format!("{}: {name}: {report:#}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{} cases:\n{}", faults.len(), faults.join("\n"));
    assert!(alike > 700, "only {alike} operations");
}
