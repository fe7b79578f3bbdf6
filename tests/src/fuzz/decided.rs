//! What a decision point answers: only what says of everything that was asked that it is permitted permits it, and nothing of
//! the answer is in a record.

use cpex::{Caller, Operation};
use serde_json::{Map, Value as Json};

use super::monitor::{Monitor, denial};
use super::peer::Says;

const DOCUMENT: &str = "
global:
  pdp: [{ kind: authzen, endpoint: 'https://pdp.example' }]
routes:
  - tool: one
    policy: [{ authzen: { subject: { type: user, id: ada }, action: read, resource: { type: doc, id: '1' } } }]
  - tool: several
    policy: [{ authzen: { subject: { type: user, id: ada }, action: [read, write], resource: { type: doc, id: '1' } } }]
";

/// What the reasons of the seeds begin with.
const PLANTED: &str = "planted";

/// Answers that permit the one and the several.
const PERMITS: [&[u8]; 2] = [
    include_bytes!("../../../fuzz/corpus/decided/permit.json"),
    include_bytes!("../../../fuzz/corpus/decided/both.json"),
];

pub(super) fn check(input: &[u8]) {
    let monitor = Monitor::reaching(DOCUMENT, Says::body(input));
    let answer: Json = serde_json::from_slice(input).unwrap_or_default();
    let one = answer.get("decision").map(Json::as_bool).into_iter().collect::<Vec<_>>();
    let several = answer.get("evaluations").and_then(Json::as_array).into_iter().flatten();
    let several: Vec<_> = several.map(|evaluation| evaluation.get("decision").and_then(Json::as_bool)).collect();
    for ((tool, count, decisions), permit) in [("one", 1, one), ("several", 2, several)].into_iter().zip(PERMITS) {
        let outcome = monitor.authorize(Operation::tool(tool, Map::new()).caller(Caller::anonymous()));
        let said = format!("{:?}", outcome.report.errors);
        assert!(!said.contains(PLANTED), "what the decision point said is in the record: {said}");
        match denial(&outcome) {
            None => assert_eq!(decisions, vec![Some(true); count], "`{tool}` is permitted by nobody"),
            Some("pdp.denied") => assert!(decisions.contains(&Some(false)), "`{tool}` is denied by nobody"),
            Some(code) => assert_eq!(code, "pdp.error", "{tool}"),
        }
        assert!(input != permit || denial(&outcome).is_none(), "`{tool}` is permitted, and denied all the same");
    }
}
