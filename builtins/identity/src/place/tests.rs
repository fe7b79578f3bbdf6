use super::*;

fn authorization(values: &[&str]) -> Result<Option<String>, Refusal> {
    find(&Place::header("Authorization"), "authorization", values)
}

fn find(place: &Place, header: &str, values: &[&str]) -> Result<Option<String>, Refusal> {
    let credentials = values.iter().fold(Credentials::none(), |sent, value| sent.with(header, *value));
    place.find(&credentials).map(|found| found.map(str::to_owned))
}

fn token(text: &str) -> Result<Option<String>, Refusal> {
    Ok(Some(text.to_owned()))
}

#[test]
fn a_bearer_token_is_found_in_any_case_of_its_scheme() {
    for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c", " Bearer a.b.c ", "Bearer\ta.b.c"] {
        assert_eq!(authorization(&[value]), token("a.b.c"), "{value}");
    }
    assert_eq!(find(&Place::header("PROXY-Authorization"), "proxy-authorization", &["Bearer a"]), token("a"));
}

#[test]
fn another_scheme_is_another_kind_of_credential() {
    for value in ["Basic dXNlcjpwYXNz", "Digest username=\"a\", realm=\"b\"", "Bearertoken", "a.b.c", "Bearer2 a"] {
        assert_eq!(authorization(&[value]), Ok(None), "{value}");
    }
    assert_eq!(authorization(&[]), Ok(None));
}

#[test]
fn a_place_that_is_there_and_holds_nothing_is_empty() {
    for value in ["", " ", "\t", "Bearer", "bearer ", "Bearer \t "] {
        assert_eq!(authorization(&[value]), Err(EMPTY), "{value:?}");
    }
}

#[test]
fn two_values_are_ambiguous_however_they_are_sent() {
    for values in [
        ["Bearer a", "Bearer b"].as_slice(),
        &["Bearer a", "Bearer a"],
        &["Bearer a", ""],
        &["Basic a", "Bearer b"],
        &["Bearer a, Bearer b"],
        &["Bearer a,Bearer b"],
        &["Bearer a, b"],
        &["Bearer a,"],
        &["Basic a, Bearer b"],
        &["Basic a,bearer"],
    ] {
        assert_eq!(authorization(values), Err(AMBIGUOUS), "{values:?}");
    }
}

#[test]
fn another_header_holds_the_token_with_or_without_a_scheme() {
    let place = Place::header("X-Token");
    let found = |values: &[&str]| find(&place, "x-token", values);
    assert_eq!(found(&["a.b.c"]), token("a.b.c"));
    assert_eq!(found(&[" Bearer a.b.c"]), token("a.b.c"));
    assert_eq!(found(&["Bearer "]), Err(EMPTY));
    assert_eq!(found(&[""]), Err(EMPTY));
    assert_eq!(found(&["a, b"]), Err(AMBIGUOUS));
    assert_eq!(found(&["a", "b"]), Err(AMBIGUOUS));
    assert_eq!(found(&[]), Ok(None));
    assert_eq!(find(&place, "authorization", &["Bearer a"]), Ok(None));
}

#[test]
fn a_cookie_is_found_by_its_exact_name() {
    let place = Place::Cookie { name: "session".to_owned() };
    let found = |values: &[&str]| find(&place, "cookie", values);
    assert_eq!(found(&["theme=dark; session=a.b.c; x=y"]), token("a.b.c"));
    assert_eq!(found(&["theme=dark", "session=\"a.b.c\""]), token("a.b.c"));
    assert_eq!(found(&["theme=dark; Session=a; xsession=b; session2=c; session"]), Ok(None));
    assert_eq!(found(&["session="]), Err(EMPTY));
    assert_eq!(found(&["session=\"\""]), Err(EMPTY));
    assert_eq!(found(&["session=a; session=b"]), Err(AMBIGUOUS));
    assert_eq!(found(&["session=a", "session=a"]), Err(AMBIGUOUS));
}

#[test]
fn a_parameter_is_found_by_its_exact_name_and_only_in_the_query() {
    let place = Place::Parameter { name: "token".to_owned() };
    let found = |sent: Credentials| place.find(&sent).map(|found| found.map(str::to_owned));
    let with =
        |values: &[&str]| values.iter().fold(Credentials::none(), |sent, value| sent.with_parameter("token", *value));
    assert_eq!(found(with(&["a.b.c"])), token("a.b.c"));
    assert_eq!(found(with(&["Bearer a"])), token("Bearer a"), "a query has no schemes");
    assert_eq!(found(with(&[""])), Err(EMPTY));
    assert_eq!(found(with(&["a", "a"])), Err(AMBIGUOUS));
    assert_eq!(found(Credentials::none().with("token", "a").with_parameter("Token", "a")), Ok(None));
    assert_eq!(find(&Place::header("token"), "other", &["a"]), Ok(None));
    assert_eq!(Place::header("token").find(&with(&["a"])), Ok(None));
}
