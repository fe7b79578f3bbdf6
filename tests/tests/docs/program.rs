//! The program of `README.md`: its one block of Rust is the part of this file between the two marks, which is compiled and
//! run here.

// begin
use cpex::prelude::*;
use serde_json::json;

const POLICY: &str = r#"
routes:
  - tool: get_compensation
    policy: [ "require(role.hr)" ]
    result: { ssn: "str | redact(!perm.view_ssn)" }
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manager = PluginManager::from_yaml(POLICY).await?;

    // Who calls is what your gateway verified, or what a token says that an identity plugin verifies.
    let alice = Subject { id: "alice".into(), roles: NameSet::from_iter(["hr"]), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(alice), ..Identity::default() });
    let operation = Operation::tool("get_compensation", serde_json::Map::new()).caller(caller);

    // The tool is called in here and nowhere else: only if policy permits, and what it answers comes back as policy
    // leaves it.
    let call_tool = |_call: Call| async {
        Ok::<_, std::io::Error>(Answer::structured(json!({ "ssn": "555-12-3456", "salary": 95000 })))
    };
    match manager.guard(operation, call_tool).await?.decision {
        Decision::Allow(answer) => assert_eq!(answer.content(), &json!({ "ssn": "[REDACTED]", "salary": 95000 })),
        Decision::Deny(violation) => panic!("{}: {}", violation.code, violation.reason),
        Decision::Pending(pending) => panic!("waiting for {}", pending.elicitation),
    }
    Ok(())
}
// end

use super::page::{all_blocks, read};

#[test]
fn the_program_of_the_readme_is_this_one() {
    let file = read("tests/tests/docs/program.rs");
    let (_, rest) = file.split_once("// begin\n").unwrap();
    let (program, _) = rest.split_once("// end\n").unwrap();
    let shown: Vec<_> =
        all_blocks("rust").into_iter().filter(|block| !block.is("ignore") && block.mark("from").is_none()).collect();
    assert!(shown.iter().all(|block| block.page == "README.md"), "no other page has Rust that is compiled: {shown:?}");
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].text, program, "README.md and tests/tests/docs/program.rs differ");
}

#[test]
fn the_program_of_the_readme_runs() {
    main().unwrap();
}
