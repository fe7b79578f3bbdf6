//! What the example tells.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use cpex::apl::OnEmpty;
use cpex::policy::{Narrowing, Restriction};
use router::{NothingLeft, router};

#[tokio::test]
async fn each_caller_is_answered_by_the_best_model_that_policy_leaves() {
    let mut told = Vec::new();
    router::story(&mut told).await.unwrap();
    let expected = "\
assistant: medium-2 in us-1
assistant: medium-2 in eu-1
assistant: local/tiny in eu-1
assistant: nothing is left to answer
draft: small-1 in us-1
chat: large-2 in us-1
chat: nothing is left to answer
";
    assert_eq!(String::from_utf8(told).unwrap(), expected);
}

#[test]
fn where_nothing_is_left_the_restriction_says_what_then() {
    let mut nothing = Restriction::fold(&[Narrowing::default()]).unwrap();
    nothing.allow_models = Some(Vec::new());
    assert_eq!(router().choose(Some(&nothing)).map(|model| model.name), Err(NothingLeft));
    nothing.on_empty = OnEmpty::Fallback;
    assert_eq!(router().choose(Some(&nothing)).map(|model| model.name), Ok("small-1"));
    assert_eq!(router().choose(None).map(|model| model.name), Ok("large-3-preview"));
}
