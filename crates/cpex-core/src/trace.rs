//! The recording of one side of an operation, for an explanation: each rule that was evaluated, what its conditions asked and
//! read, and what came of it.
//!
//! It is made by the run that decides, on the road of every other operation; only where one is explained is there a
//! recording at all.

pub(crate) mod step;
mod value;

use apl_core::{
    ConditionFault, ConditionTrace, Decision, Deeds, Denial, Effect, Facts, Reply, Rule, Tested, Trace, Verdict,
};
use apl_cpex::Attribute;
use serde_json::{Value as Json, json};

use self::value::Values;

/// What was told of one side, in order.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    rules: Vec<RecordedRule>,
    /// The condition that is being asked.
    asked: Option<Asked>,
    values: Values,
}

#[derive(Debug)]
struct RecordedRule {
    rule: Rule,
    steps: Vec<Json>,
}

#[derive(Debug)]
struct Asked {
    text: String,
    tests: Vec<Json>,
}

impl Recording {
    /// How the effect that was asked for last ended, and whether it changed the operation.
    pub(crate) fn replied(&mut self, reply: &Reply, changed: bool) {
        let (word, code) = match reply {
            Reply::Begin | Reply::Performed | Reply::Joined(_) => ("performed", None),
            Reply::Refused(denial) => ("refused", Some(denial.code)),
            Reply::Pending => ("pending", None),
            Reply::Decided(Verdict::Permit) => ("permitted", None),
            Reply::Decided(Verdict::Deny(denial)) => ("denied", Some(denial.code)),
        };
        let last = self.rules.last_mut().and_then(|rule| rule.steps.last_mut());
        if let Some(step) = last.and_then(Json::as_object_mut) {
            step.insert("reply".to_owned(), word.into());
            step.insert("code".to_owned(), code.into());
            step.insert("changed".to_owned(), changed.into());
        }
    }

    /// The policies by which the engine that was asked last decided.
    pub(crate) fn determined_by(&mut self, policies: &[String]) {
        let last = self.rules.last_mut().and_then(|rule| rule.steps.last_mut());
        if let Some(step) = last.and_then(Json::as_object_mut) {
            step.insert("policies".to_owned(), policies.into());
        }
    }

    /// What each stage did of the pipeline that was asked for last.
    pub(crate) fn treated(&mut self, deeds: impl Iterator<Item = Deeds>) {
        let last = self.rules.last_mut().and_then(|rule| rule.steps.last_mut());
        let stages = last.and_then(|step| step.get_mut("stages")).and_then(Json::as_array_mut);
        for (stage, Deeds { passed, changed, refused }) in stages.into_iter().flatten().zip(deeds) {
            if let Some(stage) = stage.as_object_mut() {
                stage.insert("passed".to_owned(), passed.into());
                stage.insert("changed".to_owned(), changed.into());
                stage.insert("refused".to_owned(), refused.into());
            }
        }
    }

    /// The rules in the order they were evaluated, each with what it did.
    pub(crate) fn into_json(self) -> Json {
        let rule = |RecordedRule { rule, steps }| json!({ "id": &*rule.id, "at": &*rule.at, "steps": steps });
        self.rules.into_iter().map(rule).collect()
    }

    /// Takes over what a branch did that ran beside others.
    pub(crate) fn merge(&mut self, branch: Self) {
        self.rules.extend(branch.rules);
    }

    /// Adds what the rule did; what it does in a row stands together.
    fn push(&mut self, rule: &Rule, step: Json) {
        match self.rules.last_mut() {
            Some(last) if last.rule == *rule => last.steps.push(step),
            _ => self.rules.push(RecordedRule { rule: rule.clone(), steps: vec![step] }),
        }
    }

    /// What the attribute was read as, after those whose values it uses as keys.
    fn reads<F: Facts<Attribute = Attribute>>(&mut self, attribute: &Attribute, facts: &F, reads: &mut Vec<Json>) {
        for key in attribute.lookups() {
            self.reads(key, facts, reads);
        }
        let (state, value) = match attribute.may_be_credential() {
            true => ("withheld", Json::Null),
            false => self.values.show(facts.read(attribute)),
        };
        reads.push(json!({ "attribute": attribute.to_string(), "state": state, "value": value }));
    }
}

impl ConditionTrace<Attribute> for Recording {
    fn asks(&mut self, rule: &Rule, written: &str) {
        self.push(rule, Json::Null);
        self.asked = Some(Asked { text: written.to_owned(), tests: Vec::new() });
    }

    fn tested<F: Facts<Attribute = Attribute>>(&mut self, test: Tested<'_, Attribute>, facts: &F) {
        let mut reads = Vec::new();
        for attribute in test.attributes() {
            self.reads(attribute, facts, &mut reads);
        }
        let (holds, fault) = outcome(test.outcome);
        if let Some(asked) = &mut self.asked {
            let predicate = test.to_string();
            asked.tests.push(json!({ "predicate": predicate, "holds": holds, "fault": fault, "reads": reads }));
        }
    }

    fn answered(&mut self, answer: Result<bool, ConditionFault>) {
        let (holds, fault) = outcome(answer);
        let Some(Asked { text, tests }) = self.asked.take() else { return };
        if let Some(step) = self.rules.last_mut().and_then(|rule| rule.steps.last_mut()) {
            *step = json!({ "kind": "condition", "text": text, "holds": holds, "fault": fault, "tests": tests });
        }
    }
}

impl Trace<Attribute> for Recording {
    fn performs(&mut self, rule: &Rule, effect: &Effect<'_, Attribute>) {
        let step = match effect {
            Effect::Taint(taint) => step::taint(taint),
            Effect::Run(run) => step::run(run),
            Effect::RunField(run) => step::run_field(run),
            Effect::Ask(ask) => step::ask(ask),
            Effect::Delegate(delegate) => step::delegate(delegate),
            Effect::Declassify(declassify) => step::declassify(declassify),
            Effect::Elicit(elicit) => step::elicit(elicit),
            Effect::Restrict(_) => step::restrict(),
            Effect::Rewrite(active) => {
                active.watch();
                step::pipeline(&active.rewrite.field, active.stages().map(stage))
            }
        };
        self.push(rule, step);
    }

    fn forks(&mut self, rule: &Rule, branches: usize) {
        self.push(rule, json!({ "kind": "parallel", "branches": branches }));
    }

    fn ended(&mut self, decision: &Decision) {
        let Decision::Deny(denied) = decision else { return };
        let Some(rule) = &denied.rule else { return };
        let Denial { code, own_code, reason, .. } = &denied.denial;
        let step =
            json!({ "kind": "deny", "code": code, "own_code": own_code.as_deref(), "reason": reason.as_deref() });
        self.push(rule, step);
    }
}

fn stage((text, is_active): (&str, bool)) -> Json {
    json!({ "text": text, "active": is_active, "passed": false, "changed": false, "refused": false })
}

fn outcome(answer: Result<bool, ConditionFault>) -> (Option<bool>, Option<&'static str>) {
    match answer {
        Ok(holds) => (Some(holds), None),
        Err(fault) => (None, Some(fault.code)),
    }
}
