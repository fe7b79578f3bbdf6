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
    /// As the body of a rule of Rego; a bar stands between those of which one is enough.
    pub(super) opa: &'static str,
}

impl Question {
    const fn cedar(self, cedar: &'static str) -> Self {
        Self { cedar: Some(cedar), ..self }
    }

    const fn opa(self, opa: &'static str) -> Self {
        Self { opa, ..self }
    }
}

const fn question(name: &'static str, apl: &'static str, cel: &'static str) -> Question {
    Question { name, apl, cel, cedar: None, opa: "" }
}

/// Every question.
pub(super) const QUESTIONS: &[Question] = &[
    question("role", "role.hr", "role.hr").cedar(r#"principal.roles.contains("hr")"#).opa(r#"input.role.hr"#),
    question("dotted_role", "role['admin.readonly']", "role['admin.readonly']")
        .cedar(r#"principal.roles.contains("admin.readonly")"#)
        .opa(r#"input.role["admin.readonly"]"#),
    question("no_role", "!role.hr", "!role.hr").cedar(r#"!principal.roles.contains("hr")"#).opa(r#"not input.role.hr"#),
    question("permission", "perm.pay", "perm.pay")
        .cedar(r#"principal.permissions.contains("pay")"#)
        .opa(r#"input.perm.pay"#),
    question("team", "team.people", "team.people")
        .cedar(r#"principal.teams.contains("people")"#)
        .opa(r#"input.team.people"#),
    question("roles", "subject.roles contains 'hr'", "'hr' in subject.roles")
        .cedar(r#"principal.roles.contains("hr")"#)
        .opa(r#""hr" in input.subject.roles"#),
    question("named_role", "args.x in subject.roles", "args.x in subject.roles")
        .cedar(r#"principal.roles.contains(context.args.x)"#)
        .opa(r#"input.args.x in input.subject.roles"#),
    question("authenticated", "authenticated", "authenticated").opa(r#"input.authenticated"#),
    question("id", "subject.id == 'ada'", "subject.id == 'ada'")
        .cedar(r#"principal == User::"ada""#)
        .opa(r#"input.subject.id == "ada""#),
    question("tenant", "data.tenants[subject.tenant].limit > 5", "data.tenants[subject.tenant].limit > 5")
        .opa(r#"input.data.tenants[input.subject.tenant].limit > 5"#),
    question("claim", "claim.level >= 2", "claim.level >= 2")
        .cedar(r#"principal.claims.level >= 2"#)
        .opa(r#"input.claim.level >= 2"#),
    question("equal_int", "args.x == 500", "args.x == 500")
        .cedar(r#"context.args.x == 500"#)
        .opa(r#"input.args.x == 500"#),
    question("unequal_int", "args.x != 500", "args.x != 500")
        .cedar(r#"context.args.x != 500"#)
        .opa(r#"input.args.x != 500"#),
    question("equal_float", "args.x == 499.5", "args.x == 499.5").opa(r#"input.args.x == 499.5"#),
    question("equal_text", "args.x == 'eu'", "args.x == 'eu'")
        .cedar(r#"context.args.x == "eu""#)
        .opa(r#"input.args.x == "eu""#),
    question("equal_flag", "args.x == true", "args.x == true")
        .cedar(r#"context.args.x == true"#)
        .opa(r#"input.args.x == true"#),
    question("less_int", "args.x < 500", "args.x < 500").cedar(r#"context.args.x < 500"#).opa(r#"input.args.x < 500"#),
    question("not_less_int", "!(args.x < 500)", "!(args.x < 500)")
        .cedar(r#"!(context.args.x < 500)"#)
        .opa(r#"not input.args.x < 500"#),
    question("less_float", "args.x <= 499.75", "args.x <= 499.75").opa(r#"input.args.x <= 499.75"#),
    question("equal_other", "args.x == args.y", "args.x == args.y")
        .cedar(r#"context.args.x == context.args.y"#)
        .opa(r#"input.args.x == input.args.y"#),
    question("less_other", "args.x < args.y", "args.x < args.y")
        .cedar(r#"context.args.x < context.args.y"#)
        .opa(r#"input.args.x < input.args.y"#),
    question("one_of", "args.x in ['eu', 'us']", "args.x in ['eu', 'us']")
        .cedar(r#"["eu", "us"].contains(context.args.x)"#)
        .opa(r#"input.args.x in ["eu", "us"]"#),
    question("none_of", "args.x not in ['eu', 'us']", "!(args.x in ['eu', 'us'])")
        .cedar(r#"!["eu", "us"].contains(context.args.x)"#)
        .opa(r#"not input.args.x in ["eu", "us"]"#),
    question("one_of_data", "args.x in data.regions", "args.x in data.regions")
        .cedar(r#"context.regions.contains(context.args.x)"#)
        .opa(r#"input.args.x in input.data.regions"#),
    question("one_of_other", "args.x in args.y", "args.x in args.y")
        .cedar(r#"context.args.y.contains(context.args.x)"#)
        .opa(r#"input.args.x in input.args.y"#),
    question("part", "args.x contains 'u'", "args.x.contains('u')")
        .cedar(r#"context.args.x like "*u*""#)
        .opa(r#"contains(input.args.x, "u")"#),
    question("element", "args.x contains 'eu'", "'eu' in args.x")
        .cedar(r#"context.args.x.contains("eu")"#)
        .opa(r#""eu" in input.args.x"#),
    question("pattern", "args.x matches '^e'", "args.x.matches('^e')")
        .cedar(r#"context.args.x like "e*""#)
        .opa(r#"regex.match("^e", input.args.x)"#),
    question("there", "exists(args.x)", "has(args.x)").cedar(r#"context.args has x"#).opa(r#"input.args.x != null"#),
    question("member", "args.x.k == 1", "args.x.k == 1")
        .cedar(r#"context.args.x.k == 1"#)
        .opa(r#"input.args.x.k == 1"#),
    question("member_there", "exists(args.x.k)", "has(args.x.k)")
        .cedar(r#"context.args has x && context.args.x has k"#)
        .opa(r#"input.args.x.k != null"#),
    question("flag", "args.x", "args.x").cedar(r#"context.args.x"#).opa(r#"input.args.x"#),
    question("no_flag", "!args.x", "!args.x").cedar(r#"!context.args.x"#).opa(r#"not input.args.x"#),
    question("and", "role.hr & args.x < 500", "role.hr && args.x < 500")
        .cedar(r#"principal.roles.contains("hr") && context.args.x < 500"#)
        .opa(r#"input.role.hr; input.args.x < 500"#),
    question("and_late", "args.x < 500 & role.hr", "args.x < 500 && role.hr")
        .cedar(r#"context.args.x < 500 && principal.roles.contains("hr")"#)
        .opa(r#"input.args.x < 500; input.role.hr"#),
    question("or", "role.hr | args.x < 500", "role.hr || args.x < 500")
        .cedar(r#"principal.roles.contains("hr") || context.args.x < 500"#)
        .opa(r#"input.role.hr | input.args.x < 500"#),
    question("or_late", "args.x < 500 | role.hr", "args.x < 500 || role.hr")
        .cedar(r#"context.args.x < 500 || principal.roles.contains("hr")"#)
        .opa(r#"input.args.x < 500 | input.role.hr"#),
    question("guarded", "exists(args.x) & args.x == 500", "has(args.x) && args.x == 500")
        .cedar(r#"context.args has x && context.args.x == 500"#)
        .opa(r#"input.args.x == 500"#),
    question("label", "session.labels contains 'secret'", "'secret' in session.labels")
        .cedar(r#"context.labels.contains("secret")"#)
        .opa(r#""secret" in input.session.labels"#),
    question("day", "request.weekday == 4", "request.weekday == 4")
        .cedar(r#"context.day == 4"#)
        .opa(r#"input.request.weekday == 4"#),
];
