//! Datalog that whoever holds a token may have appended, to keep this process busy.

use super::bench::{Bench, Step, appended};

/// Why nothing is minted of a token that this was appended to.
fn cause(datalog: &str) -> Option<String> {
    let bench = Bench::new();
    let inbound = appended(&bench.issue("user(\"ada\")"), datalog);
    let step = Step::of(&inbound, "pay");
    bench.mint(&step).err().map(|error| error.0.replace("the token of `user` ", ""))
}

#[test]
fn what_would_take_long_is_refused_before_it_is_run() {
    let facts: String = (0..100).map(|number| format!("n({number});")).collect();
    let bodies =
        |count: usize| (0..count).map(|at| format!("n(${})", ["a", "b", "c", "d", "e"][at])).collect::<Vec<_>>();
    let join = format!("{facts} check all {}, $a >= 0", bodies(5).join(", "));
    assert_eq!(cause(&join).as_deref(), Some("takes too long to decide"));
    let product = format!("{facts} p($a, $b, $c) <- {}", bodies(3).join(", "));
    assert_eq!(cause(&product).as_deref(), Some("takes too long to decide"));
    let once = format!("{facts} check all {}, $a >= 0", bodies(1).join(", "));
    assert_eq!(cause(&once), None);
}

#[test]
fn loops_patterns_and_foreign_calls_are_refused() {
    assert_eq!(cause("check if {1, 2}.all($a -> {1, 2}.any($b -> $a == $b))").as_deref(), Some("holds a loop"));
    assert_eq!(cause("check if user($u), $u.matches(\"a{1000}{1000}\")").as_deref(), Some("holds a pattern"));
    assert_eq!(cause("check if true || \"a\".extern::f()").as_deref(), Some("calls what is not there"));
    assert_eq!(cause("check if user($u), $u == \"ada\" && $u != \"bob\""), None);
}

#[test]
fn an_expression_is_short() {
    let sum = |count: usize| format!("check if {} > 0", vec!["1"; count].join(" + "));
    assert_eq!(cause(&sum(31)), None);
    assert_eq!(cause(&sum(40)).as_deref(), Some("holds an expression that is too long"));
}

#[test]
fn rules_that_never_end_are_refused() {
    let chain: String = (0..20).map(|number| format!("n{}($x) <- n{number}($x);", number + 1)).collect();
    let chain = format!("n0(1); {chain} check if n20(1)");
    let refused = cause(&chain).unwrap();
    assert!(refused == "takes too long to decide" || refused.starts_with("does not pass"), "{refused}");
    assert_eq!(cause("n(1); m($x) <- n($x); check if m(1)"), None);
}
