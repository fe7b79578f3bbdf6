//! An explanation as an indented tree.
//!
//! It is written from the object, so it shows what the view holds and no more. What comes from a request is shown as JSON:
//! on one line, and without characters that a terminal obeys.

use std::fmt::{self, Write as _};

use serde_json::Value as Json;

use crate::plain::plain;

/// How many characters of a value are shown.
const SHOWN: usize = 200;

/// The tree, without a line break at its end.
pub(super) fn tree(explanation: &Json) -> String {
    let mut lines = Lines(String::new());
    let sides = list(&explanation["sides"]);
    let denied = sides.last().filter(|side| !side["code"].is_null());
    lines.add(0, format_args!("{}{}", word(&explanation["decision"]), denied.map(told).unwrap_or_default()));
    let entity = &explanation["entity"];
    if let Some(kind) = entity["type"].as_str() {
        let server =
            if entity["server"].is_null() { String::new() } else { format!(" on {}", json(&entity["server"])) };
        lines.add(0, format_args!("{kind} {}{server}", json(&entity["name"])));
    }
    for part in sides {
        side(part, &mut lines);
    }
    lines.0.trim_end().to_owned()
}

struct Lines(String);

impl Lines {
    fn add(&mut self, depth: usize, line: impl fmt::Display) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{:indent$}{line}", "", indent = depth * 2);
    }
}

fn side(side: &Json, lines: &mut Lines) {
    let when = if side["phase"] == "pre" { "before" } else { "after" };
    let rule = &side["rule"];
    let by = match (&rule["id"], &side["control"]) {
        (Json::String(id), _) => format!(" by {} at {}", plain(id), word(&rule["at"])),
        (_, Json::String(control)) => format!(" by the plugin {}", plain(control)),
        // The caller is not told by whom.
        _ if side["code"].is_null() || side.get("rules").is_none() => String::new(),
        _ => format!(" by the runtime{}", told(side)),
    };
    lines.add(0, "");
    lines.add(0, format_args!("{when} the operation: {}{by}", word(&side["decision"])));
    if side.get("rules").is_none() {
        return agent(side, lines);
    }
    let route =
        if side["route"].is_null() { "no route matched".to_owned() } else { format!("route {}", word(&side["route"])) };
    lines.add(1, route);
    for control in list(&side["controls"]) {
        let code = if control["code"].is_null() { String::new() } else { format!(" ({})", word(&control["code"])) };
        let asked = (word(&control["name"]), word(&control["mode"]), word(&control["requested"]));
        lines.add(
            1,
            format_args!("plugin {} ({}): {}, so {}{code}", asked.0, asked.1, asked.2, word(&control["effective"])),
        );
    }
    for rule in list(&side["rules"]) {
        lines.add(1, format_args!("{} at {}", word(&rule["id"]), word(&rule["at"])));
        for part in list(&rule["steps"]) {
            step(part, lines);
        }
    }
    let held = &side["labels"];
    labels("session", &held["session"], lines);
    labels("message", &held["message"], lines);
    for error in list(&side["errors"]) {
        lines.add(1, format_args!("error: {}", word(error)));
    }
}

fn agent(side: &Json, lines: &mut Lines) {
    if !side["code"].is_null() {
        lines.add(1, told(side).trim_start());
    }
    if !side["details"].is_null() {
        lines.add(1, format_args!("details: {}", json(&side["details"])));
    }
}

fn step(step: &Json, lines: &mut Lines) {
    match step["kind"].as_str().unwrap_or_default() {
        "condition" => condition(step, lines),
        "taint" => {
            lines.add(2, format_args!("taint({}, {}): {}", word(&step["label"]), word(&step["scope"]), reply(step)));
        }
        "run" => lines.add(2, format_args!("run({}): {}", word(&step["plugin"]), reply(step))),
        "field" => {
            lines.add(2, format_args!("run({}) on {}: {}", word(&step["plugin"]), word(&step["field"]), reply(step)));
        }
        "pipeline" => {
            lines.add(2, format_args!("pipeline of {}: {}", word(&step["field"]), reply(step)));
            for stage in list(&step["stages"]) {
                let state = if stage["active"] == true { "" } else { "  (not in force)" };
                lines.add(3, format_args!("{}{state}", word(&stage["text"])));
            }
        }
        "delegate" => lines.add(
            2,
            format_args!("delegate({}, for {}): {}", word(&step["delegator"]), word(&step["audience"]), reply(step)),
        ),
        "declassify" => lines.add(2, format_args!("declassify({}): {}", word(&step["label"]), reply(step))),
        "elicit" => {
            lines.add(2, format_args!("{}({}): {}", word(&step["verb"]), word(&step["approver"]), reply(step)));
        }
        "restrict" => lines.add(2, format_args!("restrict: {}", reply(step))),
        "ask" => lines.add(2, format_args!("{}: {}{}", word(&step["engine"]), reply(step), by(step))),
        "parallel" => lines.add(2, format_args!("parallel: {} branches", step["branches"])),
        _ => lines.add(2, format_args!("denied {}", word(&step["code"]))),
    }
}

fn condition(condition: &Json, lines: &mut Lines) {
    lines.add(2, format_args!("{}: {}", word(&condition["text"]), answer(condition)));
    for test in list(&condition["tests"]) {
        // A condition that is one predicate is not said twice.
        let is_whole = test["predicate"] == condition["text"];
        if !is_whole {
            lines.add(3, format_args!("{}: {}", word(&test["predicate"]), answer(test)));
        }
        let depth = if is_whole { 3 } else { 4 };
        for read in list(&test["reads"]) {
            let value = match read["state"].as_str() {
                Some("present") => format!("= {}", json(&read["value"])),
                Some("absent") => "is absent".to_owned(),
                Some("unavailable") => "cannot be had".to_owned(),
                Some("withheld") => "is withheld, for it may be a credential".to_owned(),
                _ => "is too large to show".to_owned(),
            };
            lines.add(depth, format_args!("{} {value}", word(&read["attribute"])));
        }
    }
}

fn labels(of: &str, labels: &Json, lines: &mut Lines) {
    let names: Vec<String> = list(labels).iter().map(word).collect();
    if !names.is_empty() {
        lines.add(1, format_args!("labels of the {of}: {}", names.join(", ")));
    }
}

/// The policies of an engine that determined what it said.
fn by(step: &Json) -> String {
    let policies: Vec<&str> = step["policies"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if policies.is_empty() { String::new() } else { format!(" by {}", policies.join(", ")) }
}

fn answer(asked: &Json) -> String {
    match asked["holds"].as_bool() {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => format!("neither yes nor no, {}", word(&asked["fault"])),
    }
}

fn reply(step: &Json) -> String {
    let changed = if step["changed"] == true { "changed" } else { "unchanged" };
    if step["code"].is_null() {
        format!("{}, {changed}", word(&step["reply"]))
    } else {
        format!("{}, {}", word(&step["reply"]), word(&step["code"]))
    }
}

/// The code and the reason a caller is told, after a blank.
fn told(side: &Json) -> String {
    let own = if side["own_code"].is_null() { &side["code"] } else { &side["own_code"] };
    format!(" {}: {}", word(own), word(&side["reason"]))
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text of the policy or the runtime.
fn word(text: &Json) -> String {
    plain(text.as_str().unwrap_or_default())
}

/// A value on one line, cut where it is long.
fn json(value: &Json) -> String {
    let text = plain(&value.to_string());
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
