//! What expressions say of values.

use serde_json::{Value as Json, json};

use crate::cel::support::{ask, prepare};

fn stated() -> Json {
    json!({
        "args.amount": 500,
        "args.float": 499.5,
        "args.huge": u64::MAX,
        "args.name": "naïve",
        "args.flag": false,
        "args.tags": ["a", "b"],
        "args.items": [{ "price": 3, "ok": true, "note": null }, { "price": 9, "ok": false }],
        "args.tags[1]": "b",
        "args.limits.max": 1000,
        "args.limits['max']": 1000,
        "args.limits": { "max": 1000, "none": null },
        "args.items[0].price": 3,
        "args['a.b']": 1,
        "role.hr": true,
        "role.admin": false,
        "role['admin.readonly']": true,
        "role.guest": false,
        "perm.x": false,
        "team.y": false,
        "client.role.bot": false,
        "subject.id": "ada",
        "subject.roles": ["hr"],
        "request.time": 1_767_225_600,
        "session.labels": [],
        "authenticated": true,
    })
}

#[test]
fn an_expression_is_true_or_false() {
    for (expr, expected) in [
        ("args.amount <= 500 && role.hr", true),
        ("args.amount < 500 || role.admin", false),
        ("!role.admin", true),
        ("authenticated ? subject.id == 'ada' : false", true),
        ("args.name == 'naïve' && args.name.size() == 5 && size(args.name) == 5", true),
        ("args.name.startsWith('na') && args.name.endsWith('ve') && args.name.contains('ï')", true),
        ("args.name.matches('^n.*e$') && matches(args.name, r'\\w{5}')", true),
        ("args.name.matches('^a')", false),
        ("'a' in args.tags && !('c' in args.tags) && 'hr' in subject.roles", true),
        ("'max' in args.limits", true),
        ("args.tags == ['a', 'b'] && args.tags[1] == 'b' && args.tags + ['c'] == ['a', 'b', 'c']", true),
        ("args.items.all(item, item.price > 2) && args.items.exists(item, item.ok)", true),
        ("args.items.exists_one(item, item.ok) && args.items.existsOne(item, !item.ok)", true),
        ("args.items.filter(item, item.ok).map(item, item.price) == [3]", true),
        ("args.items.map(item, item.ok, item.price + 1) == [4]", true),
        ("args.items.all(item, args.limits.max > item.price)", true),
        ("args.items[0].price == 3 && args['a.b'] == 1 && args.limits['max'] == 1000", true),
        ("args.items[args.items.size() - 1].price == 9", true),
        ("{'eu': 1, 'us': 2}['eu'] == 1 && {'a': 1}.a == 1", true),
        ("request.time - 1767225600 == 0 && int('7') + int(2.9) == 9", true),
        ("type(args.amount) == int && type(args.name) == string && type(args.flag) != type(1)", true),
        ("dyn(args.name) != 1 && string(args.amount) == '500' && bool('true') && bytes('a') == b'a'", true),
        ("role['admin.readonly']", true),
        (".args.amount == 500", true),
        ("args.amount == 500 // a comment\n && true", true),
        ("args.tags.exists(args, args == 'a')", true),
    ] {
        assert_eq!(ask(expr, &stated()), Ok(expected), "{expr}");
    }
}

#[test]
fn numbers_compare_by_value() {
    for (expr, expected) in [
        ("args.amount == 500.0 && args.amount == 500u && args.float < args.amount", true),
        ("args.huge > 9223372036854775807 && args.huge == 18446744073709551615u", true),
        ("args.huge > args.amount && 1 < 1.5 && 2u > 1.5", true),
        // A double holds 53 bits: larger whole numbers are compared with one as the double next to them.
        ("9007199254740993 == 9007199254740992.0", true),
        ("9007199254740993 == 9007199254740992", false),
        ("args.amount == '500' || args.flag == 0 || role.hr == 1", false),
    ] {
        assert_eq!(ask(expr, &stated()), Ok(expected), "{expr}");
    }
}

