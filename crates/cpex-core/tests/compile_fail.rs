//! What the types forbid. Each program under `compile_fail` has a twin under `compile_pass` that differs by the one line
//! that is forbidden.

#[test]
fn what_is_forbidden_does_not_compile_and_its_twin_does() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_pass/*.rs");
    cases.compile_fail("tests/compile_fail/*.rs");
}
