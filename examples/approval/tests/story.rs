//! What the example tells.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[tokio::test]
async fn a_raise_is_done_once_after_the_manager_approved_it_and_no_other_is() {
    let mut told = Vec::new();
    approval::story(&mut told).await.unwrap();
    let told = String::from_utf8(told).unwrap();
    let expected = r#"backend: dan is raised by 50
agent: raise by 50: done
agent: raise by 500: waiting for an approval
agent: raise by 500: waiting for an approval
eve: 0 questions in her inbox
carol: eve wants this: Raise a salary, {"amount":500,"employee":"dan"}
eve: there is no such open question for you
carol: approved
agent: raise by 5000: denied, the approval does not cover this call
backend: dan is raised by 500
agent: raise by 500: done
agent: raise by 500: denied, the approval was already used
"#;
    assert_eq!(told, expected);
}