#[test]
fn has_asks_whether_there_is_a_value_and_what_is_not_held_is_false() {
    for (expr, expected) in [
        ("has(args.amount) && has(args.limits.max) && has(subject.roles)", true),
        ("has(args.absent)", false),
        ("has(args.absent.deeper)", false),
        ("!has(args.absent) || args.absent == 1", true),
        ("has(args.absent) && args.absent == 1", false),
        ("role.guest || has(role.guest) || has(client.role.bot) || has(perm.x) || has(team.y)", false),
        ("has(role.hr) && role.hr", true),
        ("args.items.all(item, has(item.price)) && args.items.exists(item, has(item.note))", false),
    ] {
        assert_eq!(ask(expr, &stated()), Ok(expected), "{expr}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_an_error_that_names_no_value() {
    for (expr, expected) in [
        ("args.absent == 1", "`args.absent` is absent"),
        ("args.absent != 1", "`args.absent` is absent"),
        ("!(args.absent == 1)", "`args.absent` is absent"),
        ("args.items.all(item, args.absent)", "`args.absent` is absent"),
        ("args.amount", "its value is no boolean but of type int"),
        ("args.tags", "its value is no boolean but of type list"),
        ("args.name && role.hr", "`&&` does not take string and bool"),
        ("args.amount > args.name", "`>` does not take int and string"),
        ("args.amount + args.name == 1", "`add` does not take int and string"),
        ("!args.amount", "`!` does not take int"),
        ("args.amount in args.name", "`in` does not take int and string"),
        ("args.amount.contains('5')", "`contains` does not take int and string"),
        ("args.amount.matches('5')", "`matches` does not take int and pattern"),
        ("args.name.size == 1", "`args.name.size` is absent"),
        ("args.items[args.amount].ok", "a list is shorter than an index into it"),
        ("args.items.all(item, item.absent)", "a map has no such key"),
        ("args.limits[args.name] == 1", "a map has no such key"),
        ("args.amount / (args.amount - 500) == 1", "division by zero"),
        ("args.amount % (args.amount - 500) == 1", "division by zero"),
        ("9223372036854775807 + args.amount > 0", "a number is too large"),
        ("-9223372036854775808 - args.amount < 0", "a number is too large"),
        ("9223372036854775807 * args.amount > 0", "a number is too large"),
        ("int(args.name) == 1", "`int` cannot read what it is given"),
        ("int(args.huge) == 1", "`int` cannot read what it is given"),
        ("bool(args.name)", "`bool` cannot read what it is given"),
        ("{args.name: 1, 'naïve': 2}.x == 1", "a map has a key twice"),
        ("args.amount.all(x, true)", "a value is of the wrong type"),
    ] {
        assert_eq!(ask(expr, &stated()), Err(expected.to_owned()), "{expr}");
    }
}

#[test]
fn an_error_is_none_where_the_other_side_decides() {
    for (expr, expected) in [
        ("args.absent == 1 || role.hr", true),
        ("args.absent == 1 && role.admin", false),
        ("args.items.exists(item, item.absent || item.ok)", true),
    ] {
        assert_eq!(ask(expr, &stated()), Ok(expected), "{expr}");
    }
}

#[test]
fn an_expression_reads_what_it_mentions_once_and_where_it_does() {
    let prepared =
        prepare("args.ü == 'ü' && role['x\\'y\\\\'] || has(args.a.b[0]) && args.xs.all(x, x.y == args.a.b[0])");
    assert!(prepared.is_err(), "a name of CEL has letters of ASCII");
    let prepared =
        prepare("'ü' == args.u && role['x\\'y\\\\'] || has(args.a.b) && args.xs.all(x, x.y == args.a.b)").unwrap();
    let reads: Vec<_> = prepared.reads.iter().map(|read| (read.path.as_str(), read.offset_in_text.unwrap())).collect();
    assert_eq!(reads, [("args.u", 8), (r"role['x\'y\\']", 18), ("args.a.b", 40), ("args.xs", 53)]);
}

#[test]
fn keys_of_a_map_come_in_one_order() {
    let stated = json!({ "args.map": { "d": 1, "a": 2, "c": 3, "b": 4, "e": 5 } });
    for _ in 0..20 {
        assert_eq!(ask("args.map.map(key, key) == ['a', 'b', 'c', 'd', 'e']", &stated), Ok(true));
    }
}
