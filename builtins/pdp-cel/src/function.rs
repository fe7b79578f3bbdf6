//! The functions that expressions may call. A call of any other, which the interpreter would find out when it comes to it,
//! is refused at load.

use cel::common::ast::CallExpr;

/// One function, as a call of it is written.
struct Function {
    name: &'static str,
    /// Whether it is written after a value and a dot.
    is_member: bool,
    arguments: usize,
}

/// Every function.
const FUNCTIONS: &[Function] = &[
    global("bool", 1),
    global("bytes", 1),
    global("double", 1),
    global("dyn", 1),
    global("int", 1),
    global("matches", 2),
    global("size", 1),
    global("string", 1),
    global("type", 1),
    global("uint", 1),
    member("contains", 1),
    member("endsWith", 1),
    member("matches", 1),
    member("size", 0),
    member("startsWith", 1),
];

/// What stands for a loop or a test where it is written with the arguments it takes, and how that is.
const MACROS: &[(&str, &str)] = &[
    ("all", "`list.all(item, condition)`"),
    ("exists", "`list.exists(item, condition)`"),
    ("existsOne", "`list.existsOne(item, condition)`"),
    ("exists_one", "`list.exists_one(item, condition)`"),
    ("filter", "`list.filter(item, condition)`"),
    ("has", "`has(args.amount)`"),
    ("map", "`list.map(item, value)`"),
];

const fn global(name: &'static str, arguments: usize) -> Function {
    Function { name, is_member: false, arguments }
}

const fn member(name: &'static str, arguments: usize) -> Function {
    Function { name, is_member: true, arguments }
}

/// What is wrong with a call, and what to do about it; none where there is such a function, or it is an operator.
pub(crate) fn refusal(call: &CallExpr) -> Option<(String, String)> {
    let name = call.func_name.as_str();
    let is_operator = !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.');
    let called = |function: &&Function| {
        function.name == name && function.is_member == call.target.is_some() && function.arguments == call.args.len()
    };
    if is_operator || FUNCTIONS.iter().any(|function| called(&function)) {
        return None;
    }
    if let Some((_, form)) = MACROS.iter().find(|(known, _)| *known == name) {
        return Some((format!("`{name}` is not written like this"), format!("write {form}")));
    }
    let forms: Vec<String> = FUNCTIONS.iter().filter(|function| function.name == name).map(Function::form).collect();
    if forms.is_empty() {
        let mut names: Vec<&str> =
            FUNCTIONS.iter().map(|function| function.name).chain(MACROS.iter().map(|(known, _)| *known)).collect();
        names.sort_unstable();
        names.dedup();
        return Some((format!("there is no function `{name}`"), format!("the functions are {}", names.join(", "))));
    }
    Some((format!("`{name}` is not written like this"), format!("write {}", forms.join(" or "))))
}

impl Function {
    /// A call of it.
    fn form(&self) -> String {
        let arguments = ["x", "y"].get(..self.arguments).unwrap_or_default().join(", ");
        let target = if self.is_member { "text." } else { "" };
        format!("`{target}{}({arguments})`", self.name)
    }
}
