//! Stubs: what they stand for, and that none is there in vain.

use super::command::{Place, Ran};

const POLICY: &str = r#"
plugins:
  - { name: scan, kind: acme.Scan, config: { anything: [goes] } }
  - { name: log, kind: audit/logger }
  - { name: jwt, kind: identity/jwt, config: { trusted_issuers: [] } }
routes:
  - { tool: scanned, policy: ["run(scan)"] }
  - { tool: guarded, policy: ["role.x: run(scan)"] }
  - { tool: closed, authentication: [jwt] }
"#;

fn test(cases: &str) -> Ran {
    let file = format!("policy: policy.yaml\n{cases}");
    Place::new().with("policy.yaml", POLICY).with("f.test.yaml", file).cpex("test .")
}

#[test]
fn a_stub_the_document_does_not_name_is_refused() {
    let ran = test("stub: { scna: allow }\ncases: [{ name: n, call: { tool: t }, expect: { decision: deny } }]");
    ran.expect(2, &["f.test.yaml:2:9: error[case.unknown_name]: the policy declares no plugin `scna`", "`scan`?"]);
}

#[test]
fn a_stub_of_a_case_that_nothing_reaches_fails_the_case() {
    let ran = test(
        "stub: { scan: allow }\ncases: [{ name: n, stub: { scan: panic }, call: { tool: guarded }, expect: { decision: allow } }]",
    );
    ran.expect(1, &["stub: nothing reaches `scan`"]);
}

#[test]
fn a_stub_of_the_file_may_be_there_in_vain() {
    test("stub: { scan: allow }\ncases: [{ name: n, call: { tool: guarded }, expect: { decision: allow } }]")
        .expect(0, &[]);
}

#[test]
fn a_kind_of_the_host_must_be_stubbed() {
    let ran = test("cases: [{ name: n, call: { tool: guarded }, expect: { decision: allow } }]");
    ran.expect(2, &["policy.yaml:3:", "plugin `scan`: only a host that brings this kind can make it", "help: stub it"]);
}

#[test]
fn an_identity_plugin_is_scripted_by_the_caller() {
    let ran = test(
        "stub: { scan: allow, jwt: allow }\ncases: [{ name: n, call: { tool: closed }, expect: { decision: deny } }]",
    );
    ran.expect(2, &["`jwt` is an identity plugin", "say who calls by `caller`"]);
    let said = "stub: { scan: allow }\ncases: [{ name: n, caller: { id: e }, call: { tool: closed }, expect: { decision: allow } }]";
    test(said).expect(0, &[]);
}

#[test]
fn credentials_are_verified_by_the_document() {
    // The plugin is real now, so its config is read, and it trusts nobody.
    let case = "{ name: n, call: { tool: closed, headers: { Authorization: Bearer x } }, expect: { decision: deny } }";
    let ran = test(&format!("stub: {{ scan: allow }}\ncases: [{case}]"));
    ran.expect(2, &["policy.yaml:5:", "trusted_issuers"]);
}

#[test]
fn a_principal_nobody_asks_for_fails_the_case() {
    let case = "{ name: n, caller: { id: e }, context: { client: { id: c } }, call: { tool: closed }, expect: { decision: allow } }";
    let ran = test(&format!("stub: {{ scan: allow }}\ncases: [{case}]"));
    ran.expect(1, &["caller: no authenticator in force yields the client that the step states"]);
}

#[test]
fn a_sink_that_fails_denies() {
    let said = "stub: { scan: allow, log: panic }\ncases: [{ name: n, call: { tool: guarded }, expect: { decision: deny, code: audit.failed } }]";
    test(said).expect(0, &["1 passed"]);
    let said = "stub: { scan: allow, log: { deny: x } }\ncases: [{ name: n, call: { tool: guarded }, expect: { decision: deny } }]";
    test(said).expect(2, &["`log` is a sink, which neither denies nor modifies"]);
}

#[test]
fn steps_name_themselves_in_a_difference() {
    let ran = test(
        "stub: { scan: allow }\ncases:\n  - name: n\n    steps:\n      - { call: { tool: guarded }, expect: { decision: allow } }\n      - { call: { tool: scanned }, expect: { decision: deny } }\n",
    );
    ran.expect(1, &["step 2 (scanned): decision: expected deny, got allow"]);
}
