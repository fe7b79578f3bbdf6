//! The questions, each in every language.

/// A question that is asked of the operations.
pub(super) struct Question {
    pub(super) name: &'static str,
    /// As a requirement of the policy language.
    pub(super) apl: &'static str,
    /// As an expression of CEL.
    pub(super) cel: &'static str,
}

const fn question(name: &'static str, apl: &'static str, cel: &'static str) -> Question {
    Question { name, apl, cel }
}

/// Every question.
pub(super) const QUESTIONS: &[Question] = &[
    question("role", "role.hr", "role.hr"),
    question("dotted_role", "role['admin.readonly']", "role['admin.readonly']"),
    question("no_role", "!role.hr", "!role.hr"),
    question("permission", "perm.pay", "perm.pay"),
    question("team", "team.people", "team.people"),
    question("roles", "subject.roles contains 'hr'", "'hr' in subject.roles"),
    question("named_role", "args.x in subject.roles", "args.x in subject.roles"),
    question("authenticated", "authenticated", "authenticated"),
    question("id", "subject.id == 'ada'", "subject.id == 'ada'"),
    question("tenant", "data.tenants[subject.tenant].limit > 5", "data.tenants[subject.tenant].limit > 5"),
    question("claim", "claim.level >= 2", "claim.level >= 2"),
    question("equal_int", "args.x == 500", "args.x == 500"),
    question("unequal_int", "args.x != 500", "args.x != 500"),
    question("equal_float", "args.x == 499.5", "args.x == 499.5"),
    question("equal_text", "args.x == 'eu'", "args.x == 'eu'"),
    question("equal_flag", "args.x == true", "args.x == true"),
    question("less_int", "args.x < 500", "args.x < 500"),
    question("not_less_int", "!(args.x < 500)", "!(args.x < 500)"),
    question("less_float", "args.x <= 499.75", "args.x <= 499.75"),
    question("equal_other", "args.x == args.y", "args.x == args.y"),
    question("less_other", "args.x < args.y", "args.x < args.y"),
    question("one_of", "args.x in ['eu', 'us']", "args.x in ['eu', 'us']"),
    question("none_of", "args.x not in ['eu', 'us']", "!(args.x in ['eu', 'us'])"),
    question("one_of_data", "args.x in data.regions", "args.x in data.regions"),
    question("one_of_other", "args.x in args.y", "args.x in args.y"),
    question("part", "args.x contains 'u'", "args.x.contains('u')"),
    question("element", "args.x contains 'eu'", "'eu' in args.x"),
    question("pattern", "args.x matches '^e'", "args.x.matches('^e')"),
    question("there", "exists(args.x)", "has(args.x)"),
    question("member", "args.x.k == 1", "args.x.k == 1"),
    question("member_there", "exists(args.x.k)", "has(args.x.k)"),
    question("flag", "args.x", "args.x"),
    question("no_flag", "!args.x", "!args.x"),
    question("and", "role.hr & args.x < 500", "role.hr && args.x < 500"),
    question("and_late", "args.x < 500 & role.hr", "args.x < 500 && role.hr"),
    question("or", "role.hr | args.x < 500", "role.hr || args.x < 500"),
    question("or_late", "args.x < 500 | role.hr", "args.x < 500 || role.hr"),
    question("guarded", "exists(args.x) & args.x == 500", "has(args.x) && args.x == 500"),
    question("label", "session.labels contains 'secret'", "'secret' in session.labels"),
    question("day", "request.weekday == 4", "request.weekday == 4"),
];
