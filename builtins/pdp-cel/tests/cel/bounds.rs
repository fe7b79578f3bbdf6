//! What no request makes an expression do.

use std::thread;

use cpex_pdp_cel::MAX_STEPS;
use serde_json::json;

use crate::cel::support::{ask, ask_prepared, prepare};

fn spent() -> Result<bool, String> {
    Err(format!("its loops take more than {MAX_STEPS} steps"))
}

#[test]
fn trap_22_a_list_that_is_too_long_to_loop_over_is_an_error() {
    let list = |length: usize| json!({ "args.xs": vec![1; length], "args.ys": vec![2; length] });
    assert_eq!(ask("args.xs.all(x, x > 0)", &list(9_000)), Ok(true));
    assert_eq!(ask("args.xs.all(x, x > 0)", &list(10_001)), spent());
    for nested in [
        "args.xs.all(x, args.ys.all(y, x < y))",
        "args.xs.all(x, !args.ys.exists(y, x > y))",
        "args.xs.map(x, args.ys.map(y, x + y)).size() == 200",
        "args.xs.filter(x, args.ys.filter(y, x > y).size() == 0).size() == 200",
        "args.xs.exists_one(x, args.ys.exists_one(y, x == y)) == false",
        "args.xs.map(x, args.ys.all(y, x < y), x).size() == 200",
    ] {
        assert_eq!(
            ask(nested, &list(90)),
            if nested.contains("size() == 200") { Ok(false) } else { Ok(true) },
            "{nested}"
        );
        assert_eq!(ask(nested, &list(200)), spent(), "{nested}");
    }
}

#[test]
fn a_loop_that_was_cut_short_decides_nothing() {
    let stated = json!({ "args.xs": vec![1; 20_000], "role.hr": true });
    for expr in ["args.xs.all(x, x > 0) || role.hr", "role.hr || args.xs.all(x, x > 0)", "!args.xs.exists(x, x > 1)"] {
        let expected = if expr.starts_with("role") { Ok(true) } else { spent() };
        assert_eq!(ask(expr, &stated), expected, "{expr}");
    }
}

#[test]
fn trap_22_what_a_loop_builds_of_large_values_is_bounded_too() {
    let text = "x".repeat(1 << 20);
    let stated = json!({ "args.big": text, "args.small": vec![""; 5_000], "args.bigs": vec![text.as_str(); 4] });
    assert_eq!(ask("args.small.map(s, args.big + s).size() > 0", &stated), spent());
    assert_eq!(ask("args.bigs.map(b, args.small.map(s, b + s)).size() > 0", &stated), spent());
    assert_eq!(ask("args.small.all(s, !(s in args.bigs))", &stated), spent());
    // Outside of loops a value is as large as a request may make it.
    let many = vec!["args.big.contains('y')"; 60].join(" || ");
    assert_eq!(ask(&many, &stated), Ok(false));
}

#[test]
fn the_deepest_expression_is_evaluated_on_a_small_stack() {
    let loops = "[args.c].filter(x, [args.c].all(y, x || y)).size() == 1";
    let deepest = [
        format!("!{}args.c{}", "(!".repeat(22), ")".repeat(22)),
        format!("1{} > 0", " + args.a".repeat(22)),
        format!("{}1{} == args.b", "[".repeat(22), "]".repeat(22)),
        format!("{}true", "args.c ? args.c : ".repeat(22)),
        format!("{}{loops}{}", "(args.c && ".repeat(14), ")".repeat(14)),
        format!("{}0{} >= 0", "int(".repeat(11), " + 1)".repeat(11)),
    ];
    for expr in deepest {
        let prepared = prepare(&expr).unwrap_or_else(|faults| panic!("{expr}: {faults:?}"));
        // Three quarters of what a thread of an asynchronous runtime has.
        let small = thread::Builder::new().stack_size(1536 * 1024);
        let stated = json!({ "args.a": 1, "args.b": [], "args.c": true });
        let asked = small.spawn(move || ask_prepared(&prepared, &stated)).unwrap().join().unwrap();
        assert!(asked.is_ok(), "{expr}: {asked:?}");
    }
}

#[test]
fn a_deep_value_is_read() {
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!([deep]);
    }
    let stated = json!({ "args.deep": deep, "args.same": deep });
    assert_eq!(ask("args.deep == args.same && args.deep != [1]", &stated), Ok(true));
}
