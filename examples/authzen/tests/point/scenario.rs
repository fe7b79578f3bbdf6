//! The scenario that decision points of the working group are tried on: five people, and what each may do to todos.

use serde_json::{Value as Json, json};

use super::running::{BETH, JERRY, MORTY, RICK, Running, SUMMER};

const PEOPLE: [(&str, &str); 5] = [
    (RICK, "rick@the-citadel.com"),
    (MORTY, "morty@the-citadel.com"),
    (SUMMER, "summer@the-smiths.com"),
    (BETH, "beth@the-smiths.com"),
    (JERRY, "jerry@the-smiths.com"),
];

/// What is done, whether to what is their own, and who of the five may.
const DECISIONS: [(&str, &str, bool, [bool; 5]); 8] = [
    ("can_read_user", "user", true, [true, true, true, true, true]),
    ("can_read_user", "user", false, [true, true, true, true, true]),
    ("can_read_todos", "todo", false, [true, true, true, true, true]),
    ("can_create_todo", "todo", true, [true, true, true, false, false]),
    ("can_update_todo", "todo", true, [true, true, true, false, false]),
    ("can_update_todo", "todo", false, [true, false, false, false, false]),
    ("can_delete_todo", "todo", true, [true, true, true, false, false]),
    ("can_delete_todo", "todo", false, [true, false, false, false, false]),
];

fn action(name: &str) -> Json {
    json!({ "name": name })
}

fn resource(kind: &str, owner: &str) -> Json {
    json!({ "type": kind, "id": "7240d0db-8ff0-41ec-98b2-34a096273b9f", "properties": { "ownerID": owner } })
}

fn subject(id: &str) -> Json {
    json!({ "type": "user", "id": id })
}

#[tokio::test]
async fn every_request_of_the_scenario_is_decided_as_it_says() {
    let running = Running::new().await;
    for (index, (id, email)) in PEOPLE.into_iter().enumerate() {
        for (name, kind, is_own, may) in DECISIONS {
            let owner = if is_own { email } else { "somebody@elsewhere.example" };
            let question = json!({ "subject": subject(id), "action": action(name), "resource": resource(kind, owner) });
            let answer = running.asked("/access/v1/evaluation", &question).await;
            assert_eq!(answer["decision"], json!(may[index]), "{email} {name}, own: {is_own}");
        }
    }
}

#[tokio::test]
async fn the_same_in_one_request_for_each_person() {
    let running = Running::new().await;
    for (index, (id, email)) in PEOPLE.into_iter().enumerate() {
        let questions = DECISIONS.map(|(name, kind, is_own, _)| {
            let owner = if is_own { email } else { "somebody@elsewhere.example" };
            json!({ "action": action(name), "resource": resource(kind, owner) })
        });
        let answer =
            running.asked("/access/v1/evaluations", &json!({ "subject": subject(id), "evaluations": questions })).await;
        let decisions: Vec<_> =
            answer["evaluations"].as_array().unwrap().iter().map(|answer| answer["decision"].clone()).collect();
        assert_eq!(decisions, DECISIONS.map(|(.., may)| json!(may[index])), "{email}");
    }
}
