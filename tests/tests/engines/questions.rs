//! The questions, each in every language.

/// A question that is asked of the operations.
pub(super) struct Question {
    pub(super) name: &'static str,
    /// As a requirement of the policy language.
    pub(super) apl: &'static str,
    /// As an expression of CEL.
    pub(super) cel: &'static str,
    /// As the condition of a policy of Cedar; none where Cedar cannot ask it.
    pub(super) cedar: Option<&'static str>,
}

impl Question {
    const fn cedar(self, cedar: &'static str) -> Self {
        Self { cedar: Some(cedar), ..self }
    }
}

const fn question(name: &'static str, apl: &'static str, cel: &'static str) -> Question {
    Question { name, apl, cel, cedar: None }
}

/// Every question.
pub(super) const QUESTIONS: &[Question] = &[
    question("role", "role.hr", "role.hr").cedar(r#"principal.roles.contains("hr")"#),
    question("dotted_role", "role['admin.readonly']", "role['admin.readonly']")
        .cedar(r#"principal.roles.contains("admin.readonly")"#),
    question("no_role", "!role.hr", "!role.hr").cedar(r#"!principal.roles.contains("hr")"#),
    question("permission", "perm.pay", "perm.pay").cedar(r#"principal.permissions.contains("pay")"#),
    question("team", "team.people", "team.people").cedar(r#"principal.teams.contains("people")"#),
    question("roles", "subject.roles contains 'hr'", "'hr' in subject.roles")
        .cedar(r#"principal.roles.contains("hr")"#),
    question("named_role", "args.x in subject.roles", "args.x in subject.roles")
        .cedar(r#"principal.roles.contains(context.args.x)"#),
    question("authenticated", "authenticated", "authenticated"),
    question("id", "subject.id == 'ada'", "subject.id == 'ada'").cedar(r#"principal == User::"ada""#),
    question("tenant", "data.tenants[subject.tenant].limit > 5", "data.tenants[subject.tenant].limit > 5"),
    question("claim", "claim.level >= 2", "claim.level >= 2").cedar(r#"principal.claims.level >= 2"#),
    question("equal_int", "args.x == 500", "args.x == 500").cedar(r#"context.args.x == 500"#),
    question("unequal_int", "args.x != 500", "args.x != 500").cedar(r#"context.args.x != 500"#),
    question("equal_float", "args.x == 499.5", "args.x == 499.5"),
    question("equal_text", "args.x == 'eu'", "args.x == 'eu'").cedar(r#"context.args.x == "eu""#),
    question("equal_flag", "args.x == true", "args.x == true").cedar(r#"context.args.x == true"#),
    question("less_int", "args.x < 500", "args.x < 500").cedar(r#"context.args.x < 500"#),
    question("not_less_int", "!(args.x < 500)", "!(args.x < 500)").cedar(r#"!(context.args.x < 500)"#),
    question("less_float", "args.x <= 499.75", "args.x <= 499.75"),
    question("equal_other", "args.x == args.y", "args.x == args.y").cedar(r#"context.args.x == context.args.y"#),
    question("less_other", "args.x < args.y", "args.x < args.y").cedar(r#"context.args.x < context.args.y"#),
    question("one_of", "args.x in ['eu', 'us']", "args.x in ['eu', 'us']")
        .cedar(r#"["eu", "us"].contains(context.args.x)"#),
    question("none_of", "args.x not in ['eu', 'us']", "!(args.x in ['eu', 'us'])")
        .cedar(r#"!["eu", "us"].contains(context.args.x)"#),
    question("one_of_data", "args.x in data.regions", "args.x in data.regions")
        .cedar(r#"context.regions.contains(context.args.x)"#),
    question("one_of_other", "args.x in args.y", "args.x in args.y")
        .cedar(r#"context.args.y.contains(context.args.x)"#),
    question("part", "args.x contains 'u'", "args.x.contains('u')").cedar(r#"context.args.x like "*u*""#),
    question("element", "args.x contains 'eu'", "'eu' in args.x").cedar(r#"context.args.x.contains("eu")"#),
    question("pattern", "args.x matches '^e'", "args.x.matches('^e')").cedar(r#"context.args.x like "e*""#),
    question("there", "exists(args.x)", "has(args.x)").cedar(r#"context.args has x"#),
    question("member", "args.x.k == 1", "args.x.k == 1").cedar(r#"context.args.x.k == 1"#),
    question("member_there", "exists(args.x.k)", "has(args.x.k)")
        .cedar(r#"context.args has x && context.args.x has k"#),
    question("flag", "args.x", "args.x").cedar(r#"context.args.x"#),
    question("no_flag", "!args.x", "!args.x").cedar(r#"!context.args.x"#),
    question("and", "role.hr & args.x < 500", "role.hr && args.x < 500")
        .cedar(r#"principal.roles.contains("hr") && context.args.x < 500"#),
    question("and_late", "args.x < 500 & role.hr", "args.x < 500 && role.hr")
        .cedar(r#"context.args.x < 500 && principal.roles.contains("hr")"#),
    question("or", "role.hr | args.x < 500", "role.hr || args.x < 500")
        .cedar(r#"principal.roles.contains("hr") || context.args.x < 500"#),
    question("or_late", "args.x < 500 | role.hr", "args.x < 500 || role.hr")
        .cedar(r#"context.args.x < 500 || principal.roles.contains("hr")"#),
    question("guarded", "exists(args.x) & args.x == 500", "has(args.x) && args.x == 500")
        .cedar(r#"context.args has x && context.args.x == 500"#),
    question("label", "session.labels contains 'secret'", "'secret' in session.labels")
        .cedar(r#"context.labels.contains("secret")"#),
    question("day", "request.weekday == 4", "request.weekday == 4").cedar(r#"context.day == 4"#),
];
