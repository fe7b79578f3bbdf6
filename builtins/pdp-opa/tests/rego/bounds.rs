//! What no policy and no question goes beyond.

use std::fmt::Write as _;

use serde_json::json;

use super::bench::{ask, build, engine, permits, refused};

#[test]
fn an_ask_is_cut_off_after_so_many_steps() {
    let policy = "package t\nallow if {\n\tsome a in input.args.xs\n\tsome b in input.args.xs\n\tsome c in input.args.xs\n\ta + b + c == 0\n}";
    let of = |count: usize| json!({ "args": { "xs": vec![1; count] } });
    assert!(!permits(policy, of(10)));
    let error = ask(policy, of(100)).unwrap_err();
    assert_eq!(error, "`data.t.allow` takes more than 100000 steps");
    // The bound is on steps and not on time: the same ask ends the same way each time.
    assert!((0..3).all(|_| ask(policy, of(100)) == Err(error.clone())));
}

#[test]
fn a_function_does_not_swallow_the_bound() {
    let policy = "package t\nallow if not slow(input.args.xs)\nslow(xs) if {\n\tsome a in xs\n\tsome b in xs\n\tsome c in xs\n\ta + b + c == 0\n}";
    let error = ask(policy, json!({ "args": { "xs": vec![1; 100] } })).unwrap_err();
    assert_eq!(error, "`data.t.allow` takes more than 100000 steps");
}

/// Policies whose rules nest or follow one another so often, of every kind that does so in another way.
fn nested(count: usize) -> Vec<String> {
    let (mut rules, mut functions, mut loops) = (String::new(), String::new(), String::from("allow if {\n"));
    for i in 0..count {
        let _ = writeln!(rules, "r{i} if r{}", i + 1);
        let _ = writeln!(functions, "f{i}(x) if f{}(x)", i + 1);
        let _ = writeln!(loops, "some x{i} in [1]");
    }
    vec![
        format!("package t\nallow if r0\n{rules}r{count} if input.args.x == 1"),
        format!("package t\nallow if f0(input.args.x)\n{functions}f{count}(x) if x == 1"),
        format!("package t\n{loops}input.args.x == 1\n}}"),
        format!("package t\nallow if 0 < 1{}", " + 1".repeat(count)),
        format!("package t\nallow if 0 < {}1{}", "abs(".repeat(count), ")".repeat(count)),
        format!("package t\nallow if 0 < {}1{}", "(".repeat(count), ")".repeat(count)),
        format!("package t\nallow if {}1{} != 1", "[".repeat(count), "]".repeat(count)),
        format!("package t\nallow if {}1{} != 1", "{\"a\": ".repeat(count), "}".repeat(count)),
        format!("package t\nallow if {}1{} != 1", "[x | x := ".repeat(count), "]".repeat(count)),
        format!("package t\nallow if not input.args{}", ".a".repeat(count)),
        format!("package t\nallow if not input.args{}", "[input.args.x]".repeat(count)),
        format!("package t\nallow if not input.args.x in{} [1]", " [1] in".repeat(count)),
        format!(
            "package t\nallow if {}{}",
            "every x in [1] { ".repeat(count),
            "x == 1".to_owned() + &" }".repeat(count)
        ),
    ]
}

#[test]
fn however_deep_a_policy_nests_it_is_decided_or_refused() {
    for count in [8, 12, 30, 100, 300, 2_000, 20_000] {
        for policy in nested(count) {
            let config = json!({ "policy_text": policy.replace(" + ", "\n+ "), "query": "data.t.allow" });
            let Ok(engine) = build(config, &[]) else { continue };
            let Ok(prepared) = engine.prepare(&json!({})) else { continue };
            // On a thread with little stack, as a host may have.
            let asked = std::thread::Builder::new().stack_size(128 * 1024).spawn(move || {
                let verdict = super::bench::put(&prepared, &json!({}), json!({ "args": { "x": 1 } }));
                drop((engine, prepared));
                verdict
            });
            let _ = asked.unwrap().join().unwrap();
        }
    }
}

#[test]
fn what_people_write_is_decided_however_little_stack_a_thread_has() {
    for policy in nested(12) {
        if policy.contains("{\"a\": {\"a\"") || policy.contains("[[") || policy.contains("every") {
            continue;
        }
        let prepared = engine(&policy).prepare(&json!({ "query": "data.t.allow" })).unwrap();
        let asked = std::thread::Builder::new()
            .stack_size(64 * 1024)
            .spawn(move || super::bench::put(&prepared, &json!({}), json!({ "args": { "x": 1 } })));
        assert!(asked.unwrap().join().unwrap().is_ok(), "{policy}");
    }
}

#[test]
fn a_policy_is_not_larger_than_a_mebibyte() {
    let policy = format!("package t\nallow := true\n{}", "# a comment of no account\n".repeat(45_000));
    assert!(refused(&policy)[0].0.contains("exceeds maximum allowed policy file size"), "{:?}", refused(&policy)[0].0);
}
