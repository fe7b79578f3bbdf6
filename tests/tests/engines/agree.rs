//! Whether the engines agree.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::{Answer, Asking, ENGINES, Engine};
use super::differences::{self, Difference};
use super::operations::{self, Asked};
use super::questions::{QUESTIONS, Question};

/// How many operations are shown of each way to differ that is not documented.
const SHOWN: usize = 4;

#[tokio::test]
async fn engines_answer_alike_but_for_what_is_documented_and_that_they_do() {
    let asking = Asking::new().await;
    let mut seen = BTreeSet::new();
    let mut undocumented: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for asked in operations::all() {
        for question in QUESTIONS {
            let here = asking.ask(Engine::Apl, question, &asked).await;
            for engine in ENGINES.iter().filter(|engine| engine.knows(question)) {
                let theirs = asking.ask(*engine, question, &asked).await;
                if here == theirs {
                    continue;
                }
                match documented(*engine, question, (here, theirs), &asked) {
                    Some(index) => drop(seen.insert((index, question.name))),
                    None => {
                        let sort = format!("{} by {}: {here:?} here, {theirs:?} there", question.name, engine.name());
                        undocumented.entry(sort).or_default().push(asked.show());
                    }
                }
            }
        }
    }
    let shown: Vec<String> = undocumented
        .iter()
        .map(|(sort, of)| {
            format!(
                "{sort}, {} times:\n  {}",
                of.len(),
                of.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n  ")
            )
        })
        .collect();
    assert!(shown.is_empty(), "not documented:\n{}", shown.join("\n"));
    for (index, difference) in differences::all() {
        for question in difference.questions {
            let (name, situation) = (difference.engine.name(), difference.situation.name);
            assert!(
                seen.contains(&(index, *question)),
                "`{question}` shows no longer how {name} differs where {situation}"
            );
        }
    }
}

/// The documented difference that this is.
fn documented(
    engine: Engine,
    question: &Question,
    answers: (Option<Answer>, Option<Answer>),
    asked: &Asked,
) -> Option<usize> {
    let is_it = |(_, difference): &(usize, &Difference)| {
        difference.engine == engine
            && difference.questions.contains(&question.name)
            && difference.answers.iter().any(|(here, theirs)| (Some(*here), Some(*theirs)) == answers)
            && (difference.when)(asked)
    };
    differences::all().find(is_it).map(|(index, _)| index)
}
